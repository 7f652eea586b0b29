// Percentiles as numpy computes them, and how far a sample of n supports them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace assay::metric {

/// numpy.percentile(sorted, q), method "linear" (Hyndman & Fan type 7): the same operations in the same
/// order, so the result is numpy's to the last bit. `sorted` ascending and not empty, `q` in 0..100. O(1).
double percentile(std::span<const double> sorted, double q);

/// The same of latencies: nanoseconds in (sorted), milliseconds out.
double percentile_ms(std::span<const std::int64_t> sorted_ns, double q);

double median(std::span<const double> values);  ///< Of unsorted values, not empty. O(n).

/// Two ways to count the order statistic: the exact binomial bound, or MLPerf LoadGen's early stopping, whose
/// index is one higher (it counts from 0) and which therefore asks for more samples.
enum class Indexing { kExact, kLoadGen };

/// Rank, counted from 1, of the order statistic that is at least the q-th percentile of the distribution with
/// the given confidence: the smallest h with I_p(h, n - h + 1) <= 1 - confidence. Absent where n is too small
/// for one. For independent samples; with autocorrelation use bound_rank_effective.
std::optional<std::int64_t> bound_rank(std::int64_t n, double q, double confidence = 0.99,
                                       Indexing indexing = Indexing::kExact);

/// The same for n samples that are worth only `effective_n` independent ones: the rank at the same fraction
/// of n.
std::optional<std::int64_t> bound_rank_effective(std::int64_t n, double effective_n, double q,
                                                 double confidence = 0.99);

/// The smallest n for which bound_rank exists: 44 / 459 / 4603 for p90 / p99 / p99.9 (LoadGen: 64 / 662 /
/// 6636).
std::int64_t smallest_n(double q, double confidence = 0.99, Indexing indexing = Indexing::kExact);

}  // namespace assay::metric
