#include "dataset/png.h"

#include <gtest/gtest.h>
#include <libdeflate.h>
#include <png.h>

#include <random>

#include "dataset/image.h"
#include "dataset/test_images.h"

namespace assay::dataset {
namespace {

namespace fs = std::filesystem;

/// libpng as the oracle's other half: writes what our own encoder never does.
struct Kind {
  int colour = PNG_COLOR_TYPE_RGB;
  int depth = 8;
  int filter = PNG_FILTER_NONE;
  int interlace = PNG_INTERLACE_NONE;
  int chunk = 8192;  ///< Size of the data chunks.
};

std::string encode_with_libpng(const Image& image, const Kind& kind) {
  std::string out;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  png_set_write_fn(
      png, &out,
      [](png_structp p, png_bytep data, png_size_t size) {
        static_cast<std::string*>(png_get_io_ptr(p))->append(reinterpret_cast<const char*>(data), size);
      },
      nullptr);
  png_set_compression_buffer_size(png, static_cast<std::size_t>(kind.chunk));
  png_set_IHDR(png, info, static_cast<png_uint_32>(image.width), static_cast<png_uint_32>(image.height),
               kind.depth, kind.colour, kind.interlace, PNG_COMPRESSION_TYPE_DEFAULT,
               PNG_FILTER_TYPE_DEFAULT);
  std::vector<png_color> palette;
  for (int i = 0; i < 256; ++i) {
    palette.push_back(
        {static_cast<png_byte>(i), static_cast<png_byte>(255 - i), static_cast<png_byte>(i ^ 85)});
  }
  if (kind.colour == PNG_COLOR_TYPE_PALETTE) png_set_PLTE(png, info, palette.data(), 256);
  png_set_filter(png, PNG_FILTER_TYPE_BASE, kind.filter);
  const std::size_t row = image.pixels.size() / static_cast<std::size_t>(image.height);
  std::vector<png_bytep> rows;
  for (int y = 0; y < image.height; ++y) {
    rows.push_back(const_cast<png_bytep>(image.pixels.data()) + static_cast<std::size_t>(y) * row);
  }
  png_write_info(png, info);
  png_write_image(png, rows.data());
  png_write_end(png, nullptr);
  png_destroy_write_struct(&png, &info);
  return out;
}

Image noise(int height, int width, int channels) {
  std::mt19937 random(3);
  Image image{height, width, channels, {}};
  image.pixels.resize(static_cast<std::size_t>(height) * width * channels);
  for (auto& value : image.pixels) value = static_cast<std::uint8_t>(random());
  return image;
}

TEST(Png, EveryFilterAndChannelCountDecodesAsLibpngWroteIt) {
  const std::pair<int, int> kinds[] = {{PNG_COLOR_TYPE_GRAY, 1},
                                       {PNG_COLOR_TYPE_GRAY_ALPHA, 2},
                                       {PNG_COLOR_TYPE_RGB, 3},
                                       {PNG_COLOR_TYPE_RGB_ALPHA, 4}};
  for (const int filter :
       {PNG_FILTER_NONE, PNG_FILTER_SUB, PNG_FILTER_UP, PNG_FILTER_AVG, PNG_FILTER_PAETH, PNG_ALL_FILTERS}) {
    for (const auto& [colour, channels] : kinds) {
      const Image image = noise(9, 13, channels);
      const auto decoded = decode_png(encode_with_libpng(image, {colour, 8, filter}), PngPixels::kStored);
      ASSERT_TRUE(decoded) << decoded.error().message;
      EXPECT_EQ(decoded->channels, channels);
      EXPECT_EQ(decoded->pixels, image.pixels) << "filter " << filter << ", channels " << channels;
    }
  }
}

TEST(Png, SeveralDataChunks) {
  const Image image = noise(40, 50, 3);
  const auto decoded = decode_png(encode_with_libpng(image, {.chunk = 100}), PngPixels::kRgb);
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_EQ(decoded->pixels, image.pixels);
}

TEST(Png, PaletteIsAppliedForPicturesAndKeptForLabels) {
  const Image image = noise(5, 7, 1);
  const std::string bytes = encode_with_libpng(image, {PNG_COLOR_TYPE_PALETTE});
  EXPECT_EQ(decode_png(bytes, PngPixels::kStored)->pixels, image.pixels);
  const auto rgb = decode_png(bytes, PngPixels::kRgb).value();
  ASSERT_EQ(rgb.channels, 3);
  EXPECT_EQ(rgb.pixels[0], image.pixels[0]);
  EXPECT_EQ(rgb.pixels[1], 255 - image.pixels[0]);
  EXPECT_EQ(rgb.pixels[2], image.pixels[0] ^ 85);
}

TEST(Png, AlphaIsDropped) {
  const Image image = noise(3, 4, 4);
  const auto rgb = decode_png(encode_with_libpng(image, {PNG_COLOR_TYPE_RGB_ALPHA}), PngPixels::kRgb).value();
  ASSERT_EQ(rgb.channels, 3);
  EXPECT_EQ(rgb.pixels[3], image.pixels[4]);
  EXPECT_EQ(rgb.pixels[35], image.pixels[46]);
}

TEST(Png, WhatWeWriteLibpngReads) {
  for (const int channels : {1, 3}) {
    const Image image = noise(17, 31, channels);
    const std::string bytes = encode_png(image).value();
    png_image oracle{};
    oracle.version = PNG_IMAGE_VERSION;
    ASSERT_TRUE(png_image_begin_read_from_memory(&oracle, bytes.data(), bytes.size()));
    EXPECT_EQ(oracle.format, static_cast<png_uint_32>(channels == 3 ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY));
    std::vector<std::uint8_t> pixels(PNG_IMAGE_SIZE(oracle));
    ASSERT_TRUE(png_image_finish_read(&oracle, nullptr, pixels.data(), 0, nullptr));
    EXPECT_EQ(pixels, image.pixels);
    EXPECT_EQ(decode_png(bytes, PngPixels::kStored)->pixels, image.pixels);
  }
  EXPECT_FALSE(encode_png({2, 2, 3, {1, 2, 3}}));
}

TEST(Png, EveryPrefixAndFlippedBitIsRefused) {
  const Image image = noise(6, 8, 3);
  const std::string bytes = encode_png(image).value();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(decode_png(bytes.substr(0, size), PngPixels::kRgb)) << size;
  }
  // Every byte is under some checksum, so no flip goes unseen.
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ 16);
    EXPECT_FALSE(decode_png(damaged, PngPixels::kRgb)) << i;
  }
}

