// From an image to the model's input, the one implementation that calibration, accuracy and timed inputs
// share.
//
// The canonical tensor is float32 [3,H,W], channels in the model's order:
//   x = range_lo + (range_hi - range_lo) * pixel / 255;  x = (x - mean[c]) / stddev[c]
// computed in double for each of the 256 pixel values and rounded once to float, so it is the same bits on
// every machine. Images of another size are first resized by OpenCV's INTER_LINEAR_EXACT: bilinear,
// half-pixel centres, fixed-point arithmetic that gives the same bits on every CPU. With dtype u8 the
// canonical tensor holds the pixel values 0..255.
#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "base/status.h"
#include "dataset/image.h"
#include "spec/experiment.h"

namespace assay::dataset {

/// Elements of one canonical image tensor.
inline std::size_t tensor_elements(spec::Size size) {
  return std::size_t{3} * static_cast<std::size_t>(size.height) * static_cast<std::size_t>(size.width);
}

/// The arithmetic of one ModelIo, ready to be applied by any number of threads.
class Preprocessor {
 public:
  /// Errors: kInvalidInput (unknown order, layout or dtype, stddev 0, normalisation stated both in and out of
  /// the graph).
  static Result<Preprocessor> create(const spec::ModelIo& io);

  /// Writes the canonical tensor of `image` at `size` into `out` (tensor_elements(size) floats).
  /// Errors: kInvalidInput (`out` of another length, an image without three channels).
  Result<void> apply(const Image& image, spec::Size size, std::span<float> out) const;

 private:
  std::array<std::array<float, 256>, 3> table_{};  ///< By output channel, then pixel value.
  std::array<int, 3> source_channel_{};            ///< Output channel -> channel of the RGB image.
};

/// Reads and applies. Errors: those of read_rgb and apply, with the path in front.
Result<void> load_tensor(const std::filesystem::path& path, const Preprocessor& preprocessor, spec::Size size,
                         std::span<float> out);

/// SHA-256 of the canonical tensor's bytes (little-endian float32).
std::string tensor_digest(std::span<const float> tensor);

/// Bytes of one element of the model's input: 4 (f32) or 1 (u8).
std::size_t element_bytes(const spec::ModelIo& io);

/// What the model takes, derived from canonical tensors: images in a row (`canonical` holds a whole number of
/// them), transposed to [H,W,3] each for NHWC, cast for u8. `out` has canonical.size() * element_bytes(io)
/// bytes. Errors: kInvalidInput (lengths, a value that is not 0..255 for u8).
Result<void> to_model_layout(std::span<const float> canonical, const spec::ModelIo& io, spec::Size size,
                             std::span<std::byte> out);

}  // namespace assay::dataset
