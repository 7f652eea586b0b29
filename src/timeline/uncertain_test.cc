#include "timeline/uncertain.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace assay::timeline {
namespace {

TEST(Uncertain, CombinesItsParts) {
  const Uncertain a{10, 3, 1, 3};
  EXPECT_DOUBLE_EQ(a.combined(), 5);  // 3 and (1 + 3) in quadrature.
  EXPECT_DOUBLE_EQ(a.expanded(), 10);
  EXPECT_DOUBLE_EQ(scaled(a, -2).combined(), 10);
}

TEST(Uncertain, AGainErrorCancelsInTheRatioOfOneMeter) {
  // The same relative gain error, 1 %, in both rows.
  const Uncertain a{20, 0, 0.2, 0}, b{10, 0, 0.1, 0};
  EXPECT_DOUBLE_EQ(ratio_of_rows(a, b).value, 2);
  EXPECT_NEAR(ratio_of_rows(a, b).combined(), 0, 1e-15);
  const auto two_meters = ratio_of_rows(of_another_meter(a), of_another_meter(b));
  EXPECT_NEAR(two_meters.combined() / two_meters.value, 0.01 * std::sqrt(2.0), 1e-12);
}

TEST(Uncertain, RangeErrorsCancelNowhere) {
  const Uncertain a{20, 0, 0, 0.2}, b{10, 0, 0, 0.1};
  EXPECT_NEAR(ratio_of_rows(a, b).combined() / 2, 0.01 * std::sqrt(2.0), 1e-12);
  EXPECT_NEAR(net_power(a, b).combined(), std::hypot(0.2, 0.1), 1e-12);
}

TEST(Uncertain, AGainErrorIsThatOfTheNetPower) {
  const auto net = net_power({20, 0.3, 0.2, 0}, {5, 0.4, 0.05, 0});
  EXPECT_DOUBLE_EQ(net.value, 15);
  EXPECT_DOUBLE_EQ(net.u_gain, 0.15);
  EXPECT_DOUBLE_EQ(net.u_independent, 0.5);
}

TEST(Uncertain, DerivedFiguresFollowTheirDefinitions) {
  const Uncertain power{12, 0.06, 0.03, 0.02}, time{0.004, 0.00002, 0, 0}, fps{250, 1.25, 0, 0};
  EXPECT_DOUBLE_EQ(energy_per_inference(power, time).value, 0.048);
  EXPECT_DOUBLE_EQ(efficiency(fps, power).value, 250.0 / 12);
  EXPECT_DOUBLE_EQ(gops_per_watt({120, 0, 0, 0}, power).value, 10);
  EXPECT_DOUBLE_EQ(energy_delay_product(power, time).value, 12 * 0.004 * 0.004);
  EXPECT_DOUBLE_EQ(window_energy_per_count({600, 6, 3, 0}, 3000).value, 0.2);
  EXPECT_DOUBLE_EQ(window_energy_per_count({600, 6, 3, 0}, 3000).u_independent, 0.002);
}

/// What the parts of f(power, time) have to be, by moving one input at a time.
template <typename F>
void expect_propagated(F f, const Uncertain& power, const Uncertain& time) {
  const Uncertain out = f(power, time);
  const auto moved = [&](double by_power, double by_time) {
    const double h = 1e-6;
    const auto at = [&](double step) {
      const Uncertain p{power.value + step * by_power}, t{time.value + step * by_time};
      return f(p, t).value;
    };
    return (at(h) - at(-h)) / (2 * h);
  };
  const double independent = std::hypot(moved(power.u_independent, 0), moved(0, time.u_independent));
  EXPECT_NEAR(out.u_independent, independent, 1e-6 * independent);
  EXPECT_NEAR(out.u_scatter, std::hypot(moved(power.u_scatter, 0), moved(0, time.u_scatter)),
              1e-6 * out.u_scatter);
  EXPECT_NEAR(out.u_gain, moved(power.u_gain, 0), 1e-6 * std::abs(out.u_gain));
  EXPECT_NEAR(out.u_range, std::abs(moved(power.u_range, 0)), 1e-6 * out.u_range);
}

TEST(Uncertain, PropagatesByTheDerivatives) {
  const Uncertain power{12, 0.06, 0.03, 0.02, true, 0.05}, time{0.4, 0.002, 0, 0, true, 0.001};
  expect_propagated(energy_per_inference, power, time);
  expect_propagated(energy_delay_product, power, time);
  expect_propagated([](const auto& p, const auto& t) { return efficiency(t, p); }, power, time);
  expect_propagated([](const auto& p, const auto& t) { return quotient(p, t); }, power, time);
}

TEST(Uncertain, WhatLastsIsTheRestOfTheIndependent) {
  const Uncertain a{1, 0.5, 0, 0, true, 0.3};
  EXPECT_DOUBLE_EQ(a.u_lasting(), 0.4);
  EXPECT_DOUBLE_EQ(scaled(a, -2).u_lasting(), 0.8);
  EXPECT_DOUBLE_EQ(of_another_meter(a).u_scatter, 0.3);
  EXPECT_DOUBLE_EQ(sum(a, {1, 1.3, 0, 0, true, 0.4}).u_scatter, 0.5);
  EXPECT_EQ((Uncertain{1, 0.5, 0, 0, true, 0.5}).u_lasting(), 0);
}

TEST(Uncertain, AnUnknownAccuracyStaysUnknown) {
  const Uncertain known{1, 0, 0, 0, true}, unknown{1, 0, 0, 0, false};
  for (const auto& derived : {sum(known, unknown), difference(unknown, known), product(known, unknown),
                              quotient(unknown, known), scaled(unknown, 2), of_another_meter(unknown)})
    EXPECT_FALSE(derived.accuracy_known);
  EXPECT_TRUE(sum(known, known).accuracy_known);
}

/// P(|r + n| <= u), r rectangular of half width a, n normal of standard deviation s: the convolution that
/// JCGM 101 would draw by Monte Carlo, in closed form.
double coverage(double u, double a, double s) {
  const auto below = [&](double x) {
    if (a == 0) return std::erfc(-x / s / std::sqrt(2.0)) / 2;
    if (s == 0) return std::min(1.0, std::max(0.0, (x + a) / (2 * a)));
    const auto integral = [](double z) {  // Of the normal distribution function.
      return z * std::erfc(-z / std::sqrt(2.0)) / 2 + std::exp(-z * z / 2) / std::sqrt(2 * std::acos(-1.0));
    };
    return s / (2 * a) * (integral((x + a) / s) - integral((x - a) / s));
  };
  return below(u) - below(-u);
}

// Why U = 2 u in quadrature is kept even where the accuracy, a rectangular term, dominates: it covers 95 % of
// every mixture, and is nowhere over 1.22 times what that needs.
TEST(Uncertain, TwiceTheCombinedCoversEveryMixtureOfRectangularAndNormal) {
  for (int i = 0; i <= 100; ++i) {
    const double share = i / 100.0, a = std::sqrt(3 * share), s = std::sqrt(1 - share);  // Variance 1.
    EXPECT_GE(coverage(2, a, s), 0.9544) << share;
    EXPECT_LE(coverage(2 / 1.22, a, s), 0.95) << share;
  }
}

}  // namespace
}  // namespace assay::timeline
