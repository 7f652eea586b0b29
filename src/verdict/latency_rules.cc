// Were there enough inferences, of a warm and steady system, for what is said about them?
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <numeric>
#include <utility>

#include "metric/percentile.h"
#include "spec/explain.h"
#include "verdict/rule_helpers.h"

namespace assay::verdict {

using record::Severity;

namespace {

constexpr std::int64_t kGuideIterations = 1000;
constexpr std::int64_t kGuideWarmup = 100;
constexpr std::int64_t kWarmupNs =
    10'000'000'000;  // A board's governor needs seconds, however short an inference is.
constexpr std::uint32_t kLeastInputs = 8;
constexpr double kDriftPercent = 5;  // Last quarter's median against the first's.
constexpr double kOutlierPercent = 1;
constexpr double kEffectiveShare = 1. / 3;  // Of n: an AR(1) series of lag-1 correlation 0.5.

std::string of_repeat(std::size_t index) { return "repeat " + std::to_string(index + 1); }

/// "repeat 1: A, repeat 3: B" of what `text` says (nothing: "") about each of `count` repeats.
template <typename Text>
std::string list_repeats(std::size_t count, Text text) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i)
    if (const std::string one = text(i); !one.empty())
      all += (all.empty() ? "" : ", ") + of_repeat(i) + ": " + one;
  return all;
}

}  // namespace

void judge_iterations(const Case& c, Findings& out) {
  if (c.row.repeats == 0) return;
  const auto planned = c.experiment.protocol.timed_iterations;
  if (c.row.iterations < planned)
    out.push_back(
        {"iterations", Severity::kInvalid,
         std::to_string(c.row.iterations) + " timed inferences, the spec asks for " + std::to_string(planned),
         latency_figures()});
  else if (c.row.iterations < kGuideIterations)
    out.push_back({"iterations", Severity::kWarn,
                   std::to_string(c.row.iterations) + " timed inferences, at least " +
                       std::to_string(kGuideIterations) + " are asked for",
                   latency_figures()});
  for (const record::TimedRun* run : completed(c.evidence))
    if (run->capped) {
      out.push_back({"iterations", Severity::kWarn,
                     "the timed loop ended at its cap of " + std::to_string(run->latency_ns.size()) +
                         " inferences before its duration of " +
                         spec::duration_text(c.experiment.protocol.timed_duration),
                     latency_figures()});
      break;
    }
}

void judge_warmup(const Case& c, Findings& out) {
  const auto runs = completed(c.evidence);
  if (runs.empty()) return;
  const std::int64_t least = std::max(kGuideWarmup, c.experiment.protocol.warmup_iterations);
  if (c.row.warmup < least)
    out.push_back({"warm-up", Severity::kWarn,
                   std::to_string(c.row.warmup) + " warm-up inferences, at least " + std::to_string(least) +
                       " are asked for",
                   latency_figures()});
  std::int64_t shortest = std::numeric_limits<std::int64_t>::max();
  for (const record::TimedRun* run : runs)
    shortest =
        std::min(shortest, std::accumulate(run->warmup_ns.begin(), run->warmup_ns.end(), std::int64_t{0}));
  // The loop between the inferences takes time too: a sum of latencies falls short of the wall by that.
  if (static_cast<double>(shortest) < 0.98 * static_cast<double>(kWarmupNs))
    out.push_back({"warm-up", Severity::kWarn,
                   "the warm-up lasted " + number(static_cast<double>(shortest) * 1e-9) +
                       " s, at least 10 s are asked for",
                   latency_figures()});
  const auto capped = std::ranges::count_if(runs, [](const auto* run) { return run->warmup_end == "cap"; });
  if (capped > 0)
    out.push_back({"warm-up", Severity::kWarn,
                   "latency was not steady yet when the warm-up ended at its cap of " +
                       spec::duration_text(c.experiment.protocol.warmup_cap) + " in " +
                       std::to_string(capped) + " of " + std::to_string(runs.size()) + " repeats",
                   latency_figures()});
}

void judge_steady_state(const Case& c, Findings& out) {
  const auto& points = c.row.diagnostics.change_points;
  const std::string where = list_repeats(points.size(), [&](std::size_t i) {
    return points[i] < 0 ? "" : "at inference " + std::to_string(points[i]);
  });
  if (!where.empty())
    out.push_back({"steady-state", Severity::kWarn,
                   "the level of latency changed within the timed window (" + where + ")",
                   latency_figures()});
}

