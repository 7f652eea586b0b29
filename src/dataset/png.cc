#include "dataset/png.h"

#include <libdeflate.h>

#include <array>
#include <cstring>
#include <memory>
#include <vector>

namespace assay::dataset {
namespace {

constexpr std::int64_t kMaxPixels = std::int64_t{1} << 28;
/// DEFLATE never shrinks by more: a header that claims more pixels than the data can hold is damaged.
constexpr std::int64_t kMaxRatio = 1032;

std::uint32_t big_endian(std::string_view bytes, std::size_t at) {
  const auto byte = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at + i]));
  };
  return byte(0) << 24 | byte(1) << 16 | byte(2) << 8 | byte(3);
}

tl::unexpected<Status> corrupt(const std::string& what, std::string_view bytes) {
  return fail(Code::kCorrupt, "the PNG (" + std::to_string(bytes.size()) + " bytes) is " + what);
}

int channels_of(PngColour colour) {
  switch (colour) {
    case PngColour::kRgb:
      return 3;
    case PngColour::kGreyAlpha:
      return 2;
    case PngColour::kRgba:
      return 4;
    case PngColour::kGrey:
    case PngColour::kPalette:
      return 1;
  }
  return 0;
}

/// The chunks that matter, their checksums verified.
struct Chunks {
  std::vector<std::string_view> data;  ///< IDAT, in order.
  std::string_view palette;
  std::size_t data_bytes = 0;
};

Result<Chunks> read_chunks(std::string_view bytes) {
  Chunks chunks;
  std::size_t at = kPngSignature.size();
  for (;;) {
    if (bytes.size() - at < 12) return corrupt("cut short: it has no end chunk", bytes);
    const std::uint32_t size = big_endian(bytes, at);
    const std::string_view type = bytes.substr(at + 4, 4);
    if (size > bytes.size() - at - 12) return corrupt("cut short in chunk " + std::string(type), bytes);
    const std::string_view body = bytes.substr(at + 8, size);
    if (libdeflate_crc32(0, bytes.data() + at + 4, size + 4) != big_endian(bytes, at + 8 + size)) {
      return corrupt("damaged: the checksum of chunk " + std::string(type) + " is wrong", bytes);
    }
    if (type == "IEND") return chunks;
    if (type == "PLTE") chunks.palette = body;
    if (type == "IDAT") {
      chunks.data.push_back(body);
      chunks.data_bytes += size;
    }
    at += 12 + std::size_t{size};
  }
}

struct FreeDecompressor {
  void operator()(libdeflate_decompressor* d) const { libdeflate_free_decompressor(d); }
};
struct FreeCompressor {
  void operator()(libdeflate_compressor* c) const { libdeflate_free_compressor(c); }
};

/// Memory that a thread keeps between images: mapping fresh pages costs as much as unfiltering.
std::vector<std::uint8_t>& scratch(int which) {
  thread_local std::vector<std::uint8_t> buffers[2];
  return buffers[which];
}

using Pixel = std::array<int, 4>;

/// The neighbour that is nearest to a + b - c (PNG specification, 9.4).
inline int paeth(int a, int b, int c) {
  const int pa = b > c ? b - c : c - b;
  const int pb = a > c ? a - c : c - a;
  const int d = a + b - 2 * c;
  const int pc = d < 0 ? -d : d;
  const int bc = pb <= pc ? b : c;
  return pa <= pb && pa <= pc ? a : bc;
}

/// Undoes the filter of one row of `size` bytes. `above` is the row before, already undone (zeros for the
/// first).
template <int kChannels>
bool unfilter(int filter, const std::uint8_t* in, const std::uint8_t* above, std::uint8_t* out,
              std::size_t size) {
  const auto byte = [](int value) { return static_cast<std::uint8_t>(value); };
  // Pixel by pixel, with the pixel to the left in registers.
  const auto pixels = [&](auto&& predict) {
    Pixel left{}, corner{};
    for (std::size_t i = 0; i < size; i += kChannels) {
      for (int c = 0; c < kChannels; ++c) {
        const auto k = static_cast<std::size_t>(c);
        const int up = above[i + k];
        left[k] = byte(in[i + k] + predict(left[k], up, corner[k]));
        corner[k] = up;
        out[i + k] = byte(left[k]);
      }
    }
  };
  switch (filter) {
    case 0:
      std::memcpy(out, in, size);
      return true;
    case 1:
      pixels([](int a, int, int) { return a; });
      return true;
    case 2:
      for (std::size_t i = 0; i < size; ++i) out[i] = byte(in[i] + above[i]);
      return true;
    case 3:
      pixels([](int a, int b, int) { return (a + b) >> 1; });
      return true;
    case 4:
      pixels(paeth);
      return true;
    default:
      return false;
  }
}

