#include "metric/statistics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace assay::metric {
namespace {

// python -c 'import scipy.stats as s; print(s.t.ppf(p, nu))', scipy 1.17
TEST(StudentT, QuantilesEqualScipy) {
  struct Known {
    double p, nu, t;
  };
  for (const auto& [p, nu, t] : {Known{0.975, 1, 12.706204736174694}, Known{0.975, 2, 4.302652729749462},
                                 Known{0.975, 4, 2.7764451051977934}, Known{0.975, 9, 2.262157162798205},
                                 Known{0.975, 29, 2.045229642132703}, Known{0.975, 1000, 1.9623390808264083},
                                 Known{0.995, 1, 63.656741162871526}, Known{0.995, 2, 9.924843200918287},
                                 Known{0.995, 4, 4.604094871349992}, Known{0.95, 9, 1.833112932656237},
                                 Known{0.6, 1, 0.32491969623290634}, Known{0.6, 1000, 0.25341451583949876}}) {
    EXPECT_NEAR(student_t_quantile(p, nu) / t, 1, 1e-10) << "p " << p << " nu " << nu;
    EXPECT_NEAR(student_t_quantile(1 - p, nu) / -t, 1, 1e-10) << "p " << 1 - p << " nu " << nu;
  }
  EXPECT_EQ(student_t_quantile(0.5, 3), 0);
}

// scipy.special.betainc
TEST(IncompleteBeta, EqualsScipy) {
  EXPECT_NEAR(incomplete_beta(0.5, 0.5, 0.3), 0.36901011956554536, 1e-14);
  EXPECT_NEAR(incomplete_beta(2, 3, 0.4), 0.5248, 1e-14);
  EXPECT_NEAR(incomplete_beta(50, 0.5, 0.99), 0.3173043978741973, 1e-13);
  EXPECT_NEAR(incomplete_beta(900, 101, 0.9), 0.5265990812951663, 1e-12);
  EXPECT_NEAR(incomplete_beta(1e5, 1e5, 0.501), 0.8144532554424423, 1e-9);
  EXPECT_EQ(incomplete_beta(2, 3, 0), 0);
  EXPECT_EQ(incomplete_beta(2, 3, 1), 1);
}

TEST(BinomialCdf, SumsTheProbabilities) {
  double sum = 0, probability = std::pow(0.7, 12);  // P(X = 0) for n = 12, p = 0.3
  for (int k = 0; k <= 12; ++k) {
    sum += probability;
    EXPECT_NEAR(binomial_cdf(k, 12, 0.3), sum, 1e-13) << k;
    probability *= (12.0 - k) / (k + 1) * 0.3 / 0.7;
  }
  EXPECT_EQ(binomial_cdf(-1, 12, 0.3), 0);
}

TEST(Mean, OfNanosecondsLosesNothing) {
  // Summed as floating-point milliseconds, the ones would drown in the first.
  std::vector<std::int64_t> ns(1000, 1);
  ns[0] = 9'000'000'000'000'000;
  EXPECT_EQ(mean_ms(ns), 9'000'000'000'000.999 / 1e6);
}

TEST(TInterval, NeedsTwoValues) {
  const std::vector<double> one{3.0}, same{2.0, 2.0};
  EXPECT_FALSE(t_interval(one));
  EXPECT_EQ(t_interval(same)->lo, 2.0);
  EXPECT_EQ(t_interval(same)->hi, 2.0);
}

TEST(TInterval, OfThreeIsTwoAndAHalfStandardDeviationsWide) {
  const std::vector<double> values{9, 10, 11};  // Standard deviation 1.
  const auto interval = t_interval(values);
  EXPECT_NEAR(interval->hi - 10, 4.302652729749462 / std::sqrt(3.0), 1e-12);
  EXPECT_NEAR(10 - interval->lo, 4.302652729749462 / std::sqrt(3.0), 1e-12);
}

// The interval of a row: over the means of five processes it must hold the truth 95 times in 100.
TEST(TInterval, CoversAsOftenAsItSays) {
  std::mt19937_64 random(7);
  std::normal_distribution<double> draw(100, 3);
  constexpr int kTrials = 20000;
  for (const int processes : {3, 5}) {
    int covered = 0;
    for (int trial = 0; trial < kTrials; ++trial) {
      std::vector<double> means(static_cast<std::size_t>(processes));
      for (double& m : means) m = draw(random);
      const auto interval = t_interval(means);
      covered += interval->lo <= 100 && 100 <= interval->hi ? 1 : 0;
    }
    EXPECT_NEAR(static_cast<double>(covered) / kTrials, 0.95, 0.006) << processes;  // Four standard errors.
  }
}

TEST(PercentileInterval, IsTheMiddleShare) {
  std::vector<double> values;
  for (int i = 1000; i >= 0; --i) values.push_back(i);
  const auto interval = percentile_interval(values, 0.95);
  EXPECT_NEAR(interval.lo, 25, 1e-9);
  EXPECT_NEAR(interval.hi, 975, 1e-9);
}

}  // namespace
}  // namespace assay::metric
