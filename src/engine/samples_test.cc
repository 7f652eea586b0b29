#include "engine/samples.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <set>

namespace assay::engine {
namespace {

int longest_run(const std::vector<std::int64_t>& iterations) {
  int longest = 0, run = 0;
  for (std::size_t i = 0; i < iterations.size(); ++i) {
    run = i > 0 && iterations[i] == iterations[i - 1] + 1 ? run + 1 : 1;
    longest = std::max(longest, run);
  }
  return longest;
}

TEST(SlotPlan, HitsWhoeverSkipsOneOfTen) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const SlotPlan plan = plan_slots(seed, 8, 1000, kMostSamples);
    ASSERT_EQ(plan.sampled.size(), static_cast<std::size_t>(kMostSamples));
    EXPECT_TRUE(std::is_sorted(plan.sampled.begin(), plan.sampled.end()));
    EXPECT_GE(plan.sampled.front(), 0);
    EXPECT_LT(plan.sampled.back(), 1000);
    std::set<std::int64_t> residues;
    for (const std::int64_t i : plan.sampled) residues.insert(i % 10);
    EXPECT_EQ(residues.size(), 10u);
    EXPECT_GE(longest_run(plan.sampled), 12);
  }
}

TEST(SlotPlan, EverySlotIsUsedOnceAndHasItsIterationsInput) {
  const SlotPlan plan = plan_slots(3, 8, 1000, kMostSamples);
  std::set<std::uint32_t> slots(plan.rotation.begin(), plan.rotation.end());
  slots.insert(plan.spare.begin(), plan.spare.end());
  EXPECT_EQ(slots.size(), plan.rotation.size() + plan.spare.size());
  EXPECT_EQ(*slots.rbegin() + 1, slots.size());
  for (std::uint32_t k = 0; k < 8; ++k) EXPECT_EQ(plan.input_of_slot[plan.rotation[k]], k);
  for (std::size_t j = 0; j < plan.spare.size(); ++j)
    EXPECT_EQ(plan.input_of_slot[plan.spare[j]], static_cast<std::uint32_t>(plan.sampled[j] % 8));
  // A spare slot's number tells nothing: they are not all above the others.
  EXPECT_LT(*std::min_element(plan.spare.begin(), plan.spare.end()),
            *std::max_element(plan.rotation.begin(), plan.rotation.end()));
}

TEST(SlotPlan, FewIterationsAndLittleMemory) {
  EXPECT_EQ(plan_slots(1, 2, 5, kMostSamples).sampled, (std::vector<std::int64_t>{0, 1, 2, 3, 4}));
  EXPECT_EQ(longest_run(plan_slots(1, 2, 1000, 12).sampled), 12);
  EXPECT_EQ(plan_slots(1, 2, 1000, 3).sampled.size(), 3u);
  EXPECT_TRUE(plan_slots(1, 2, 1000, 0).sampled.empty());
  EXPECT_EQ(plan_slots(1, 1, 1, kMostSamples).sampled.size(), 1u);
}

TEST(SlotPlan, TouchUsesEverySlotInTheOrderOfTheInputs) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const SlotPlan plan = plan_slots(seed, 8, 1000, kMostSamples);
    EXPECT_EQ(std::set<std::uint32_t>(plan.touch.begin(), plan.touch.end()).size(),
              plan.input_of_slot.size());
    for (std::size_t i = 0; i < plan.touch.size(); ++i)
      EXPECT_EQ(plan.input_of_slot.at(plan.touch[i]), i % 8);
  }
  EXPECT_EQ(plan_slots(1, 3, 1, 0).touch.size(), 3u);
}

TEST(SlotPlan, OfLargeOutputsOneBurstFits) {
  constexpr std::uint64_t kMiB = 1 << 20, kGiB = 1 << 30;
  EXPECT_EQ(samples_that_fit(4096, 0), kMostSamples);
  EXPECT_EQ(samples_that_fit(10 * kMiB, 100 * kGiB), 25);
  EXPECT_EQ(samples_that_fit(160 * kMiB, 16 * kGiB), 12);
  EXPECT_EQ(samples_that_fit(160 * kMiB, 8 * kGiB), 6);
  EXPECT_EQ(samples_that_fit(160 * kMiB, 0), 1);
  EXPECT_EQ(samples_that_fit(300 * kMiB, 0), 0);
  EXPECT_EQ(longest_run(plan_slots(5, 8, 1000, 6).sampled), 6) << "one burst, not scattered ones";
}