bool unfilter_row(int channels, int filter, const std::uint8_t* in, const std::uint8_t* above,
                  std::uint8_t* out, std::size_t size) {
  switch (channels) {
    case 1:
      return unfilter<1>(filter, in, above, out, size);
    case 2:
      return unfilter<2>(filter, in, above, out, size);
    case 3:
      return unfilter<3>(filter, in, above, out, size);
    default:
      return unfilter<4>(filter, in, above, out, size);
  }
}

/// What is stored, in the channels that are wanted.
Result<Image> convert(const PngHeader& header, std::vector<std::uint8_t> stored, std::string_view palette,
                      std::string_view bytes) {
  const int channels = channels_of(header.colour);
  const bool indexed = header.colour == PngColour::kPalette;
  Image image{header.height, header.width, indexed || channels >= 3 ? 3 : 1, {}};
  const std::size_t count = static_cast<std::size_t>(header.height) * static_cast<std::size_t>(header.width);
  image.pixels.resize(count * static_cast<std::size_t>(image.channels));
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t c = 0; c < static_cast<std::size_t>(image.channels); ++c) {
      std::uint8_t value = 0;
      if (indexed) {
        const std::size_t entry = 3 * std::size_t{stored[i]} + c;
        if (entry >= palette.size()) return corrupt("damaged: a pixel lies outside its palette", bytes);
        value = static_cast<std::uint8_t>(palette[entry]);
      } else {
        value = stored[i * static_cast<std::size_t>(channels) + c];
      }
      image.pixels[i * static_cast<std::size_t>(image.channels) + c] = value;
    }
  }
  return image;
}

void append_chunk(std::string& out, std::string_view type, std::string_view body) {
  const auto number = [&](std::uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift));
  };
  number(static_cast<std::uint32_t>(body.size()));
  const std::size_t begin = out.size();
  out.append(type).append(body);
  number(libdeflate_crc32(0, out.data() + begin, out.size() - begin));
}

}  // namespace

Result<PngHeader> read_png_header(std::string_view bytes) {
  if (bytes.substr(0, kPngSignature.size()) != kPngSignature)
    return fail(Code::kInvalidInput, "it is not a PNG");
  if (bytes.size() < 33) return corrupt("cut short", bytes);
  if (bytes.substr(12, 4) != "IHDR" || big_endian(bytes, 8) != 13 ||
      libdeflate_crc32(0, bytes.data() + 12, 17) != big_endian(bytes, 29)) {
    return corrupt("damaged in its header", bytes);
  }
  const std::uint32_t width = big_endian(bytes, 16), height = big_endian(bytes, 20);
  if (width == 0 || height == 0 || width > INT32_MAX || height > INT32_MAX) {
    return corrupt("damaged: it has no pixels", bytes);
  }
  if (static_cast<std::int64_t>(width) > kMaxPixels / static_cast<std::int64_t>(height)) {
    return fail(Code::kInvalidInput, "an image of " + std::to_string(height) + "x" + std::to_string(width) +
                                         " is over " + std::to_string(kMaxPixels) + " pixels");
  }
  PngHeader header;
  header.width = static_cast<int>(width);
  header.height = static_cast<int>(height);
  header.depth = static_cast<unsigned char>(bytes[24]);
  const int colour = static_cast<unsigned char>(bytes[25]);
  if (colour > 6 || colour == 1 || colour == 5) return corrupt("damaged: it has no such colour type", bytes);
  header.colour = static_cast<PngColour>(colour);
  header.interlaced = bytes[28] != 0;
  return header;
}

