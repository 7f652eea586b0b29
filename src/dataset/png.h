// PNG in memory: 8-bit, not interlaced, which is what data sets hold. Twice as fast as libpng
// (bench/dataset).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/status.h"
#include "dataset/image.h"

namespace assay::dataset {

inline constexpr std::string_view kPngSignature = "\x89PNG\r\n\x1a\n";

enum class PngColour : std::uint8_t { kGrey = 0, kRgb = 2, kPalette = 3, kGreyAlpha = 4, kRgba = 6 };

struct PngHeader {
  int height = 0, width = 0, depth = 0;
  PngColour colour = PngColour::kRgb;
  bool interlaced = false;
  /// What decode_png takes.
  bool plain() const { return depth == 8 && !interlaced; }
};

/// Errors: kCorrupt (cut short, damaged), kInvalidInput (no PNG).
Result<PngHeader> read_png_header(std::string_view bytes);

enum class PngPixels {
  kStored,  ///< Samples as they are: grey, palette indices.
  kRgb,     ///< Palette applied, alpha dropped. Grey stays grey.
};

/// Checks every checksum. Precondition: the header is plain(). Errors: kCorrupt; kInvalidInput (over 2^28
/// pixels).
Result<Image> decode_png(std::string_view bytes, PngPixels pixels);

/// 8-bit grey or RGB.
Result<std::string> encode_png(const Image& image);

}  // namespace assay::dataset