TEST(SlotPlan, SeedDecides) {
  EXPECT_EQ(plan_slots(9, 8, 1000, 48).sampled, plan_slots(9, 8, 1000, 48).sampled);
  EXPECT_NE(plan_slots(9, 8, 1000, 48).sampled, plan_slots(10, 8, 1000, 48).sampled);
}

template <typename T>
std::vector<std::byte> bytes(const std::vector<T>& values) {
  std::vector<std::byte> raw(values.size() * sizeof(T));
  std::memcpy(raw.data(), values.data(), raw.size());
  return raw;
}

record::TensorInfo tensor(const std::string& dtype, std::vector<std::int64_t> dims, std::uint64_t size) {
  return {"out", dtype, std::move(dims), size};
}

TEST(CompareSample, CountsPositionsWithTheSameArgmax) {
  // Two classes at four positions; the third's winner differs.
  const auto reference = bytes<float>({1, 1, 1, 5, 0, 2, 0, 0}),
             found = bytes<float>({1, 1, 0, 5, 0, 2, 1, 0});
  const auto sample = compare_sample({tensor("f32", {1, 2, 2, 2}, 32)}, {found}, {reference}, 1);
  EXPECT_TRUE(sample.written);
  EXPECT_FALSE(sample.bitwise_equal);
  EXPECT_DOUBLE_EQ(sample.argmax_agreement, 0.75);
  EXPECT_DOUBLE_EQ(sample.max_abs_difference, 0.2);  // 1 of max|reference| = 5.
}

TEST(CompareSample, ClassAxisMayBeLast) {
  const auto reference = bytes<float>({0, 1, 2, 2, 1, 0}), found = bytes<float>({0, 1, 2, 2, 1, 3});
  const auto sample = compare_sample({tensor("f32", {1, 2, 3}, 24)}, {found}, {reference}, 2);
  EXPECT_DOUBLE_EQ(sample.argmax_agreement, 0.5);
}

TEST(CompareSample, LabelsAreComparedAsTheyAre) {
  const auto reference = bytes<std::int64_t>({0, 1, 2, 3}), found = bytes<std::int64_t>({0, 1, 2, 4});
  EXPECT_DOUBLE_EQ(compare_sample({tensor("i64", {1, 4}, 32)}, {found}, {reference}, 1).argmax_agreement,
                   0.75);
}

TEST(CompareSample, HalfPrecision) {
  // 1.0, 2.0, -0.5, 65504 and a subnormal, as IEEE binary16.
  const auto reference = bytes<std::uint16_t>({0x3c00, 0x4000, 0xb800, 0x7bff, 0x0001, 0});
  const auto found = bytes<std::uint16_t>({0x3c00, 0x4000, 0xb800, 0x7bff, 0x0001, 0x7bff});
  const auto sample = compare_sample({tensor("f16", {1, 6}, 12)}, {found}, {reference}, 1);
  EXPECT_DOUBLE_EQ(sample.max_abs_difference, 1.0);
  EXPECT_DOUBLE_EQ(sample.argmax_agreement, 1.0);  // The first of equals wins in both.
}

TEST(CompareSample, WhatIsNotFiniteIsToldAndHasNoDifference) {
  const auto reference = bytes<float>({1, 2, 3});
  const auto outputs = std::vector{tensor("f32", {1, 3}, 12)};
  // Wherever it stands: a later, finite gap must not make it forgotten.
  for (const float odd : {NAN, INFINITY, -INFINITY})
    for (std::size_t at = 0; at < 3; ++at) {
      std::vector<float> values{1, 2.5, 3};
      values[at] = odd;
      const auto sample = compare_sample(outputs, {bytes(values)}, {reference}, 1);
      EXPECT_FALSE(sample.finite);
      EXPECT_EQ(sample.max_abs_difference, -1);
      EXPECT_GE(sample.argmax_agreement, 0);
      EXPECT_LE(sample.argmax_agreement, 1);
    }
  const auto nan = bytes<float>({1, NAN, 3});
  EXPECT_FALSE(compare_sample(outputs, {nan}, {}, 1).finite) << "without a reference, too";
  const auto equal = compare_sample(outputs, {nan}, {nan}, 1);
  EXPECT_TRUE(equal.bitwise_equal);
  EXPECT_FALSE(equal.finite) << "a reference that holds the same NaN is no excuse";
  const auto odd_reference = compare_sample(outputs, {reference}, {nan}, 1);
  EXPECT_TRUE(odd_reference.finite);
  EXPECT_EQ(odd_reference.max_abs_difference, -1);
}

