// Scores of semantic segmentation from confusion matrices, and their intervals over images.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "metric/statistics.h"

namespace assay::metric {

/// All in percent.
struct SegmentationScore {
  std::vector<double> iou;     ///< By class: TP / (TP + FP + FN); -1 where the class does not occur at all.
  std::optional<double> miou;  ///< Mean over the classes that occur; absent where none does.
  std::optional<double> pixel_accuracy;  ///< Share of labelled pixels that are right.
};

/// Of one matrix [truth][prediction], classes x classes.
SegmentationScore score(std::span<const std::uint64_t> confusion, int classes);

using ImageConfusion = std::vector<std::uint32_t>;  ///< Of one image: classes x classes.

/// The matrices of all images added up.
std::vector<std::uint64_t> total(std::span<const ImageConfusion> images, int classes);

/// Percentile interval of the mIoU, in percent, by bootstrap over images. Deterministic for a seed. Absent
/// for fewer than two images. 500 images and 2000 resamples take about 0.1 s.
std::optional<Interval> miou_interval(std::span<const ImageConfusion> images, int classes, std::uint64_t seed,
                                      int resamples = 2000, double confidence = 0.95);

/// The interval of mIoU(reference) - mIoU(candidate) in percentage points, by paired bootstrap: each resample
/// draws the same images for both. `reference[i]` and `candidate[i]` are of the same image.
std::optional<Interval> miou_drop_interval(std::span<const ImageConfusion> reference,
                                           std::span<const ImageConfusion> candidate, int classes,
                                           std::uint64_t seed, int resamples = 2000,
                                           double confidence = 0.95);

}  // namespace assay::metric
