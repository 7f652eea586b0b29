#include "dataset/preprocess.h"

#include <gtest/gtest.h>

#include "base/digest.h"
#include "dataset/test_images.h"

namespace assay::dataset {
namespace {

spec::ModelIo imagenet() {
  spec::ModelIo io;
  io.mean = {0.485, 0.456, 0.406};
  io.stddev = {0.229, 0.224, 0.225};
  return io;
}

std::vector<float> apply(const spec::ModelIo& io, const Image& image, spec::Size size) {
  std::vector<float> out(tensor_elements(size));
  const auto preprocessor = Preprocessor::create(io);
  EXPECT_TRUE(preprocessor);
  const auto done = preprocessor->apply(image, size, out);
  EXPECT_TRUE(done) << done.error().message;
  return out;
}

// numpy: np.float32((np.array(pixels) / 255.0 - mean) / std) in float64, for pixels 0, 1, 127, 255.
TEST(Preprocess, EqualsNumpyToTheBit) {
  const Image image{2, 2, 3, {0, 0, 0, 1, 1, 1, 127, 127, 127, 255, 255, 255}};
  const std::vector<float> expected{-2.11790395F, -2.10077929F, 0.0569398068F, 2.24890828F,
                                    -2.03571439F, -2.01820731F, 0.187675074F,  2.42857146F,
                                    -1.80444443F, -1.7870152F,  0.40906319F,   2.6400001F};
  EXPECT_EQ(apply(imagenet(), image, {2, 2}), expected);
}

TEST(Preprocess, ChannelOrderAndRange) {
  spec::ModelIo io;
  io.range_lo = -1;
  const Image image{1, 2, 3, {0, 51, 255, 255, 0, 51}};
  EXPECT_EQ(apply(io, image, {1, 2}), (std::vector<float>{-1, 1, -0.6F, -1, 1, -0.6F}));
  io.order = "BGR";
  EXPECT_EQ(apply(io, image, {1, 2}), (std::vector<float>{1, -0.6F, -0.6F, -1, -1, 1}));
  // Mean and deviation belong to the model's order: here to blue first.
  io = imagenet();
  io.order = "BGR";
  EXPECT_FLOAT_EQ(apply(io, image, {1, 2})[0], (1 - 0.485F) / 0.229F);
  io = {};
  io.dtype = "u8";
  io.mean = {9, 9, 9};
  EXPECT_EQ(apply(io, image, {1, 2}), (std::vector<float>{0, 255, 51, 0, 255, 51}));
}

// Half-pixel centres: output x lies at (x + 0.5) * 2 / 4 - 0.5 = -0.25, 0.25, 0.75, 1.25 of the input.
TEST(Preprocess, ResizesBilinearlyWithHalfPixelCentres) {
  spec::ModelIo io;
  io.dtype = "u8";
  const Image image{1, 2, 3, {0, 0, 0, 100, 200, 40}};
  const auto out = apply(io, image, {1, 4});
  EXPECT_EQ(std::vector<float>(out.begin(), out.begin() + 4), (std::vector<float>{0, 25, 75, 100}));
  EXPECT_EQ(std::vector<float>(out.begin() + 4, out.begin() + 8), (std::vector<float>{0, 50, 150, 200}));
}

// The digest pins the bits: another machine that computes others fails here.
TEST(Preprocess, ResizedTensorIsTheSameEverywhere) {
  const auto out = apply(imagenet(), pattern(37, 53, 3), {64, 96});
  EXPECT_EQ(tensor_digest(out), "d214af24bd260f06a285368620561fd5b6e1a0510904aec1a90299e85ee3ad9f");
  EXPECT_EQ(tensor_digest(std::vector<float>{}), sha256_hex(std::string_view("")));
}

TEST(Preprocess, LayoutsAreDerived) {
  std::vector<float> canonical;
  for (int i = 0; i < 24; ++i) canonical.push_back(static_cast<float>(i));  // Two images [3,2,2].
  spec::ModelIo io;
  io.layout = "NHWC";
  std::vector<float> nhwc(24);
  ASSERT_TRUE(to_model_layout(canonical, io, {2, 2}, std::as_writable_bytes(std::span(nhwc))));
  EXPECT_EQ(nhwc, (std::vector<float>{0,  4,  8,  1,  5,  9,  2,  6,  10, 3,  7,  11,
                                      12, 16, 20, 13, 17, 21, 14, 18, 22, 15, 19, 23}));
  io.dtype = "u8";
  std::vector<std::uint8_t> bytes(24);
  ASSERT_TRUE(to_model_layout(canonical, io, {2, 2}, std::as_writable_bytes(std::span(bytes))));
  EXPECT_EQ(bytes, std::vector<std::uint8_t>(nhwc.begin(), nhwc.end()));
  io.layout = "NCHW";
  ASSERT_TRUE(to_model_layout(canonical, io, {2, 2}, std::as_writable_bytes(std::span(bytes))));
  EXPECT_EQ(bytes[5], 5);
  canonical[7] = 0.5F;
  EXPECT_EQ(to_model_layout(canonical, io, {2, 2}, std::as_writable_bytes(std::span(bytes))).error().code,
            Code::kInvalidInput);
  EXPECT_FALSE(to_model_layout(canonical, io, {2, 3}, std::as_writable_bytes(std::span(bytes))));
  EXPECT_FALSE(to_model_layout(canonical, io, {0, 2}, std::as_writable_bytes(std::span(bytes))));
}

TEST(Preprocess, RefusesContradictions) {
  const auto error = [](auto change) {
    spec::ModelIo io;
    change(io);
    const auto created = Preprocessor::create(io);
    return created ? Code::kInternal : created.error().code;
  };
  EXPECT_EQ(error([](auto& io) { io.order = "GBR"; }), Code::kInvalidInput);
  EXPECT_EQ(error([](auto& io) { io.layout = "CHW"; }), Code::kInvalidInput);
  EXPECT_EQ(error([](auto& io) { io.dtype = "f64"; }), Code::kInvalidInput);
  EXPECT_EQ(error([](auto& io) { io.stddev[1] = 0; }), Code::kInvalidInput);
  EXPECT_EQ(error([](auto& io) {
              io.normalisation_in_graph = true;
              io.mean[0] = 0.5;
            }),
            Code::kInvalidInput);
  std::vector<float> out(12);
  const auto preprocessor = Preprocessor::create({}).value();
  EXPECT_FALSE(preprocessor.apply(pattern(2, 2, 3), {2, 3}, out));
  EXPECT_FALSE(preprocessor.apply(pattern(2, 2, 1), {2, 2}, out));
  EXPECT_FALSE(preprocessor.apply(pattern(2, 2, 3), {-2, -2}, out));
}

}  // namespace
}  // namespace assay::dataset
