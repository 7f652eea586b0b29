#include "metric/percentile.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <utility>
#include <vector>

#include "metric/statistics.h"

namespace assay::metric {
namespace {

/// numpy's _lerp: from the nearer end, so that t = 1 gives b exactly and the result is monotone in t.
double lerp(double a, double b, double t) {
  const double span = b - a;
  return t >= 0.5 ? b - span * (1 - t) : a + span * t;
}

template <typename T>
double percentile_of(std::span<const T> sorted, double q) {
  assert(!sorted.empty() && q >= 0 && q <= 100);
  const double position = static_cast<double>(sorted.size() - 1) * (q / 100);
  const auto below = static_cast<std::size_t>(position);
  if (below + 1 >= sorted.size()) return static_cast<double>(sorted.back());
  return lerp(static_cast<double>(sorted[below]), static_cast<double>(sorted[below + 1]),
              position - static_cast<double>(below));
}

}  // namespace

double percentile(std::span<const double> sorted, double q) { return percentile_of(sorted, q); }

double percentile_ms(std::span<const std::int64_t> sorted_ns, double q) {
  return percentile_of(sorted_ns, q) / 1e6;
}

double median(std::span<const double> values) {
  assert(!values.empty());
  std::vector<double> copy(values.begin(), values.end());
  const auto middle = copy.begin() + static_cast<std::ptrdiff_t>(copy.size() / 2);
  std::nth_element(copy.begin(), middle, copy.end());
  if (copy.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(copy.begin(), middle)) / 2;
}

std::optional<std::int64_t> bound_rank(std::int64_t n, double q, double confidence, Indexing indexing) {
  assert(q > 0 && q < 100 && confidence > 0 && confidence < 1);
  const double p = q / 100;
  const auto bounds = [&](std::int64_t rank) { return binomial_cdf(rank - 1, n, p) >= confidence; };
  if (n < 1 || !bounds(n)) return std::nullopt;
  std::int64_t too_low = 0, enough = n;
  while (enough - too_low > 1) {
    const std::int64_t middle = too_low + (enough - too_low) / 2;
    (bounds(middle) ? enough : too_low) = middle;
  }
  if (indexing == Indexing::kExact) return enough;
  return enough + 1 <= n ? std::optional(enough + 1) : std::nullopt;
}

std::optional<std::int64_t> bound_rank_effective(std::int64_t n, double effective_n, double q,
                                                 double confidence) {
  const auto independent = static_cast<std::int64_t>(std::min(effective_n, static_cast<double>(n)));
  const auto rank = bound_rank(independent, q, confidence);
  if (!rank) return std::nullopt;
  const double fraction = static_cast<double>(*rank) / static_cast<double>(independent);
  return std::min(n, static_cast<std::int64_t>(std::ceil(fraction * static_cast<double>(n))));
}

std::int64_t smallest_n(double q, double confidence, Indexing indexing) {
  const auto supports = [&](std::int64_t n) { return bound_rank(n, q, confidence, indexing).has_value(); };
  std::int64_t too_small = 0, enough = 1;
  while (!supports(enough)) too_small = std::exchange(enough, enough * 2);
  while (enough - too_small > 1) {
    const std::int64_t middle = too_small + (enough - too_small) / 2;
    (supports(middle) ? enough : too_small) = middle;
  }
  return enough;
}

}  // namespace assay::metric