Result<Image> decode_png(std::string_view bytes, PngPixels pixels) {
  ASSAY_TRY(const PngHeader header, read_png_header(bytes));
  ASSAY_TRY(const Chunks chunks, read_chunks(bytes));
  const int channels = channels_of(header.colour);
  const std::size_t row = static_cast<std::size_t>(header.width) * static_cast<std::size_t>(channels);
  const std::size_t raw_size = static_cast<std::size_t>(header.height) * (row + 1);
  if (static_cast<std::int64_t>(raw_size) / kMaxRatio > static_cast<std::int64_t>(chunks.data_bytes)) {
    return corrupt("cut short: its pixels are missing", bytes);
  }
  std::string_view compressed = chunks.data.empty() ? std::string_view() : chunks.data.front();
  if (chunks.data.size() > 1) {
    auto& joined = scratch(0);
    joined.clear();
    for (const std::string_view part : chunks.data) joined.insert(joined.end(), part.begin(), part.end());
    compressed = {reinterpret_cast<const char*>(joined.data()), joined.size()};
  }
  auto& raw = scratch(1);
  if (raw.size() < raw_size) raw.resize(raw_size);
  thread_local const std::unique_ptr<libdeflate_decompressor, FreeDecompressor> decompressor(
      libdeflate_alloc_decompressor());
  std::size_t got = 0;
  if (libdeflate_zlib_decompress(decompressor.get(), compressed.data(), compressed.size(), raw.data(),
                                 raw_size, &got) != LIBDEFLATE_SUCCESS ||
      got != raw_size) {
    return corrupt("damaged: its pixels cannot be unpacked", bytes);
  }

  Image image{header.height, header.width, channels, {}};
  image.pixels.resize(static_cast<std::size_t>(header.height) * row);
  const std::vector<std::uint8_t> zeros(row, 0);
  const std::uint8_t* above = zeros.data();
  for (int y = 0; y < header.height; ++y) {
    const std::uint8_t* in = raw.data() + static_cast<std::size_t>(y) * (row + 1);
    std::uint8_t* out = image.pixels.data() + static_cast<std::size_t>(y) * row;
    if (!unfilter_row(channels, in[0], in + 1, above, out, row)) {
      return corrupt("damaged: row " + std::to_string(y) + " has no such filter", bytes);
    }
    above = out;
  }
  const bool as_it_is =
      pixels == PngPixels::kStored || header.colour == PngColour::kRgb || header.colour == PngColour::kGrey;
  if (as_it_is) return image;
  return convert(header, std::move(image.pixels), chunks.palette, bytes);
}

Result<std::string> encode_png(const Image& image) {
  const std::size_t row = static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.channels);
  if (image.height < 1 || image.width < 1 || (image.channels != 1 && image.channels != 3) ||
      image.pixels.size() != row * static_cast<std::size_t>(image.height)) {
    return fail(Code::kInvalidInput, "an image to be written needs 1 or 3 channels and all of its pixels");
  }
  // Pictures pack better as differences to the row above; labels as they are.
  const bool differences = image.channels == 3;
  std::string raw;
  raw.reserve(static_cast<std::size_t>(image.height) * (row + 1));
  for (int y = 0; y < image.height; ++y) {
    const std::uint8_t* line = image.pixels.data() + static_cast<std::size_t>(y) * row;
    const bool up = differences && y > 0;
    raw.push_back(up ? '\2' : '\0');
    for (std::size_t i = 0; i < row; ++i) {
      raw.push_back(static_cast<char>(up ? line[i] - *(line + i - row) : line[i]));
    }
  }
  constexpr int kLevel = 3;  // Beyond it, noisy pictures shrink by little and take many times longer.
  const std::unique_ptr<libdeflate_compressor, FreeCompressor> compressor(
      libdeflate_alloc_compressor(kLevel));
  if (!compressor) return fail(Code::kResource, "no memory to compress an image");
  std::string packed(libdeflate_zlib_compress_bound(compressor.get(), raw.size()), '\0');
  packed.resize(
      libdeflate_zlib_compress(compressor.get(), raw.data(), raw.size(), packed.data(), packed.size()));

  std::string header;
  for (const int value : {image.width, image.height}) {
    for (int shift = 24; shift >= 0; shift -= 8) header.push_back(static_cast<char>(value >> shift));
  }
  header += '\x08';
  header += image.channels == 3 ? '\2' : '\0';
  header.append(3, '\0');
  std::string out(kPngSignature);
  append_chunk(out, "IHDR", header);
  append_chunk(out, "IDAT", packed);
  append_chunk(out, "IEND", "");
  return out;
}

}  // namespace assay::dataset
