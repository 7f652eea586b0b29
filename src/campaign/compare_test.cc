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

// [1, 2 classes, 1, 3 pixels]
const record::TensorInfo kLogits{"logits", "f32", {1, 2, 1, 3}, 24};

TEST(CompareOutputs, CountsPositionsAndScalesTheDifference) {
  const auto a = tensor({1, 5, 0, 2, 4, 1});  // classes 1, 0, 1
  const auto b = tensor({1, 5, 8, 2, 4, 1});  // classes 1, 0, 0
  const auto agreement = compare_outputs({a}, kLogits, {b}, kLogits, 0, 1);
  ASSERT_TRUE(agreement);
  EXPECT_DOUBLE_EQ(agreement->argmax, 2.0 / 3);
  EXPECT_DOUBLE_EQ(agreement->max_abs_difference, 1.0);  // |0 - 8| / 8
}

TEST(CompareOutputs, ChannelsLast) {
  const record::TensorInfo info{"logits", "f32", {1, 1, 3, 2}, 24};
  const auto a = tensor({1, 2, 5, 4, 0, 1});
  const auto b = tensor({1, 2, 5, 4, 1, 0});
  EXPECT_DOUBLE_EQ(compare_outputs({a}, info, {b}, info, 0, 3)->argmax, 2.0 / 3);
}

TEST(CompareOutputs, RefusesOtherShapesAndNonFiniteValues) {
  const record::TensorInfo other{"logits", "f32", {1, 2, 3, 1}, 24};
  const auto good = tensor({1, 2, 3, 4, 5, 6});
  EXPECT_FALSE(compare_outputs({good}, kLogits, {good}, other, 0, 1));
  const auto bad = tensor({1, 2, 3, 4, 5, std::numeric_limits<float>::quiet_NaN()});
  EXPECT_FALSE(compare_outputs({bad}, kLogits, {good}, kLogits, 0, 1));
  EXPECT_FALSE(compare_outputs({}, kLogits, {}, kLogits, 0, 1)) << "nothing compared is not agreement";
}

}  // namespace
}  // namespace assay::campaign
