#include "metric/series.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <random>

#include "metric/random.h"

namespace assay::metric {
namespace {

/// x[i] = rho x[i-1] + u, u uniform in -0.5..0.5 from Knuth's 64-bit generator: a few lines in any language.
std::vector<double> autoregressive(int n, double rho) {
  std::uint64_t state = 12345;
  double x = 0;
  std::vector<double> out;
  for (int i = 0; i < n; ++i) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    x = rho * x + (static_cast<double>(state >> 11) / 9007199254740992.0 - 0.5);
    out.push_back(x);
  }
  return out;
}

std::vector<std::int64_t> noisy_latencies(int n, std::uint64_t seed, double level_ns = 1e6,
                                          double sigma = 0.02) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> draw(level_ns, sigma * level_ns);
  std::vector<std::int64_t> out;
  for (int i = 0; i < n; ++i) out.push_back(static_cast<std::int64_t>(draw(random)));
  return out;
}

// arch.bootstrap.optimal_block_length(x), arch 8.0, for the same series.
TEST(BlockLength, EqualsArch) {
  struct Known {
    int n;
    double rho, stationary, circular, last, lag1;
  };
  for (const auto& k :
       {Known{1000, 0.0, 1.082771467407354, 1.239463920171569, -0.3073289633421028, 0.018472731795244328},
        Known{1000, 0.5, 12.392850117707207, 14.186272035568175, -0.19043419228492747, 0.5143967701523876},
        Known{1000, 0.9, 46.62008107730669, 53.366670798184046, 0.746159629209364, 0.9165993996213335},
        Known{300, -0.5, 13.237700321150175, 15.15338409627342, 0.2464953965904606, -0.4760506107048063},
        Known{5000, 0.97, 132.43751414560012, 151.60310869082682, 1.318319842222498, 0.9743958256994416}}) {
    const auto series = autoregressive(k.n, k.rho);
    ASSERT_NEAR(series.back(), k.last, 1e-12);
    EXPECT_NEAR(lag1_autocorrelation(series), k.lag1, 1e-10) << k.rho;
    const auto length = optimal_block_length(series);
    EXPECT_NEAR(length.stationary, k.stationary, 1e-6) << "n " << k.n << " rho " << k.rho;
    EXPECT_NEAR(length.circular, k.circular, 1e-6) << "n " << k.n << " rho " << k.rho;
  }
}

TEST(BlockLength, OfAConstantIsOne) {
  const std::vector<double> constant(100, 5.0);
  EXPECT_EQ(optimal_block_length(constant).circular, 1);
  EXPECT_EQ(lag1_autocorrelation(constant), 0);
  EXPECT_EQ(effective_n(constant), 100);
}

TEST(EffectiveN, FollowsTheTheoryOfAnAutoregressiveSeries) {
  constexpr int kCount = 20000;
  EXPECT_GT(effective_n(autoregressive(kCount, 0)), 0.9 * kCount);
  EXPECT_NEAR(effective_n(autoregressive(kCount, 0.5)) / kCount, 1.0 / 3, 0.04);  // (1 - rho) / (1 + rho)
  EXPECT_NEAR(effective_n(autoregressive(kCount, 0.9)) / kCount, 0.1 / 1.9, 0.015);
  EXPECT_LE(effective_n(autoregressive(kCount, -0.5)), kCount);
}

// A naive interval would cover some 35 % here.
TEST(BlockBootstrap, CoversTheMeanOfADependentSeries) {
  std::mt19937_64 random(3);
  std::normal_distribution<double> draw;
  constexpr int kTrials = 300;
  int covered = 0;
  for (int trial = 0; trial < kTrials; ++trial) {
    std::vector<double> series;
    double x = draw(random) / std::sqrt(1 - 0.81);
    for (int i = 0; i < 2000; ++i) series.push_back(x = 0.9 * x + draw(random));
    const auto interval = block_bootstrap_mean(series, 1, 400);
    covered += interval->lo <= 0 && 0 <= interval->hi ? 1 : 0;
  }
  EXPECT_GE(covered, 0.87 * kTrials);
  EXPECT_LE(covered, 0.98 * kTrials);
}

TEST(BlockBootstrap, IsTheSameForASeed) {
  const auto series = autoregressive(500, 0.5);
  const auto a = block_bootstrap_mean(series, 9), b = block_bootstrap_mean(series, 9),
             c = block_bootstrap_mean(series, 10);
  EXPECT_EQ(a->lo, b->lo);
  EXPECT_EQ(a->hi, b->hi);
  EXPECT_NE(a->lo, c->lo);
  EXPECT_FALSE(block_bootstrap_mean(std::span(series).first(9), 9));
}