/// A header that lies, with its checksum made right again: what checksums cannot catch.
std::string with_header(std::string bytes, std::uint8_t height, std::uint8_t width, std::uint8_t colour) {
  bytes[19] = static_cast<char>(width);
  bytes[23] = static_cast<char>(height);
  bytes[25] = static_cast<char>(colour);
  const std::uint32_t sum = libdeflate_crc32(0, bytes.data() + 12, 17);
  for (int i = 0; i < 4; ++i)
    bytes[29 + static_cast<std::size_t>(i)] = static_cast<char>(sum >> (24 - 8 * i));
  return bytes;
}

TEST(Png, HeadersThatLieAreRefused) {
  const std::string bytes = encode_png(noise(6, 8, 3)).value();
  ASSERT_TRUE(decode_png(with_header(bytes, 6, 8, 2), PngPixels::kRgb));
  for (const auto& [height, width] :
       {std::pair<int, int>{5, 8}, {7, 8}, {6, 7}, {6, 9}, {255, 255}, {0, 8}, {6, 0}}) {
    EXPECT_FALSE(
        decode_png(with_header(bytes, static_cast<std::uint8_t>(height), static_cast<std::uint8_t>(width), 2),
                   PngPixels::kRgb))
        << height << "x" << width;
  }
  for (const std::uint8_t colour : {0, 1, 4, 5, 6, 7}) {
    EXPECT_FALSE(decode_png(with_header(bytes, 6, 8, colour), PngPixels::kRgb)) << int{colour};
  }
  // Indices without a palette: they can be kept, but not turned into colours.
  const std::string grey = encode_png(noise(6, 8, 1)).value();
  EXPECT_TRUE(decode_png(with_header(grey, 6, 8, 3), PngPixels::kStored));
  EXPECT_FALSE(decode_png(with_header(grey, 6, 8, 3), PngPixels::kRgb));
}

class ImageFiles : public testing::Test {
 protected:
  fs::path put(const std::string& bytes) {
    const fs::path path = dir_.path() / "image";
    EXPECT_TRUE(write_file(path, bytes));
    return path;
  }
  TemporaryDirectory dir_ = TemporaryDirectory::create("assay-test").value();
};

TEST_F(ImageFiles, SixteenBitAndInterlacedPicturesAreRead) {
  Image deep = noise(4, 5, 6);  // Two bytes a sample, the high one first.
  deep.channels = 6;
  const auto shallow = read_rgb(put(encode_with_libpng(deep, {PNG_COLOR_TYPE_RGB, 16})));
  ASSERT_TRUE(shallow) << shallow.error().message;
  ASSERT_EQ(shallow->channels, 3);
  for (std::size_t i = 0; i < shallow->pixels.size(); ++i) {
    EXPECT_NEAR(shallow->pixels[i], deep.pixels[2 * i], 1) << i;
  }
  const Image image = noise(9, 9, 3);
  const auto woven =
      read_rgb(put(encode_with_libpng(image, {PNG_COLOR_TYPE_RGB, 8, PNG_FILTER_NONE, PNG_INTERLACE_ADAM7})));
  ASSERT_TRUE(woven) << woven.error().message;
  EXPECT_EQ(woven->pixels, image.pixels);
}

TEST_F(ImageFiles, SaysWhatIsWrong) {
  EXPECT_EQ(read_rgb(dir_.path() / "none").error().code, Code::kNotFound);
  EXPECT_EQ(read_rgb(put("")).error().code, Code::kInvalidInput);
  EXPECT_EQ(read_rgb(put("hello")).error().code, Code::kInvalidInput);
  EXPECT_EQ(read_rgb(put(std::string("\xff\xd8\xff\xe0 and no end"))).error().code, Code::kCorrupt);
  const std::string colour = encode_png(noise(4, 4, 3)).value(), grey = encode_png(noise(4, 4, 1)).value();
  EXPECT_EQ(read_rgb(put(grey)).error().code, Code::kInvalidInput);
  EXPECT_EQ(read_grey(put(colour)).error().code, Code::kInvalidInput);
  Image deep = noise(2, 2, 2);
  EXPECT_EQ(read_grey(put(encode_with_libpng(deep, {PNG_COLOR_TYPE_GRAY, 16}))).error().code,
            Code::kInvalidInput);
  const auto cut = read_grey(put(grey.substr(0, grey.size() - 20)));
  EXPECT_EQ(cut.error().code, Code::kCorrupt);
  EXPECT_NE(cut.error().message.find("cut short"), std::string::npos) << cut.error().message;
  EXPECT_NE(cut.error().message.find(dir_.path().string()), std::string::npos);
}

}  // namespace
}  // namespace assay::dataset
