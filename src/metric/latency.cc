#include "metric/latency.h"

#include <algorithm>
#include <string>
#include <utility>

#include "metric/percentile.h"
#include "metric/series.h"
#include "metric/statistics.h"

namespace assay::metric {
namespace {

constexpr std::pair<const char*, double> kPercentiles[] = {
    {"p50", 50}, {"p90", 90}, {"p95", 95}, {"p99", 99}, {"p99.9", 99.9}};

std::vector<double> in_ms(std::span<const std::int64_t> ns) {
  std::vector<double> out(ns.size());
  std::transform(ns.begin(), ns.end(), out.begin(), [](auto v) { return static_cast<double>(v) / 1e6; });
  return out;
}

void pooled_percentiles(std::span<const ProcessLatencies> processes, record::LatencyDiagnostics& out) {
  std::vector<std::int64_t> pooled;
  for (const auto& p : processes) pooled.insert(pooled.end(), p.sorted_ns.begin(), p.sorted_ns.end());
  std::sort(pooled.begin(), pooled.end());
  const auto n = static_cast<std::int64_t>(pooled.size());
  for (const auto& [name, q] : kPercentiles) {
    if (!bound_rank(n, q)) continue;
    out.pooled_ms[name] = percentile_ms(pooled, q);
    if (const auto rank = bound_rank_effective(n, out.effective_n, q)) {
      out.bound_ms[name] = static_cast<double>(pooled[static_cast<std::size_t>(*rank - 1)]) / 1e6;
    }
  }
}

}  // namespace

std::vector<ProcessLatencies> completed_processes(std::span<const record::TimedRun> runs) {
  std::vector<ProcessLatencies> out;
  for (const auto& run : runs) {
    if (!run.failure.reason.empty() || run.latency_ns.empty()) continue;
    ProcessLatencies process{&run, run.latency_ns, mean_ms(run.latency_ns)};
    std::sort(process.sorted_ns.begin(), process.sorted_ns.end());
    out.push_back(std::move(process));
  }
  return out;
}

record::LatencyDiagnostics diagnose(std::span<const ProcessLatencies> processes) {
  record::LatencyDiagnostics out;
  if (processes.empty()) return out;
  std::vector<double> lag1, with_warmup, without_warmup;
  for (const auto& process : processes) {
    const record::TimedRun& run = *process.run;
    const auto series = in_ms(run.latency_ns);
    out.process_mean_ms.push_back(process.mean_ms);
    out.process_effective_n.push_back(effective_n(series));
    out.effective_n += out.process_effective_n.back();
    lag1.push_back(lag1_autocorrelation(series));
    out.outliers.push_back(outliers(run.latency_ns));
    const auto change = change_point(run.latency_ns);
    out.change_points.push_back(change ? change->index : -1);
    if (const auto drift = drift_percent(run.latency_ns)) out.drift_percent.push_back(*drift);
    if (const auto interval = block_bootstrap_mean(series, kBootstrapSeed)) {
      out.bootstrap_lo_ms.push_back(interval->lo);
      out.bootstrap_hi_ms.push_back(interval->hi);
    }
    auto whole = run.warmup_ns;
    whole.insert(whole.end(), run.latency_ns.begin(), run.latency_ns.end());
    with_warmup.push_back(mean_ms(whole));
    without_warmup.push_back(process.mean_ms);
  }
  // A list that cannot be told for every repeat is not told at all: its places would name the wrong ones.
  for (auto* list : {&out.drift_percent, &out.bootstrap_lo_ms, &out.bootstrap_hi_ms}) {
    if (list->size() != processes.size()) list->clear();
  }
  out.lag1_autocorrelation = mean(lag1);
  out.warmup_mean_ms = {{"with", mean(with_warmup)}, {"without", mean(without_warmup)}};
  pooled_percentiles(processes, out);
  return out;
}

}  // namespace assay::metric
