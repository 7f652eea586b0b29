// Means and their intervals. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace assay::metric {

/// Of every bootstrap in assay: the same runs give the same interval, on any machine.
inline constexpr std::uint64_t kBootstrapSeed = 42;

struct Interval {
  double lo = 0, hi = 0;
};

double mean(std::span<const double> values);       ///< Not empty.
double mean_ms(std::span<const std::int64_t> ns);  ///< Not empty; the sum is exact.

/// Regularised incomplete beta function I_x(a, b), a and b > 0, x in 0..1.
double incomplete_beta(double a, double b, double x);

/// P(Bin(n, p) <= k).
double binomial_cdf(std::int64_t k, std::int64_t n, double p);

/// Quantile of Student's t distribution, p in (0, 1), degrees of freedom > 0. Relative error under 1e-10.
double student_t_quantile(double p, double degrees_of_freedom);

/// Student-t interval of the mean of independent values (one for each process). Absent for fewer than two.
std::optional<Interval> t_interval(std::span<const double> values, double confidence = 0.95);

/// The percentile interval of a bootstrap: quantiles of the resampled statistics, which get sorted. Not
/// empty.
Interval percentile_interval(std::span<double> resampled, double confidence = 0.95);

}  // namespace assay::metric