void judge_drift(const Case& c, Findings& out) {
  const auto& drift = c.row.diagnostics.drift_percent;
  const std::string where = list_repeats(drift.size(), [&](std::size_t i) {
    return std::abs(drift[i]) > kDriftPercent ? (drift[i] > 0 ? "+" : "") + number(drift[i], 1) + " %" : "";
  });
  if (!where.empty())
    out.push_back({"drift", Severity::kWarn,
                   "latency drifted by more than " + number(kDriftPercent) +
                       " % from the first to the last quarter of "
                       "the window (" +
                       where + ")",
                   latency_figures()});
}

void judge_outliers(const Case& c, Findings& out) {
  std::size_t count = 0, total = 0;
  for (const auto& positions : c.row.diagnostics.outliers) count += positions.size();
  for (const record::TimedRun* run : completed(c.evidence)) total += run->latency_ns.size();
  if (count == 0 || total == 0) return;
  const double percent = 100. * static_cast<double>(count) / static_cast<double>(total);
  out.push_back({"outliers", percent > kOutlierPercent ? Severity::kWarn : Severity::kOk,
                 std::to_string(count) + " of " + std::to_string(total) + " latencies (" + number(percent) +
                     " %) are outliers; none was removed",
                 latency_figures()});
}

void judge_autocorrelation(const Case& c, Findings& out) {
  double total = 0;
  for (const record::TimedRun* run : completed(c.evidence))
    total += static_cast<double>(run->latency_ns.size());
  const auto& d = c.row.diagnostics;
  if (total > 0 && d.effective_n > 0 && d.effective_n < kEffectiveShare * total)
    out.push_back({"autocorrelation", Severity::kWarn,
                   "latencies depend on their predecessors (lag-1 correlation " +
                       number(d.lag1_autocorrelation) + "): " + number(total, 0) + " are worth " +
                       number(d.effective_n, 0) + " independent ones, which bounds on percentiles use",
                   percentile_figures()});
  if (d.process_effective_n.empty()) return;
  // A percentile is formed per process, so each process has to support it. It is refused where n itself is
  // too small; where only its worth is, it stands and this is said.
  const double fewest = std::ranges::min(d.process_effective_n);
  static constexpr std::pair<const char*, double> kPercentiles[] = {{"latency_p50", 50},
                                                                    {"latency_p90", 90},
                                                                    {"latency_p95", 95},
                                                                    {"latency_p99", 99},
                                                                    {"latency_p999", 99.9}};
  std::vector<std::string> weak;
  std::string needs;
  for (const record::MetricInfo& metric : record::metrics()) {
    const auto* const found =
        std::ranges::find(kPercentiles, metric.name, [](const auto& p) { return std::string_view(p.first); });
    if (found == std::end(kPercentiles) || !(c.row.figures.*metric.member).value) continue;
    const std::int64_t needed = metric::smallest_n(found->second);
    if (fewest >= static_cast<double>(needed)) continue;
    weak.emplace_back(metric.name);
    needs += (needs.empty() ? "p" : ", p") + number(found->second, 1) + " needs " + std::to_string(needed);
  }
  if (!weak.empty())
    out.push_back({"autocorrelation", Severity::kWarn,
                   "a repeat's " + std::to_string(c.row.iterations) + " latencies are worth only " +
                       number(fewest, 0) + " independent ones: " + needs,
                   weak});
}

void judge_percentile_samples(const Case& c, Findings& out) {
  if (c.row.repeats == 0) return;
  std::vector<std::string> refused;
  std::string names;
  for (const record::MetricInfo& metric : record::metrics()) {
    if (std::ranges::find(percentile_figures(), metric.name) == percentile_figures().end()) continue;
    if ((c.row.figures.*metric.member).value) continue;
    refused.emplace_back(metric.name);
    names += (names.empty() ? "" : ", ") + std::string(metric.name);
  }
  if (!refused.empty())
    out.push_back({"percentile-samples", Severity::kUnmeasured,
                   "too few samples (" + std::to_string(c.row.iterations) + " a run) for " + names, refused});
}

void judge_inputs(const Case& c, Findings& out) {
  const auto runs = completed(c.evidence);
  if (runs.empty()) return;
  // What rotated, which is less than planned where the data has no more.
  const auto least = std::ranges::min(runs, {}, &record::TimedRun::inputs)->inputs;
  if (least < kLeastInputs)
    out.push_back({"inputs", Severity::kWarn,
                   std::to_string(least) + " inputs in rotation, at least " + std::to_string(kLeastInputs) +
                       " are asked for",
                   latency_figures()});
}

}  // namespace assay::verdict
