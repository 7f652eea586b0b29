#include "metric/witness.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace assay::metric {
namespace {

/// Pairs whose ratios scatter by `scatter` around `ratio`, in alternating order.
std::vector<WitnessPair> pairs_of(double ratio, double scatter, int count) {
  std::vector<WitnessPair> pairs;
  for (int i = 0; i < count; ++i) {
    const double noise = scatter * ((i * 7) % 5 - 2) / 2;  // -1, 0.5, 0, ... times scatter, mean near 0.
    pairs.push_back({10, 10 * ratio * std::exp(noise), i % 2 == 0});
  }
  return pairs;
}

TEST(Witness, RatioIsTheGeometricMeanOfThePairsWithStudentsInterval) {
  // Logarithms of the ratios: 0.1, 0.2, 0.3. Mean 0.2, standard error 0.1 / sqrt(3), t(0.975, 2) = 4.302653.
  const std::vector<WitnessPair> pairs{
      {1, std::exp(0.1), true}, {2, 2 * std::exp(0.2), false}, {4, 4 * std::exp(0.3), true}};
  const auto found = compare_witness(pairs, 5, 0);
  ASSERT_TRUE(found) << found.error().message;
  const double half = 4.302652729911275 * 0.1 / std::sqrt(3.0);
  EXPECT_NEAR(*found->ratio.value, std::exp(0.2), 1e-12);
  EXPECT_NEAR(*found->ratio.lo, std::exp(0.2 - half), 1e-9);
  EXPECT_NEAR(*found->ratio.hi, std::exp(0.2 + half), 1e-9);
  EXPECT_NEAR(*found->difference.value, 100 * (std::exp(0.2) - 1), 1e-9);
  EXPECT_NEAR(*found->ours.value, 2, 1e-12);
  EXPECT_NEAR(*found->theirs.value / *found->ours.value, *found->ratio.value, 1e-12);
  EXPECT_EQ(found->pairs, 3);
}

TEST(Witness, AgreesDiffersOrIsUndecided) {
  EXPECT_EQ(compare_witness(pairs_of(1.001, 0.002, 10), 3, 0)->verdict, WitnessVerdict::kAgrees);
  EXPECT_EQ(compare_witness(pairs_of(1.05, 0.002, 10), 3, 0)->verdict, WitnessVerdict::kDiffers);
  EXPECT_EQ(compare_witness(pairs_of(0.95, 0.002, 10), 3, 0)->verdict, WitnessVerdict::kDiffers);
  EXPECT_EQ(compare_witness(pairs_of(1.01, 0.2, 10), 3, 0)->verdict, WitnessVerdict::kUndecided);
  // Sure to differ, but by less than what is tolerated: it agrees.
  EXPECT_EQ(compare_witness(pairs_of(1.01, 0.001, 10), 3, 0)->verdict, WitnessVerdict::kAgrees);
}

TEST(Witness, WhatTheToolRoundsAwayIsNoAgreement) {
  // Nothing scatters, and theirs is printed in steps of 1 ms: half of that is 5 % of 10 ms.
  const auto coarse = compare_witness(pairs_of(1.0, 0, 10), 3, 1.0);
  EXPECT_NEAR(coarse->resolution_percent, 5, 1e-9);
  EXPECT_EQ(coarse->verdict, WitnessVerdict::kUndecided);
  EXPECT_EQ(compare_witness(pairs_of(1.0, 0, 10), 3, 0.01)->verdict, WitnessVerdict::kAgrees);
}

TEST(Witness, TellsWhatTheOrderCosts) {
  // Whoever is second takes 2 % longer, and theirs is really 1 % slower.
  std::vector<WitnessPair> pairs;
  for (int i = 0; i < 10; ++i) {
    const bool ours_first = i % 3 != 0;
    pairs.push_back({ours_first ? 10.0 : 10.2, ours_first ? 10.1 * 1.02 : 10.1, ours_first});
  }
  const auto found = compare_witness(pairs, 3, 0);
  ASSERT_TRUE(found->second_slower);
  EXPECT_NEAR(*found->second_slower->value, 2, 1e-6);
  for (WitnessPair& pair : pairs) pair.ours_first = true;
  EXPECT_FALSE(compare_witness(pairs, 3, 0)->second_slower);
}

TEST(Witness, TellsAMachineThatSlowsDown) {
  std::vector<WitnessPair> pairs;
  for (int i = 0; i < 10; ++i) pairs.push_back({i < 5 ? 10.0 : 11.0, i < 5 ? 10.0 : 11.0, i % 2 == 0});
  const auto found = compare_witness(pairs, 3, 0);
  ASSERT_TRUE(found->later_slower);
  EXPECT_NEAR(*found->later_slower->value, 10, 1e-6);
  EXPECT_NEAR(*found->difference.value, 0, 1e-9);  // It falls out of the pairs.
}

TEST(Witness, RefusesWhatHasNoRatio) {
  EXPECT_FALSE(compare_witness(pairs_of(1, 0, 2), 3, 0));
  EXPECT_FALSE(compare_witness(pairs_of(1, 0, 5), 0, 0));
  EXPECT_FALSE(compare_witness(pairs_of(1, 0, 5), 3, -1));
  for (const double bad : {0.0, -1.0, std::nan(""), std::numeric_limits<double>::infinity()}) {
    auto pairs = pairs_of(1, 0, 5);
    pairs[2].theirs_ms = bad;
    EXPECT_FALSE(compare_witness(pairs, 3, 0)) << bad;
  }
}

}  // namespace
}  // namespace assay::metric
