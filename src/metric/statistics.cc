#include "metric/statistics.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <numeric>

#include "metric/percentile.h"

namespace assay::metric {
namespace {

/// Continued fraction of the incomplete beta function (DLMF 8.17.22) by Lentz's method; converges fast for
/// x < (a + 1) / (a + b + 2), in O(sqrt(max(a, b))) terms.
double beta_fraction(double a, double b, double x) {
  constexpr double kTiny = 1e-300;
  constexpr double kPrecision = std::numeric_limits<double>::epsilon() / 4;
  const auto away_from_zero = [](double v) { return std::abs(v) < kTiny ? kTiny : v; };
  double c = 1;
  double d = 1 / away_from_zero(1 - (a + b) * x / (a + 1));
  double fraction = d;
  for (int m = 1; m <= 1000000; ++m) {
    const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    double step = 1;
    for (const double term : {even, odd}) {
      d = 1 / away_from_zero(1 + term * d);
      c = away_from_zero(1 + term / c);
      step = c * d;
      fraction *= step;
    }
    if (std::abs(step - 1) <= kPrecision) break;
  }
  return fraction;
}

}  // namespace

double mean(std::span<const double> values) {
  assert(!values.empty());
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double mean_ms(std::span<const std::int64_t> ns) {
  assert(!ns.empty());
  const auto sum = std::accumulate(ns.begin(), ns.end(), std::int64_t{0});
  return static_cast<double>(sum) / static_cast<double>(ns.size()) / 1e6;
}

double incomplete_beta(double a, double b, double x) {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const double front =
      std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) + a * std::log(x) + b * std::log1p(-x));
  if (x < (a + 1) / (a + b + 2)) return front * beta_fraction(a, b, x) / a;
  return 1 - front * beta_fraction(b, a, 1 - x) / b;
}

double binomial_cdf(std::int64_t k, std::int64_t n, double p) {
  if (k < 0) return 0;
  if (k >= n) return 1;
  return incomplete_beta(static_cast<double>(n - k), static_cast<double>(k + 1), 1 - p);
}

double student_t_quantile(double p, double degrees_of_freedom) {
  assert(p > 0 && p < 1 && degrees_of_freedom > 0);
  if (p == 0.5) return 0;
  if (p < 0.5) return -student_t_quantile(1 - p, degrees_of_freedom);
  const double nu = degrees_of_freedom;
  const auto upper_tail = [nu](double t) { return incomplete_beta(nu / 2, 0.5, nu / (nu + t * t)) / 2; };
  double lo = 0, hi = 1;
  while (upper_tail(hi) > 1 - p) hi *= 2;
  // Halving until the ends are neighbouring numbers: the tail is monotone, so nothing can go astray.
  for (double middle = (lo + hi) / 2; middle > lo && middle < hi; middle = (lo + hi) / 2) {
    (upper_tail(middle) > 1 - p ? lo : hi) = middle;
  }
  return hi;
}

std::optional<Interval> t_interval(std::span<const double> values, double confidence) {
  if (values.size() < 2) return std::nullopt;
  const double centre = mean(values);
  double squares = 0;
  for (const double v : values) squares += (v - centre) * (v - centre);
  const auto n = static_cast<double>(values.size());
  const double half_width =
      student_t_quantile(0.5 + confidence / 2, n - 1) * std::sqrt(squares / (n - 1) / n);
  return Interval{centre - half_width, centre + half_width};
}

Interval percentile_interval(std::span<double> resampled, double confidence) {
  std::sort(resampled.begin(), resampled.end());
  const double tail = 100 * (1 - confidence) / 2;
  return {percentile(resampled, tail), percentile(resampled, 100 - tail)};
}

}  // namespace assay::metric
