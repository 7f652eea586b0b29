// Any bytes decode or fail; checksums are mended first, since with wrong ones hardly anything gets past them.
#include <array>
#include <cstdint>
#include <string>

#include "dataset/png.h"
#include "property.h"

namespace {

std::uint32_t crc32(const std::string& bytes, std::size_t at, std::size_t size) {
  std::uint32_t crc = ~0u;
  for (std::size_t i = 0; i < size; ++i) {
    crc ^= static_cast<unsigned char>(bytes[at + i]);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (crc & 1 ? 0xEDB88320u : 0);
  }
  return ~crc;
}

void mend_checksums(std::string& bytes) {
  for (std::size_t at = 8; at + 12 <= bytes.size();) {
    std::size_t length = 0;
    for (std::size_t i = 0; i < 4; ++i) length = length << 8 | static_cast<unsigned char>(bytes[at + i]);
    if (length > bytes.size() - at - 12) return;
    const std::uint32_t crc = crc32(bytes, at + 4, length + 4);
    for (std::size_t i = 0; i < 4; ++i) bytes[at + 8 + length + i] = static_cast<char>(crc >> (24 - 8 * i));
    at += 12 + length;
  }
}

void decode(const std::string& bytes) {
  using namespace assay;
  const auto header = dataset::read_png_header(bytes);
  if (!header) return;
  require(header->height > 0 && header->width > 0, "a header that is read has a size");
  // A header may claim 2^28 pixels: true, but slow to fuzz.
  if (!header->plain() || static_cast<std::int64_t>(header->height) * header->width > 1 << 20) return;
  for (const auto pixels : {dataset::PngPixels::kStored, dataset::PngPixels::kRgb})
    if (const auto image = dataset::decode_png(bytes, pixels); image)
      require(image->height == header->height && image->width == header->width,
              "the image has the header's size");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string bytes(reinterpret_cast<const char*>(data), size);
  decode(bytes);
  mend_checksums(bytes);
  decode(bytes);
  return 0;
}
