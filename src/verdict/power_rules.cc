// Is the power what it is said to be, and of the whole timed window?
#include <algorithm>
#include <cmath>

#include "timeline/combine.h"
#include "timeline/integrate.h"
#include "verdict/rule_helpers.h"

namespace assay::verdict {

using record::PowerSource;
using record::PowerWindow;
using record::Severity;

namespace {

constexpr double kLongestGapIntervals = 2.5;
constexpr double kClockWarn = 0.02, kClockInvalid = 0.10;  // Of the window.
constexpr double kIdleDrift = 0.05;                        // Of the power under load.

const PowerSource* primary(const Case& c) {
  for (const PowerSource& source : c.row.power_sources)
    if (source.primary) return &source;
  return nullptr;
}

/// "repeat 2: 21 samples" of what `problem` says about each window with a value; "" says nothing.
template <typename Problem>
std::string list_windows(const PowerSource& source, Problem problem) {
  std::string all;
  for (const PowerWindow& window : source.windows) {
    if (!window.problem.empty()) continue;
    if (const std::string one = problem(window); !one.empty())
      all += (all.empty() ? "repeat " : ", repeat ") + std::to_string(window.repeat) + ": " + one;
  }
  return all;
}

void invalid(Findings& out, const char* rule, const std::string& evidence) {
  if (!evidence.empty()) out.push_back({rule, Severity::kInvalid, evidence, power_figures()});
}

}  // namespace

void judge_power_measured(const Case& c, Findings& out) {
  const PowerSource* source = primary(c);
  if (!c.row.figures.power.value) {
    const auto& reasons = c.row.figures.power.reasons;
    const std::string why = reasons.empty() ? "no power source was read" : reasons.front();
    out.push_back({"power-unmeasured", Severity::kUnmeasured,
                   source ? source->channel + ": " + why : why, power_figures()});
    return;
  }
  for (const PowerWindow& window : source->windows)
    if (!window.problem.empty())
      invalid(out, "power-unmeasured",
              "no power in repeat " + std::to_string(window.repeat) + ": " + window.problem);
}

void judge_power_boundary(const Case& c, Findings& out) {
  const PowerSource* source = primary(c);
  if (!source || !c.row.figures.power.value) return;
  if (source->boundary != to_string(record::Boundary::kDcInput))
    out.push_back({"power-boundary", Severity::kWarn,
                   "power is " + source->boundary + " power by " + source->channel +
                       ", not measured at the DC input: do not rank it against rows of another boundary",
                   power_figures()});
  if (source->simulated)
    out.push_back({"power-simulated", Severity::kWarn,
                   "power is simulated: " + source->description + " is no instrument", power_figures()});
}

void judge_power_window(const Case& c, Findings& out) {
  const PowerSource* source = primary(c);
  if (!source) return;
  const std::int64_t least = std::max<std::int64_t>(2, c.experiment.power.least_samples);
  invalid(out, "power-window", list_windows(*source, [&](const PowerWindow& w) {
            return w.samples < least ? std::to_string(w.samples) + " power samples in the window of " +
                                           number(w.window_ms * 1e-3) + " s, at least " +
                                           std::to_string(least) + " are needed"
                                     : std::string();
          }));
  invalid(out, "power-window", list_windows(*source, [](const PowerWindow& w) {
            return w.coverage < timeline::kLeastCoverage
                       ? "readings cover " + number(100 * w.coverage, 1) + " % of the window (at least " +
                             number(100 * timeline::kLeastCoverage) + " %)"
                       : std::string();
          }));
  invalid(out, "power-window", list_windows(*source, [](const PowerWindow& w) {
            return w.longest_gap_ms > kLongestGapIntervals * w.interval_ms
                       ? "a gap of " + number(w.longest_gap_ms, 1) + " ms, with updates every " +
                             number(w.interval_ms, 1) + " ms"
                       : std::string();
          }));
  invalid(out, "power-window", list_windows(*source, [](const PowerWindow& w) {
            return w.breaks > 0 ? std::to_string(w.breaks) + " readings that cannot be (a counter jumped)"
                                : std::string();
          }));
}

void judge_power_range(const Case& c, Findings& out) {
  const PowerSource* source = primary(c);
  if (!source) return;
  for (const record::TimedRun* run : completed(c.evidence))
    for (const record::Series& series : run->observation.series) {
      if (source->channel.find(series.channel.id) == std::string::npos) continue;
      for (const auto& [reason, count] : series.rejected)
        if (reason.find("overload") != std::string::npos || reason.find("over range") != std::string::npos)
          invalid(out, "power-range",
                  "repeat " + std::to_string(run->repeat) + ": " + std::to_string(count) + " readings of " +
                      series.channel.id + " were refused: " + reason);
    }
}

void judge_power_clock(const Case& c, Findings& out) {
  const PowerSource* source = primary(c);
  if (!source) return;
  double worst = 0;
  for (const record::TimedRun* run : completed(c.evidence)) {
    const auto window = static_cast<double>(run->window_end_ns - run->window_begin_ns);
    for (const record::Series& series : run->observation.series) {
      if (source->channel.find(series.channel.id) == std::string::npos || window <= 0) continue;
      for (const record::Source& meter : run->observation.sources)
        if (meter.id == series.channel.source)
          worst = std::max(worst, static_cast<double>(meter.clock.error_ns) / window);
    }
  }
  if (worst > kClockWarn)
    out.push_back({"power-clock", worst > kClockInvalid ? Severity::kInvalid : Severity::kWarn,
                   "the meter's clock may be off by " + number(100 * worst, 1) +
                       " % of a timed window: its edges took in power from outside",
                   power_figures()});
}

void judge_power_accuracy(const Case& c, Findings& out) {
  const PowerSource* source = primary(c);
  if (!source) return;
  const bool unknown = std::ranges::any_of(source->windows, [](const PowerWindow& window) {
    return window.problem.empty() && !window.accuracy_known;
  });
  if (unknown)
    out.push_back({"power-accuracy", Severity::kWarn,
                   source->channel + " states no accuracy: the intervals do not contain it",
                   power_figures()});
}

void judge_reconciliation(const Case& c, Findings& out) {
  const auto uncertain = [](const PowerSource& source) -> std::optional<timeline::Uncertain> {
    if (!source.mean.value) return std::nullopt;
    const double half = source.mean.hi ? (*source.mean.hi - *source.mean.lo) / 2 : 0;
    return timeline::Uncertain{*source.mean.value, half / 2};
  };
  for (const PowerSource& outer : c.row.power_sources)
    for (const PowerSource& inner : c.row.power_sources) {
      // What a meter at the input measures contains all that the board tells of itself.
      const bool external = outer.boundary == to_string(record::Boundary::kDcInput) ||
                            outer.boundary == to_string(record::Boundary::kAcInput);
      const bool inside = inner.boundary != outer.boundary && external;
      if (&outer == &inner || (!inside && std::ranges::find(outer.contains, inner.channel) == outer.contains.end()))
        continue;
      const auto whole = uncertain(outer), part = uncertain(inner);
      if (!whole || !part || whole->value == 0) continue;
      const timeline::Reconciliation found = timeline::reconcile(*whole, *part, false);
      if (found.possible) continue;
      const bool concerns_row = outer.primary || inner.primary;
      out.push_back({"power-reconciliation", concerns_row ? Severity::kInvalid : Severity::kWarn,
                     inner.channel + " tells " + number(part->value) + " W, more than " + outer.channel +
                         ", which contains it, with " + number(whole->value) + " W: one of them is wrong",
                     concerns_row ? power_figures() : std::vector<std::string>()});
    }
}

void judge_idle(const Case& c, Findings& out) {
  const PowerSource* source = primary(c);
  if (!source || !source->mean.value || !source->idle_before_w || !source->idle_after_w) return;
  const double drift = std::abs(*source->idle_after_w - *source->idle_before_w);
  if (drift > kIdleDrift * *source->mean.value)
    out.push_back({"idle-drift", Severity::kWarn,
                   "idle power was " + number(*source->idle_before_w) + " W before and " +
                       number(*source->idle_after_w) + " W after the runs",
                   {"power_idle", "power_net", "net_efficiency"}});
}

void judge_supply(const Case& c, Findings& out) {
  const auto& peak = c.row.figures.power_peak;
  const auto& limit = c.experiment.power.supply_limit_w;
  if (limit && peak.value && *peak.value > *limit)
    out.push_back({"supply-limit", Severity::kWarn,
                   "peak power of " + number(*peak.value) + " W is over the supply's " + number(*limit) + " W",
                   {"power_peak"}});
}

}  // namespace assay::verdict
