#include "campaign/model_output.h"

#include <gtest/gtest.h>

#include <cstring>

namespace assay::campaign {
namespace {

record::SessionInfo session(record::TensorInfo output) {
  record::SessionInfo info;
  info.inputs = {{"image", "f32", {1, 3, 64, 128}, 98304}};
  info.outputs = {std::move(output)};
  return info;
}

template <typename T>
std::vector<std::byte> bytes(const std::vector<T>& values) {
  std::vector<std::byte> out(values.size() * sizeof(T));
  std::memcpy(out.data(), values.data(), out.size());
  return out;
}

TEST(ModelOutput, LogitsOfBothLayoutsGiveTheSameMap) {
  // Two pixels, three classes: classes 2 and 0.
  const auto planes = bytes<float>({1, 9, 2, 3, 7, 4});
  const auto last = bytes<float>({1, 2, 7, 9, 3, 4});
  spec::ModelIo io;
  auto first = ModelOutput::create(session({"o", "f32", {1, 3, 1, 2}, 24}), io, 3);
  ASSERT_TRUE(first) << first.error().message;
  io.output_layout = "NHWC";
  auto second = ModelOutput::create(session({"o", "f32", {1, 1, 2, 3}, 24}), io, 3);
  ASSERT_TRUE(second) << second.error().message;
  std::vector<std::uint8_t> a(2), b(2);
  ASSERT_TRUE(first->classes_at(planes, 0, {1, 2}, a));
  ASSERT_TRUE(second->classes_at(last, 0, {1, 2}, b));
  EXPECT_EQ(a, (std::vector<std::uint8_t>{2, 0}));
  EXPECT_EQ(a, b);
}

TEST(ModelOutput, LabelsInTheGraphAndTheSecondImageOfABatch) {
  spec::ModelIo io;
  io.output_kind = "labels";
  auto output = ModelOutput::create(session({"mask", "i64", {2, 1, 2}, 32}), io, 19);
  ASSERT_TRUE(output) << output.error().message;
  std::vector<std::uint8_t> map(2);
  ASSERT_TRUE(output->classes_at(bytes<std::int64_t>({1, 2, 18, 4}), 1, {1, 2}, map));
  EXPECT_EQ(map, (std::vector<std::uint8_t>{18, 4}));
  EXPECT_FALSE(output->classes_at(bytes<std::int64_t>({1, 2, 19, 4}), 1, {1, 2}, map)) << "19 is no class";
  EXPECT_FALSE(output->classes_at(bytes<std::int64_t>({1, 2}), 1, {1, 2}, map)) << "no second image there";
}

TEST(ModelOutput, SaysWhatItExpectedAndFound) {
  spec::ModelIo io;
  const auto wrong = ModelOutput::create(session({"logits", "f32", {1, 21, 8, 16}, 0}), io, 19);
  ASSERT_FALSE(wrong);
  EXPECT_NE(wrong.error().message.find("[N,19,h,w]"), std::string::npos) << wrong.error().message;
  EXPECT_NE(wrong.error().message.find("[1,21,8,16]"), std::string::npos) << wrong.error().message;
}

TEST(FindImageInput, ChecksShapeAndName) {
  const auto info = session({"o", "f32", {1, 3, 1, 2}, 24});
  spec::ModelIo io;
  EXPECT_EQ(find_image_input(info, io, 1, {64, 128}).value(), 0);
  EXPECT_FALSE(find_image_input(info, io, 2, {64, 128}));
  EXPECT_FALSE(find_image_input(info, io, 1, {128, 64}));
  io.input_name = "pixels";
  const auto missing = find_image_input(info, io, 1, {64, 128});
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().message.find("image f32 [1,3,64,128]"), std::string::npos)
      << missing.error().message;
}

}  // namespace
}  // namespace assay::campaign
