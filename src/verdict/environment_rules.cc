// Was the machine quiet, cool and watched?
#include <algorithm>
#include <cmath>
#include <cstdlib>

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
                   latency_figures()});
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
  for (const record::TimedRun* run : completed(c.evidence))
    if (std::abs(run->clock_step_ns) > std::abs(worst)) worst = run->clock_step_ns;
  if (std::abs(worst) > kClockStepNs)
    out.push_back(
        {"clock-step", Severity::kWarn,
         "the wall clock stepped by " + number(static_cast<double>(worst) * 1e-6) +
             " ms during a run; latencies come from the monotonic clock, times of day are off by that",
         power_figures()});
}

void judge_power(const Case& c, Findings& out) {
  if (c.row.figures.power.value) return;
  const auto& reasons = c.row.figures.power.reasons;
  out.push_back({"power-unmeasured", Severity::kUnmeasured,
                 reasons.empty() ? "no power source was read" : reasons.front(), power_figures()});
}

void judge_heat(const Case& c, Findings& out) {
  if (c.row.repeats > 0)
    out.push_back({"heat-unobserved",
                   Severity::kUnmeasured,
                   "heat and throttling were not observed: no source of temperature, clocks or throttling "
                   "was read, and "
                   "cooling is not declared",
                   {}});
}

}  // namespace assay::verdict
