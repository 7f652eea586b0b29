#include "metric/percentile.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace assay::metric {
namespace {

// numpy.percentile of the same, numpy 2.4; tests/accuracy compares thousands of arrays with numpy itself.
TEST(Percentile, IsNumpysLinear) {
  const std::vector<double> values{1, 2, 4, 8, 16};
  EXPECT_EQ(percentile(values, 0), 1);
  EXPECT_EQ(percentile(values, 50), 4);
  EXPECT_EQ(percentile(values, 90), 12.8);
  EXPECT_EQ(percentile(values, 99), 15.68);
  EXPECT_EQ(percentile(values, 100), 16);
}

TEST(Percentile, OfOneValueIsThatValue) {
  const std::vector<double> one{3.25};
  for (const double q : {0.0, 37.0, 50.0, 99.9, 100.0}) EXPECT_EQ(percentile(one, q), 3.25);
}

TEST(Percentile, StaysWithinItsNeighboursHoweverClose) {
  const double a = 0.1, b = std::nextafter(a, 1);
  const std::vector<double> values{a, b};
  for (int q = 0; q <= 100; ++q) {
    EXPECT_GE(percentile(values, q), a);
    EXPECT_LE(percentile(values, q), b);
  }
}

TEST(Percentile, OfNanosecondsIsInMilliseconds) {
  const std::vector<std::int64_t> ns{1'000'000, 2'000'000, 3'000'000};
  EXPECT_EQ(percentile_ms(ns, 75), 2.5);
}

TEST(Median, OfEvenAndOddCounts) {
  EXPECT_EQ(median(std::vector<double>{3, 1, 2}), 2);
  EXPECT_EQ(median(std::vector<double>{4, 1, 3, 2}), 2.5);
  EXPECT_EQ(median(std::vector<double>{5}), 5);
}

// MLPerf LoadGen's early stopping and its exact form.
TEST(BoundRank, AtAThousandSamples) {
  EXPECT_EQ(bound_rank(1000, 90), 922);
  EXPECT_EQ(bound_rank(1000, 95), 966);
  EXPECT_EQ(bound_rank(1000, 99), 998);
  EXPECT_EQ(bound_rank(1000, 90, 0.99, Indexing::kLoadGen), 923);
  EXPECT_EQ(bound_rank(1000, 95, 0.99, Indexing::kLoadGen), 967);
  EXPECT_EQ(bound_rank(1000, 99, 0.99, Indexing::kLoadGen), 999);
}

TEST(BoundRank, SmallestSampleThatSupportsAPercentile) {
  EXPECT_EQ(smallest_n(90), 44);
  EXPECT_EQ(smallest_n(99), 459);
  EXPECT_EQ(smallest_n(99.9), 4603);
  EXPECT_EQ(smallest_n(90, 0.99, Indexing::kLoadGen), 64);
  EXPECT_EQ(smallest_n(99, 0.99, Indexing::kLoadGen), 662);
  EXPECT_EQ(smallest_n(99.9, 0.99, Indexing::kLoadGen), 6636);
  EXPECT_EQ(bound_rank(44, 90), 44);
  EXPECT_FALSE(bound_rank(43, 90));
  EXPECT_FALSE(bound_rank(4602, 99.9));
  EXPECT_FALSE(bound_rank(0, 50));
}

TEST(BoundRank, CoversAsOftenAsItSays) {
  std::mt19937_64 random(11);
  std::uniform_real_distribution<double> draw(0, 1);
  const auto rank = static_cast<std::size_t>(*bound_rank(500, 90));
  constexpr int kTrials = 4000;
  int covered = 0;
  for (int trial = 0; trial < kTrials; ++trial) {
    std::vector<double> values(500);
    for (double& v : values) v = draw(random);
    std::sort(values.begin(), values.end());
    covered += values[rank - 1] >= 0.9 ? 1 : 0;
  }
  EXPECT_GE(covered, 0.985 * kTrials);
  EXPECT_LE(covered, 0.997 * kTrials);  // The smallest rank that will do, not one to be on the safe side.
}

TEST(BoundRank, OfDependentSamplesGoesByTheirWorth) {
  EXPECT_EQ(bound_rank_effective(1000, 1000, 90), 922);
  EXPECT_EQ(bound_rank_effective(1000, 2000, 90), 922);  // Never credited with more than there are.
  const auto fewer = bound_rank_effective(1000, 100.7, 90);
  EXPECT_EQ(fewer, *bound_rank(100, 90) * 10);
  EXPECT_FALSE(bound_rank_effective(1000, 43.9, 90));
}

}  // namespace
}  // namespace assay::metric