TEST(CompareSample, FiniteInEveryType) {
  const auto finite = [](const std::string& dtype, const std::vector<std::byte>& found) {
    return compare_sample({tensor(dtype, {1, 2}, found.size())}, {found}, {}, 1).finite;
  };
  EXPECT_TRUE(finite("f16", bytes<std::uint16_t>({0x7bff, 0xfbff})));
  EXPECT_FALSE(finite("f16", bytes<std::uint16_t>({0, 0x7c00})));
  EXPECT_TRUE(finite("bf16", bytes<std::uint16_t>({0x7f7f, 0x7c00})));
  EXPECT_FALSE(finite("bf16", bytes<std::uint16_t>({0, 0xffc0})));
  EXPECT_TRUE(finite("f64", bytes<double>({1e308, -1e308})));
  EXPECT_FALSE(finite("f64", bytes<double>({0, NAN})));
  EXPECT_TRUE(finite("i32", bytes<std::int32_t>({0x7f800000, -1})));
}

TEST(CompareSample, AReferenceOfZerosLeavesTheDifferenceUndefined) {
  const auto zeros = bytes<float>({0, 0}), found = bytes<float>({0, 1});
  const auto outputs = std::vector{tensor("f32", {1, 2}, 8), tensor("f32", {1, 2}, 8)};
  const auto sample = compare_sample(outputs, {found, found}, {zeros, bytes<float>({0, 2})}, 1);
  EXPECT_TRUE(sample.finite);
  EXPECT_EQ(sample.max_abs_difference, -1) << "the other output's difference does not cover it";
  EXPECT_EQ(sample.argmax_agreement, 0);
  // -0 and 0 differ bit by bit, and by nothing.
  const auto signs = compare_sample({outputs[0]}, {bytes<float>({-0.0F, 0})}, {zeros}, 1);
  EXPECT_FALSE(signs.bitwise_equal);
  EXPECT_EQ(signs.max_abs_difference, 0);
}

TEST(CompareSample, ADifferenceBeyondDoubleIsUndefined) {
  const auto sample = compare_sample({tensor("f64", {1, 2}, 16)}, {bytes<double>({1e308, 1})},
                                     {bytes<double>({-1e308, 5e-324})}, 1);
  EXPECT_TRUE(sample.finite);
  EXPECT_EQ(sample.max_abs_difference, -1);
}

TEST(CompareSample, PoisonMeansNotWritten) {
  const std::vector<std::byte> poison(8, kPoison);
  auto touched = poison;
  touched[7] = std::byte{0};
  const auto outputs = std::vector{tensor("f32", {1, 2}, 8), tensor("f32", {1, 2}, 8)};
  EXPECT_FALSE(compare_sample(outputs, {touched, poison}, {}, 1).written);
  const auto sample = compare_sample(outputs, {touched, touched}, {}, 1);
  EXPECT_TRUE(sample.written);
  EXPECT_EQ(sample.argmax_agreement, -1);
}

TEST(CheckFit, SaysWhatWasExpectedAndFound) {
  const auto tensors = std::vector{tensor("f32", {1, 3, 2, 2}, 48)};
  EXPECT_TRUE(check_fit({TensorSet{std::vector<std::byte>(48)}}, tensors, "input"));
  const auto short_one = check_fit({TensorSet{std::vector<std::byte>(47)}}, tensors, "input");
  ASSERT_FALSE(short_one);
  EXPECT_EQ(short_one.error().code, Code::kInvalidInput);
  for (const char* part : {"\"out\"", "1x3x2x2", "48", "47"})
    EXPECT_NE(short_one.error().message.find(part), std::string::npos) << short_one.error().message;
  EXPECT_FALSE(check_fit({TensorSet{}}, tensors, "input"));
  EXPECT_TRUE(check_fit({}, tensors, "reference"));
}

TEST(CheckAlike, OneOddSetIsFound) {
  const TensorSet set{std::vector<std::byte>(4), std::vector<std::byte>(8)};
  EXPECT_TRUE(check_alike({}, "input"));
  EXPECT_TRUE(check_alike({set}, "input"));
  EXPECT_TRUE(check_alike({set, set, set}, "input"));
  TensorSet odd = set;
  odd[1].pop_back();
  EXPECT_FALSE(check_alike({set, set, odd}, "input"));
  odd.pop_back();
  EXPECT_FALSE(check_alike({set, odd}, "input"));
  EXPECT_FALSE(check_alike({odd, set}, "input"));
}

}  // namespace
}  // namespace assay::engine
