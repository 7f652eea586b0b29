// Was the machine quiet, cool and watched?
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>

#include "verdict/rule_helpers.h"

namespace assay::verdict {

using record::Severity;

namespace {

// Shares of the whole machine's CPU time in the timed window that went to other processes. A tenth is a
// background service on ten cores, or somebody's browser on two; with half, another program is being measured
// as much as this one.
constexpr double kForeignWarn = 0.10, kForeignInvalid = 0.50;

// Slewing by NTP is at most 500 ppm, 10 ms in 20 s: what is more was a step.
constexpr std::int64_t kClockStepNs = 20'000'000;

// Of one core: what the sampler may cost before it is a load of its own.
constexpr double kSamplingShare = 0.02;

// Of the sampler's ticks: more, and its rate is not the one that was asked for.
constexpr double kLateShare = 0.10;

/// Read by the sampler at its own pace: not a meter, which is waited for, and not a log, of which nothing was
/// read while the run went on.
bool is_ticked(const record::Source& source, const record::Observation& seen) {
  const bool is_meter = std::ranges::any_of(seen.series, [&](const record::Series& series) {
    const record::Boundary boundary = series.channel.boundary;
    return series.channel.source == source.id &&
           (boundary == record::Boundary::kDcInput || boundary == record::Boundary::kAcInput);
  });
  return source.read_ns_total > 0 && !is_meter;
}

}  // namespace

void judge_foreign_load(const Case& c, Findings& out) {
  double worst = -1;
  bool unknown = false;
  const auto runs = completed(c.evidence);
  for (const record::TimedRun* run : runs) {
    worst = std::max(worst, run->foreign_cpu_share);
    unknown = unknown || run->foreign_cpu_share < 0;
  }
  if (worst > kForeignWarn)
    out.push_back({"foreign-load", worst > kForeignInvalid ? Severity::kInvalid : Severity::kWarn,
                   "other processes took up to " + number(100 * worst, 1) +
                       " % of the CPU time in a timed window "
                       "(limits: " +
                       number(100 * kForeignWarn) + " % warns, " + number(100 * kForeignInvalid) +
                       " % invalidates)",
                   timed_figures()});
  if (unknown)
    out.push_back({"foreign-load",
                   Severity::kUnmeasured,
                   "CPU time of other processes could not be read for every timed window",
                   {}});
}

void judge_performance_ratio(const Case& c, Findings& out) {
  const record::Figure& ratio = c.row.figures.performance_ratio;
  if (!ratio.value || *ratio.value <= 100) return;
  out.push_back(
      {"performance-ratio",
       Severity::kWarn,
       number(*ratio.value, 1) +
           " % of the peak was achieved: the peak's measurement was disturbed, or the peak is wrong",
       {"performance_ratio"}});
}

void judge_clock_step(const Case& c, Findings& out) {
  std::int64_t worst = 0;
  int repeat = 0;
  for (const record::TimedRun* run : completed(c.evidence))
    if (std::abs(run->clock_step_ns) > std::abs(worst)) worst = run->clock_step_ns, repeat = run->repeat;
  if (std::abs(worst) <= kClockStepNs) return;
  // It moves no window, and no figure: what it does to a log that was laid by the time of day is in the bound
  // of that log's clock.
  out.push_back({"clock-step",
                 Severity::kWarn,
                 "the wall clock stepped by " + number(static_cast<double>(worst) * 1e-6) +
                     " ms during repeat " + std::to_string(repeat) +
                     "; windows and latencies come from the monotonic clock, times of day are off by that",
                 {}});
}

void judge_sampling(const Case& c, Findings& out) {
  double dearest = 0, latest = 0;
  std::map<std::string, std::string> silent;
  for (const record::TimedRun* run : completed(c.evidence)) {
    const record::Observation& seen = run->observation;
    if (seen.end_ns > seen.begin_ns)
      dearest = std::max(dearest,
                         static_cast<double>(seen.cpu_ns) / static_cast<double>(seen.end_ns - seen.begin_ns));
    std::int64_t ticks = seen.late_ticks;
    for (const record::Source& source : seen.sources) {
      if (is_ticked(source, seen)) ticks = std::max(ticks, seen.late_ticks + source.reads);
      if (!source.failure.empty()) silent[source.id] = source.failure;
    }
    if (ticks > 0)
      latest = std::max(latest, static_cast<double>(seen.late_ticks) / static_cast<double>(ticks));
  }
  if (dearest > kSamplingShare)
    out.push_back({"sampling", Severity::kWarn,
                   "reading sensors took " + number(100 * dearest, 1) + " % of a core (limit " +
                       number(100 * kSamplingShare) + " %): read them less often",
                   timed_figures()});
  // What was not read is a gap, which the rules of power and heat judge where they need it.
  if (latest > kLateShare)
    out.push_back({"sampling", primary_source(c) ? Severity::kWarn : Severity::kOk,
                   number(100 * latest, 1) +
                       " % of the sampler's ticks were skipped, for it was late (limit " +
                       number(100 * kLateShare) + " %)",
                   power_figures()});
  for (const auto& [source, failure] : silent)
    out.push_back({"sampling", Severity::kWarn, source + " fell silent in a run: " + failure, {}});
}

void judge_quiet(const Case& c, Findings& out) {
  std::vector<std::string> found;
  for (const record::TimedRun* run : completed(c.evidence))
    if (!run->disturbances.empty())
      found.push_back("repeat " + std::to_string(run->repeat) + ", after waiting " +
                      number(static_cast<double>(run->quiet_wait_ns) * 1e-9, 0) +
                      " s: " + joined(run->disturbances, ", "));
  if (!found.empty())
    out.push_back({"not-quiet", Severity::kWarn, "the machine was not quiet and cool before " + joined(found),
                   timed_figures()});
}

}  // namespace assay::verdict
