#include "metric/series.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <numeric>

#include "metric/percentile.h"
#include "metric/random.h"

namespace assay::metric {
namespace {

std::vector<double> centred(std::span<const double> series) {
  const double centre = mean(series);
  std::vector<double> out(series.size());
  std::transform(series.begin(), series.end(), out.begin(), [centre](double v) { return v - centre; });
  return out;
}

/// Sum of x[i] x[i + lag].
double lagged_product(std::span<const double> x, std::size_t lag) {
  return std::inner_product(x.begin() + static_cast<std::ptrdiff_t>(lag), x.end(), x.begin(), 0.0);
}

std::vector<double> to_double(std::span<const std::int64_t> values) { return {values.begin(), values.end()}; }

/// Consecutive means, at most `at_most` of them, over all but a remainder at the end: as long a memory in
/// samples, the same mean, and less to do.
std::vector<double> batch_means(std::span<const double> series, std::size_t at_most) {
  const std::size_t size = (series.size() + at_most - 1) / at_most;
  std::vector<double> means(series.size() / size);
  for (std::size_t i = 0; i < means.size(); ++i) means[i] = mean(series.subspan(i * size, size));
  return means;
}

/// P(N(0,1) > z).
double normal_tail(double z) { return std::erfc(z / std::sqrt(2.0)) / 2; }

/// Ranks from 1, ties averaged.
std::vector<double> ranks(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return values[a] < values[b]; });
  std::vector<double> rank(values.size());
  for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    for (std::size_t i = begin; i < end; ++i) rank[order[i]] = static_cast<double>(begin + end + 1) / 2;
  }
  return rank;
}

}  // namespace

double lag1_autocorrelation(std::span<const double> series) {
  if (series.size() < 2) return 0;
  const auto x = centred(series);
  const double variance = lagged_product(x, 0);
  return variance > 0 ? lagged_product(x, 1) / variance : 0;
}

double effective_n(std::span<const double> series) {
  const auto n = static_cast<double>(series.size());
  if (series.size() < 4) return n;
  const auto x = centred(series);
  const double variance = lagged_product(x, 0);
  if (variance <= 0) return n;
  // The sequence nearly always ends after a few lags; a trend could make it O(n^2), so that work is capped.
  const auto last_lag = std::min(series.size() / 2, std::max<std::size_t>(50, 400'000'000 / series.size()));
  double sum = 0, previous = std::numeric_limits<double>::infinity();
  for (std::size_t lag = 0; lag + 1 < last_lag; lag += 2) {
    const double pair = (lagged_product(x, lag) + lagged_product(x, lag + 1)) / variance;
    if (pair <= 0) break;
    previous = std::min(previous, pair);
    sum += previous;
  }
  return std::clamp(n / (2 * sum - 1), 1.0, n);
}

BlockLength optimal_block_length(std::span<const double> series) {
  const std::size_t n = series.size();
  if (n < 10) return {};
  const auto x = centred(series);
  const double variance = lagged_product(x, 0);
  if (variance <= 0) return {};

  // The first lag of a run of `quiet` insignificant correlations, as in Patton's own program: the paper
  // counts from the lag before.
  const double log_n = std::log10(static_cast<double>(n));
  const auto quiet = std::max<std::size_t>(5, static_cast<std::size_t>(std::sqrt(log_n)));
  const auto longest =
      std::min(n - 1, static_cast<std::size_t>(std::ceil(std::sqrt(static_cast<double>(n)))) + quiet);
  const double insignificant = 2 * std::sqrt(log_n / static_cast<double>(n));
  std::vector<double> covariance;
  std::size_t run = 0, bandwidth = longest;
  for (std::size_t lag = 0; lag <= longest; ++lag) {
    covariance.push_back(lagged_product(x, lag) / static_cast<double>(n));
    if (lag == 0 || bandwidth < longest) continue;
    run = std::abs(covariance[lag] / covariance[0]) < insignificant ? run + 1 : 0;
    if (run == quiet) bandwidth = std::min(longest, 2 * (lag - quiet + 1));
  }

  // Flat-top lag window (Politis & Romano 1995) over the autocovariances.
  double g = 0, long_run = covariance[0];
  for (std::size_t k = 1; k <= bandwidth; ++k) {
    const double share = static_cast<double>(k) / static_cast<double>(bandwidth);
    const double weight = share <= 0.5 ? 1 : 2 * (1 - share);
    g += 2 * weight * static_cast<double>(k) * covariance[k];
    long_run += 2 * weight * covariance[k];
  }
  const double most = std::ceil(std::min(3 * std::sqrt(static_cast<double>(n)), static_cast<double>(n) / 3));
  const auto length = [&](double d) {
    if (d <= 0) return most;
    return std::clamp(std::cbrt(2 * g * g / d * static_cast<double>(n)), 1.0, most);
  };
  return {length(2 * long_run * long_run), length(4.0 / 3 * long_run * long_run)};
}

