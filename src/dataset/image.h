// Decoding image files to 8-bit pixels.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "spec/experiment.h"

namespace assay::dataset {

/// Row-major, interleaved, without padding.
struct Image {
  int height = 0, width = 0, channels = 0;  ///< channels: 3 (RGB) or 1.
  std::vector<std::uint8_t> pixels;
};

/// PNG (any kind, alpha dropped, 16 bit scaled down) or JPEG as RGB.
/// Errors: kNotFound, kInvalidInput (another format, grey where colour is wanted), kCorrupt (cut short or
/// damaged).
Result<Image> read_rgb(const std::filesystem::path& path);

/// Height and width: of a PNG from its header alone, of other formats by decoding. Errors: as read_rgb.
Result<spec::Size> image_size(const std::filesystem::path& path);

/// A PNG of one 8-bit channel (grey or palette indices) as it is stored: label values must not be converted.
/// Errors: as read_rgb; kInvalidInput for colour or 16-bit images.
Result<Image> read_grey(const std::filesystem::path& path);

/// Writes 8-bit RGB or grey. Not atomic: callers write into a folder that is renamed when complete.
/// Errors: kResource, kNotFound, kUnavailable.
Result<void> write_png(const std::filesystem::path& path, const Image& image);

/// Writes a file without syncing it: for thousands of files in a folder that is renamed when complete, whose
/// digests stand in a manifest. Errors as write_png.
Result<void> write_plain(const std::filesystem::path& path, std::string_view bytes);

}  // namespace assay::dataset
