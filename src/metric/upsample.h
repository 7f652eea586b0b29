// From a segmentation model's output to a label map of the ground truth's size.
#pragma once

#include <cstdint>
#include <span>

#include "base/status.h"

namespace assay::metric {

/// Which instructions a kernel uses. All give the same bits; kBest is what this CPU has.
enum class Simd { kBest, kPortable, kAvx2, kAvx512 };
bool has_simd(Simd simd);

struct MapSize {
  int height = 0, width = 0;
};

/// Argmax over classes of logits [classes, from.height, from.width] upsampled bilinearly (half-pixel centres,
/// align_corners=false, as PyTorch and OpenCV's INTER_LINEAR) to `to`, in float32: `labels` of to.height *
/// to.width. Equal classes: the lowest wins, as numpy's argmax. Equal sizes: no interpolation. Thread-safe;
/// one thread. kInvalidInput where sizes disagree, classes are not 1..255, or a logit is not finite.
Result<void> upsample_argmax(std::span<const float> logits, int classes, MapSize from, MapSize to,
                             std::span<std::uint8_t> labels, Simd simd = Simd::kBest);

/// A label map that the model made itself, narrowed to bytes. kInvalidInput where a value is outside
/// 0..classes-1.
Result<void> narrow_labels(std::span<const std::uint8_t> map, int classes, std::span<std::uint8_t> labels);
Result<void> narrow_labels(std::span<const std::int32_t> map, int classes, std::span<std::uint8_t> labels);
Result<void> narrow_labels(std::span<const std::int64_t> map, int classes, std::span<std::uint8_t> labels);

/// A label map of one size at another, by the nearest pixel (centre of the target pixel, as PIL's NEAREST).
Result<void> resize_labels_nearest(std::span<const std::uint8_t> map, MapSize from, MapSize to,
                                   std::span<std::uint8_t> labels);

}  // namespace assay::metric