std::optional<Interval> block_bootstrap_mean(std::span<const double> series, std::uint64_t seed,
                                             int resamples, double confidence) {
  constexpr std::size_t kMost = 50'000;
  if (series.size() < 10) return std::nullopt;
  if (series.size() > kMost)
    return block_bootstrap_mean(batch_means(series, kMost), seed, resamples, confidence);

  const std::size_t n = series.size();
  const auto block = static_cast<std::size_t>(std::ceil(optimal_block_length(series).circular));
  // Sums of blocks that wrap around the end, from sums of the series laid out twice.
  std::vector<double> sum_before(2 * n + 1, 0.0);
  for (std::size_t i = 0; i < 2 * n; ++i) sum_before[i + 1] = sum_before[i] + series[i % n];
  Random random(seed);
  std::vector<double> means(static_cast<std::size_t>(resamples));
  for (double& resampled : means) {
    double sum = 0;
    for (std::size_t drawn = 0; drawn < n; drawn += block) {
      const std::size_t begin = random.below(n);
      sum += sum_before[begin + std::min(block, n - drawn)] - sum_before[begin];
    }
    resampled = sum / static_cast<double>(n);
  }
  return percentile_interval(means, confidence);
}

std::vector<std::int64_t> outliers(std::span<const std::int64_t> latency_ns) {
  constexpr double kThreshold = 14.826;  // Ten times 1.4826, which makes MAD a normal standard deviation.
  constexpr double kClockTickNs = 1;
  if (latency_ns.empty()) return {};
  const auto values = to_double(latency_ns);
  const double centre = median(values);
  std::vector<double> deviation(values.size());
  std::transform(values.begin(), values.end(), deviation.begin(),
                 [&](double v) { return std::abs(v - centre); });
  const double mad = std::max(median(deviation), kClockTickNs);
  std::vector<std::int64_t> positions;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (deviation[i] / mad > kThreshold) positions.push_back(static_cast<std::int64_t>(i));
  }
  return positions;
}

std::optional<ChangePoint> change_point(std::span<const std::int64_t> latency_ns) {
  constexpr double kSignificance = 0.001, kPracticalShift = 0.03, kScatters = 3;
  constexpr std::size_t kBlocks = 100, kSmallestBlock = 10, kFewestBlocks = 20;
  const std::size_t size = std::max(kSmallestBlock, latency_ns.size() / kBlocks);
  const std::size_t blocks = latency_ns.size() / size;
  if (blocks < kFewestBlocks) return std::nullopt;
  const auto values = to_double(latency_ns);
  std::vector<double> level(blocks), step;
  for (std::size_t i = 0; i < blocks; ++i) level[i] = median(std::span(values).subspan(i * size, size));
  for (std::size_t i = 1; i < blocks; ++i) step.push_back(std::abs(level[i] - level[i - 1]));

  const double scatter = 1.4826 * median(step) / std::sqrt(2.0);  // Steps have twice the variance of levels.

  // Mann-Whitney's U of the blocks before a split against those after it, standardised, for every split. Of
  // those that are real, the split that separates the levels best (least squares): ranks alone locate a small
  // group badly.
  const auto rank = ranks(level);
  const auto n = static_cast<double>(blocks);
  double rank_sum = 0, best_separation = 0;
  std::optional<ChangePoint> likeliest;
  for (std::size_t split = 1; split < blocks; ++split) {
    rank_sum += rank[split - 1];
    const auto t = static_cast<double>(split);
    const double z = std::abs(rank_sum - t * (n + 1) / 2) / std::sqrt(t * (n - t) * (n + 1) / 12);
    const double p_value = std::min(1.0, 2 * (n - 1) * normal_tail(z));
    if (p_value >= kSignificance) continue;
    const auto earlier = std::span(level).first(split), later = std::span(level).subspan(split);
    const double before = median(earlier), after = median(later);
    const double shift = before > 0 ? after / before - 1 : 0;
    if (std::abs(shift) < kPracticalShift || std::abs(after - before) <= kScatters * scatter) continue;
    const double separation = std::abs(mean(later) - mean(earlier)) * std::sqrt(t * (n - t));
    if (separation <= best_separation) continue;
    best_separation = separation;
    likeliest = ChangePoint{static_cast<std::int64_t>(split * size), shift, p_value};
  }
  return likeliest;
}

std::optional<double> drift_percent(std::span<const std::int64_t> latency_ns) {
  if (latency_ns.size() < 8) return std::nullopt;
  const auto values = to_double(latency_ns);
  const std::size_t quarter = values.size() / 4;
  const double first = median(std::span(values).first(quarter)),
               last = median(std::span(values).last(quarter));
  if (first <= 0) return std::nullopt;
  return 100 * (last / first - 1);
}

}  // namespace assay::metric