TEST(BlockBootstrap, OfALongSeriesKeepsItsMean) {
  const auto series = autoregressive(130'001, 0.5);
  const auto interval = block_bootstrap_mean(series, 1, 200);
  EXPECT_LT(interval->lo, mean(series));
  EXPECT_GT(interval->hi, mean(series));
  EXPECT_LT(interval->hi - interval->lo, 0.01);  // 4 x 0.2887 / (1 - 0.5) / sqrt(130001) = 0.0064
}

TEST(Outliers, AreFoundWhereTheyAre) {
  auto latencies = noisy_latencies(1000, 5);
  latencies[17] = 3'000'000;
  latencies[900] = 100'000;
  EXPECT_EQ(outliers(latencies), (std::vector<std::int64_t>{17, 900}));
  EXPECT_TRUE(outliers(noisy_latencies(1000, 6)).empty());
  EXPECT_TRUE(outliers({}).empty());
}

TEST(Outliers, OfMostlyEqualLatenciesGoByTheClocksTick) {
  std::vector<std::int64_t> latencies(100, 50);
  latencies[3] = 64;   // Within ten sigma of a 1 ns tick.
  latencies[70] = 66;  // Not.
  EXPECT_EQ(outliers(latencies), (std::vector<std::int64_t>{70}));
}

TEST(ChangePointTest, FindsASteadyLevelSteady) {
  int found = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed)
    found += change_point(noisy_latencies(1000, seed)) ? 1 : 0;
  EXPECT_EQ(found, 0);
}

TEST(ChangePointTest, IgnoresAWanderOfAPercent) {
  auto latencies = noisy_latencies(2000, 8, 1e6, 0.001);
  for (std::size_t i = 0; i < latencies.size(); ++i) {
    latencies[i] += static_cast<std::int64_t>(5000 * std::sin(static_cast<double>(i) / 150));
  }
  EXPECT_FALSE(change_point(latencies));
}

TEST(ChangePointTest, FindsAStepEvenEarly) {
  for (const std::size_t at : {80u, 500u, 900u}) {
    auto latencies = noisy_latencies(1000, 21);
    for (std::size_t i = 0; i < at; ++i) latencies[i] += 150'000;
    const auto change = change_point(latencies);
    ASSERT_TRUE(change) << at;
    EXPECT_NEAR(static_cast<double>(change->index), static_cast<double>(at), 20);
    EXPECT_NEAR(change->shift, 1 / 1.15 - 1, 0.02);
    EXPECT_LT(change->p_value, 0.001);
  }
}

TEST(ChangePointTest, SpikesAreNoStep) {
  auto latencies = noisy_latencies(1000, 22);
  for (std::size_t i = 500; i < 1000; i += 20) latencies[i] *= 10;
  EXPECT_FALSE(change_point(latencies));
}

TEST(ChangePointTest, TooFewSamplesTellNothing) {
  std::vector<std::int64_t> latencies(199, 1000);
  std::fill(latencies.begin() + 100, latencies.end(), 2000);
  EXPECT_FALSE(change_point(latencies));
  EXPECT_FALSE(change_point({}));
}

TEST(Drift, IsLastQuarterOverFirst) {
  std::vector<std::int64_t> latencies(400);
  std::iota(latencies.begin(), latencies.end(), 1000);
  // Medians 1049.5 and 1349.5.
  EXPECT_NEAR(*drift_percent(latencies), 100 * (1349.5 / 1049.5 - 1), 1e-12);
  EXPECT_FALSE(drift_percent(std::span(latencies).first(7)));
}

// C++ standard, [rand.predef]: the 10000th draw of a default-constructed (seed 5489) mt19937_64.
TEST(RandomTest, IsSpecified) {
  std::mt19937_64 standard;
  standard.discard(9999);
  EXPECT_EQ(standard(), 9981545732273789042u);
  Random a(42), b(42);
  std::vector<int> count(7);
  for (int i = 0; i < 70000; ++i) {
    const auto draw = a.below(7);
    ASSERT_EQ(draw, b.below(7));
    count[draw] += 1;
  }
  for (const int c : count) EXPECT_NEAR(c, 10000, 400);
}

}  // namespace
}  // namespace assay::metric
