#include "metric/witness.h"

#include <cmath>
#include <string>
#include <vector>

#include "metric/statistics.h"

namespace assay::metric {
namespace {

constexpr std::size_t kLeastWitnessPairs = 3, kLeastHalf = 2;

/// exp of the mean and interval of logarithms, then `scale` of them.
template <typename Scale>
record::Figure of_logs(std::span<const double> logs, const char* unit, Scale&& scale) {
  const auto interval = t_interval(logs);
  return record::Figure::of(scale(std::exp(mean(logs))), unit, scale(std::exp(interval->lo)),
                            scale(std::exp(interval->hi)));
}

constexpr auto kSame = [](double x) { return x; };
constexpr auto kPercent = [](double x) { return 100 * (x - 1); };

/// Mean difference of two independent groups, in %, by Welch's t.
std::optional<record::Figure> group_difference(std::span<const double> one, std::span<const double> other) {
  if (one.size() < kLeastHalf || other.size() < kLeastHalf) return std::nullopt;
  const auto variance_of_mean = [](std::span<const double> values) {
    const double center = mean(values);
    double sum = 0;
    for (const double value : values) sum += (value - center) * (value - center);
    const auto n = static_cast<double>(values.size());
    return sum / (n - 1) / n;
  };
  const double a = variance_of_mean(one), b = variance_of_mean(other);
  const double difference = mean(other) - mean(one);
  double half = 0;
  if (a + b > 0) {
    const double freedom =
        (a + b) * (a + b) /
        (a * a / static_cast<double>(one.size() - 1) + b * b / static_cast<double>(other.size() - 1));
    half = student_t_quantile(0.975, freedom) * std::sqrt(a + b);
  }
  return record::Figure::of(kPercent(std::exp(difference)), "%", kPercent(std::exp(difference - half)),
                            kPercent(std::exp(difference + half)));
}

bool usable(double ms) { return std::isfinite(ms) && ms > 0; }

}  // namespace

Result<WitnessComparison> compare_witness(std::span<const WitnessPair> pairs, double tolerance_percent,
                                          double resolution_ms) {
  if (pairs.size() < kLeastWitnessPairs)
    return fail(Code::kInvalidInput, "expected at least " + std::to_string(kLeastWitnessPairs) +
                                         " pairs of runs, found " + std::to_string(pairs.size()));
  if (!(tolerance_percent > 0) || !(resolution_ms >= 0) || !std::isfinite(resolution_ms))
    return fail(Code::kInvalidInput, "a tolerance over 0 and a resolution of at least 0 were expected");
  std::vector<double> ours, theirs, ratios, level;
  for (const WitnessPair& pair : pairs) {
    if (!usable(pair.ours_ms) || !usable(pair.theirs_ms))
      return fail(Code::kInvalidInput, "a latency that is not a positive number of ms");
    ours.push_back(std::log(pair.ours_ms));
    theirs.push_back(std::log(pair.theirs_ms));
    ratios.push_back(theirs.back() - ours.back());
    level.push_back((theirs.back() + ours.back()) / 2);
  }
  WitnessComparison found;
  found.pairs = static_cast<int>(pairs.size());
  found.ours = of_logs(ours, "ms", kSame);
  found.theirs = of_logs(theirs, "ms", kSame);
  found.ratio = of_logs(ratios, "1", kSame);
  found.difference = of_logs(ratios, "%", kPercent);
  found.resolution_percent = 100 * resolution_ms / 2 / *found.theirs.value;
  found.widened_lo = *found.difference.lo - found.resolution_percent;
  found.widened_hi = *found.difference.hi + found.resolution_percent;
  if (-tolerance_percent <= found.widened_lo && found.widened_hi <= tolerance_percent)
    found.verdict = WitnessVerdict::kAgrees;
  else if (found.widened_lo > 0 || found.widened_hi < 0)
    found.verdict = WitnessVerdict::kDiffers;
  // theirs/ours where theirs ran second over theirs/ours where ours did is the square of what running second
  // costs.
  std::vector<double> ours_first, theirs_first;
  for (std::size_t i = 0; i < pairs.size(); ++i)
    (pairs[i].ours_first ? ours_first : theirs_first).push_back(ratios[i] / 2);
  found.second_slower = group_difference(theirs_first, ours_first);
  const std::size_t half = pairs.size() / 2;
  const std::span<const double> levels(level);
  if (half >= kLeastHalf) found.later_slower = group_difference(levels.first(half), levels.last(half));
  return found;
}

}  // namespace assay::metric
