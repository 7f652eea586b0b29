#include "campaign/compare.h"

#include <gtest/gtest.h>

#include <cstring>
#include <limits>

namespace assay::campaign {
namespace {

engine::TensorSet tensor(const std::vector<float>& values) {
  std::vector<std::byte> bytes(values.size() * sizeof(float));
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return {bytes};
}

Result<Agreement> compare(const std::vector<engine::TensorSet>& a, const record::TensorInfo& a_info,
                          const std::vector<engine::TensorSet>& b, const record::TensorInfo& b_info,
                          int axis) {
  const std::vector<record::TensorInfo> a_infos{a_info}, b_infos{b_info};
  return compare_outputs({a, a_infos}, {b, b_infos}, "", axis);
}

// [1, 2 classes, 1, 3 pixels]
const record::TensorInfo kLogits{"logits", "f32", {1, 2, 1, 3}, 24};

TEST(CompareOutputs, CountsPositionsAndScalesTheDifference) {
  const auto a = tensor({1, 5, 0, 2, 4, 1});  // classes 1, 0, 1
  const auto b = tensor({1, 5, 8, 2, 4, 1});  // classes 1, 0, 0
  const auto agreement = compare({a}, kLogits, {b}, kLogits, 1);
  ASSERT_TRUE(agreement);
  EXPECT_DOUBLE_EQ(agreement->argmax, 2.0 / 3);
  EXPECT_DOUBLE_EQ(agreement->max_abs_difference, 1.0);  // |0 - 8| / 8
}

TEST(CompareOutputs, ChannelsLast) {
  const record::TensorInfo info{"logits", "f32", {1, 1, 3, 2}, 24};
  const auto a = tensor({1, 2, 5, 4, 0, 1});
  const auto b = tensor({1, 2, 5, 4, 1, 0});
  EXPECT_DOUBLE_EQ(compare({a}, info, {b}, info, 3)->argmax, 2.0 / 3);
}

TEST(CompareOutputs, LabelMapsByElementNotByByte) {
  const record::TensorInfo info{"mask", "i64", {1, 1, 4}, 32};
  const std::vector<std::int64_t> a{1, 2, 3, 4}, b{1, 9, 9, 9};
  const auto bytes = [](const std::vector<std::int64_t>& values) {
    std::vector<std::byte> out(values.size() * 8);
    std::memcpy(out.data(), values.data(), out.size());
    return engine::TensorSet{out};
  };
  EXPECT_DOUBLE_EQ(compare({bytes(a)}, info, {bytes(b)}, info, 1)->argmax, 0.25);
}

TEST(CompareOutputs, RefusesOtherShapesAndNonFiniteValues) {
  const record::TensorInfo other{"logits", "f32", {1, 2, 3, 1}, 24};
  const auto good = tensor({1, 2, 3, 4, 5, 6});
  EXPECT_FALSE(compare({good}, kLogits, {good}, other, 1));
  const auto bad = tensor({1, 2, 3, 4, 5, std::numeric_limits<float>::quiet_NaN()});
  EXPECT_FALSE(compare({bad}, kLogits, {good}, kLogits, 1));
  EXPECT_FALSE(compare({}, kLogits, {}, kLogits, 1)) << "nothing compared is not agreement";
}

}  // namespace
}  // namespace assay::campaign
