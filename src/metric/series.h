// Diagnostics of one process's latencies in order of execution: dependence, outliers, level shifts, drift.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "metric/statistics.h"

namespace assay::metric {

/// Lag-1 autocorrelation; 0 for a constant or for fewer than two values.
double lag1_autocorrelation(std::span<const double> series);

/// How many independent samples the series is worth for its mean, 1..n: n / (1 + 2 sum of autocorrelations),
/// summed over Geyer's (1992) initial monotone positive sequence. Never over n: negative correlation is not
/// credited.
double effective_n(std::span<const double> series);

/// Optimal block lengths for the bootstrap of a mean: Politis & White (2004), corrected by Patton, Politis &
/// White (2009). At least 1.
struct BlockLength {
  double stationary = 1, circular = 1;
};
BlockLength optimal_block_length(std::span<const double> series);

/// Percentile interval of the mean by circular block bootstrap with the optimal block length. Deterministic
/// for a seed (std::mt19937_64, which the standard specifies). Series over 50,000 values are reduced to batch
/// means first. Absent for fewer than ten values.
std::optional<Interval> block_bootstrap_mean(std::span<const double> series, std::uint64_t seed,
                                             int resamples = 2000, double confidence = 0.95);

/// Positions whose modified Z-score |x - median| / MAD is over 14.826 (hyperfine's rule: ten robust standard
/// deviations). Where more than half of the values are equal, MAD is 0 and the clock's tick, 1 ns, stands for
/// it.
std::vector<std::int64_t> outliers(std::span<const std::int64_t> latency_ns);

/// A change in the level of a series.
struct ChangePoint {
  std::int64_t index = 0;  ///< First sample of the new level, to the precision of a block.
  double shift = 0;        ///< Median after over median before, minus 1.
  double p_value = 1;
};

/// The likeliest change of level, by a rank test (Mann-Whitney's at every split, Bonferroni) on the medians
/// of about 100 blocks of at least 10 samples. Told only where it is significant (p < 0.001), at least 3 % of
/// the level, and over three times the blocks' own scatter: a shared machine's noise is correlated, so that
/// significance alone would always be found. Pettitt's test would miss a change within the first tenth, where
/// a warm-up too short shows. Absent: steady, or under 200 samples.
std::optional<ChangePoint> change_point(std::span<const std::int64_t> latency_ns);

/// Median of the last quarter over median of the first, minus 1, in percent. Absent for fewer than eight
/// samples.
std::optional<double> drift_percent(std::span<const std::int64_t> latency_ns);

}  // namespace assay::metric
