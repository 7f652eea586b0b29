// Is the power of the whole timed window, of the right place, and is idle power what it is said to be?
#include <algorithm>
#include <cmath>
#include <iterator>
#include <span>

#include "timeline/integrate.h"
#include "timeline/piece.h"
#include "verdict/rule_helpers.h"

namespace assay::verdict {

using record::PowerSource;
using record::PowerWindow;
using record::Severity;
using record::TimedRun;

namespace {

constexpr double kIdleDrift = 0.05;    // Of the power under load.
constexpr double kShortestIdleS = 30;  // Clocks and fans need some seconds to come down.
constexpr double kFewestRounds = 3;    // Of phases: see rounds_of_phases().

/// What makes a window's mean no mean of the window; empty: nothing.
std::vector<std::string> faults(const PowerWindow& w, std::int64_t least) {
  std::vector<std::string> found;
  if (w.samples < least)
    found.push_back(std::to_string(w.samples) + " power samples in " + number(w.window_ms * 1e-3) +
                    " s, at least " + std::to_string(least) + " are needed");
  if (w.coverage < timeline::kLeastCoverage)
    found.push_back("readings cover " + number(100 * w.coverage, 1) + " % of the window, at least " +
                    number(100 * timeline::kLeastCoverage) + " % are needed");
  if (w.longest_gap_ms > timeline::kLongestGapIntervals * w.interval_ms)
    found.push_back("a gap of " + number(w.longest_gap_ms, 1) + " ms, with updates every " +
                    number(w.interval_ms, 1) + " ms");
  if (w.breaks > 0)
    found.push_back(std::to_string(w.breaks) + " readings in the run that cannot be (a counter jumped)");
  return found;
}

/// A spec may ask for more than the rule, never for less.
std::int64_t least_samples(const Case& c) {
  return std::max<std::int64_t>(timeline::kFewestSamples, c.experiment.power.least_samples);
}

/// "repeat 2: 21 power samples ..." of the windows that have a value.
std::vector<std::string> list_faults(std::span<const PowerWindow> windows, std::int64_t least) {
  std::vector<std::string> all;
  for (const PowerWindow& window : windows)
    if (const auto found = faults(window, least); window.problem.empty() && !found.empty())
      all.push_back("repeat " + std::to_string(window.repeat) + ": " + joined(found, ", "));
  return all;
}

/// "repeat 2: connection lost" of those that have none.
std::vector<std::string> list_missing(std::span<const PowerWindow> windows) {
  std::vector<std::string> all;
  for (const PowerWindow& window : windows)
    if (!window.problem.empty())
      all.push_back("repeat " + std::to_string(window.repeat) + ": " + window.problem);
  return all;
}

std::string idle_window(std::size_t index) { return "idle window " + std::to_string(index + 1) + ": "; }

/// While a session is open and nothing submitted. Its windows are as long as the spec says.
void judge_loaded_idle(const Case& c, const PowerSource& source, Findings& out) {
  const bool measured = c.row.figures.power_loaded_idle.value.has_value();
  std::vector<std::string> found = list_missing(source.loaded_idle);
  std::ranges::move(list_faults(source.loaded_idle, timeline::kFewestSamples), std::back_inserter(found));
  if (!found.empty())
    out.push_back({"idle-window",
                   measured ? Severity::kInvalid : Severity::kUnmeasured,
                   "loaded idle time, " + joined(found),
                   {"power_loaded_idle"}});
}

}  // namespace

std::string window_faults(const Case& c, const PowerSource& source) {
  std::vector<std::string> found = list_missing(source.windows);
  std::ranges::move(list_faults(source.windows, least_samples(c)), std::back_inserter(found));
  return joined(found);
}

std::string idle_faults(const PowerSource& source) {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < source.idle.size(); ++i)
    if (const auto found = faults(source.idle[i], timeline::kFewestSamples);
        source.idle[i].problem.empty() && !found.empty())
      all.push_back(idle_window(i) + joined(found, ", "));
  return joined(all);
}

void judge_power_measured(const Case& c, Findings& out) {
  const PowerSource* source = primary_source(c);
  const record::Figure& power = c.row.figures.power;
  if (!source || !power.value) {
    const std::string why = power.reasons.empty() ? "no power source was read" : power.reasons.front();
    out.push_back({"power-unmeasured", Severity::kUnmeasured, source ? source->channel + ": " + why : why,
                   metered_figures()});
    return;
  }
  for (const PowerWindow& window : source->windows)
    if (!window.problem.empty())
      out.push_back({"power-unmeasured", Severity::kInvalid,
                     "no power in repeat " + std::to_string(window.repeat) + ": " + window.problem,
                     power_figures()});
}

void judge_power_boundary(const Case& c, Findings& out) {
  const PowerSource* source = primary_source(c);
  if (!source || !c.row.figures.power.value) return;
  if (source->boundary != to_string(record::Boundary::kDcInput))
    out.push_back({"power-boundary", Severity::kWarn,
                   "power is " + source->boundary + " power by " + source->channel +
                       ", not measured at the DC input: do not rank it against rows of another boundary",
                   metered_figures()});
}

void judge_power_simulated(const Case& c, Findings& out) {
  const PowerSource* source = primary_source(c);
  if (source && source->simulated)
    out.push_back({"power-simulated", Severity::kWarn,
                   "power is simulated: " + source->description + " is no instrument", metered_figures()});
}

void judge_power_window(const Case& c, Findings& out) {
  const PowerSource* source = primary_source(c);
  if (!source) return;
  const std::string found = joined(list_faults(source->windows, least_samples(c)));
  if (!found.empty()) out.push_back({"power-window", Severity::kInvalid, found, power_figures()});
  // The row's figures do not come from the others: what they tell is marked where it stands.
  std::vector<std::string> others;
  for (const PowerSource& other : c.row.power_sources)
    if (const std::string faulty = window_faults(c, other); !other.primary && !faulty.empty())
      others.push_back(other.channel + ", " + faulty);
  if (!others.empty())
    out.push_back({"power-window",
                   Severity::kOk,
                   "of the sources beside the row's, means that are not to be believed: " + joined(others),
                   {}});
}

void judge_power_in_step(const Case& c, Findings& out) {
  const PowerSource* source = primary_source(c);
  if (!source) return;
  std::vector<std::string> found;
  for (const TimedRun* run : completed(c.evidence)) {
    const bool instants = std::ranges::any_of(run->observation.series, [&](const record::Series& series) {
      return series.channel.kind == record::ReadingKind::kInstant &&
             std::ranges::find(source->channels, series.channel.id) != source->channels.end();
    });
    const auto window = std::ranges::find(source->windows, run->repeat, &PowerWindow::repeat);
    if (!instants || window == source->windows.end() || !window->problem.empty() || run->latency_ns.empty() ||
        window->interval_ms <= 0 || window->window_ms <= 0)
      continue;
    const double period_ms = window->window_ms / static_cast<double>(run->latency_ns.size());
    const auto ns = [](double ms) { return Nanoseconds(static_cast<std::int64_t>(ms * 1e6)); };
    const auto rounds =
        timeline::rounds_of_phases(ns(window->interval_ms), ns(period_ms), ns(window->window_ms));
    if (rounds && *rounds < kFewestRounds)
      found.push_back("repeat " + std::to_string(run->repeat) + ": a reading every " +
                      number(window->interval_ms, 3) + " ms, an inference every " + number(period_ms, 3) +
                      " ms, " + number(*rounds, 1) + " rounds");
  }
  if (!found.empty())
    out.push_back({"power-in-step", Severity::kWarn,
                   "readings are in step with the inferences and may show some phases of them, not their "
                   "mean (" +
                       joined(found) + "; at least " + number(kFewestRounds) +
                       " rounds through the phases are needed): sample at another period",
                   power_figures()});
}

void judge_idle_window(const Case& c, Findings& out) {
  const PowerSource* source = primary_source(c);
  if (!source || !c.row.figures.power.value) return;
  judge_loaded_idle(c, *source, out);
  if (c.experiment.power.idle.count() == 0) return;
  const auto fire = [&](Severity severity, const std::string& evidence) {
    out.push_back({"idle-window", severity, evidence, idle_figures()});
  };
  std::vector<std::string> missing, brief, disturbed;
  const std::string broken = idle_faults(*source);
  for (std::size_t i = 0; i < source->idle.size(); ++i) {
    const PowerWindow& window = source->idle[i];
    const std::string where = idle_window(i);
    if (!window.problem.empty()) {
      missing.push_back(where + window.problem);
      continue;
    }
    if (window.window_ms * 1e-3 < 0.99 * kShortestIdleS)
      brief.push_back(where + number(window.window_ms * 1e-3) + " s");
  }
  for (std::size_t i = 0; i < c.evidence.idle.size(); ++i)
    for (const std::string& one : c.evidence.idle[i].disturbances) disturbed.push_back(idle_window(i) + one);
  if (!c.row.figures.power_idle.value) {
    missing.insert(missing.begin(), "no idle power was measured");
    return fire(Severity::kUnmeasured, joined(missing));
  }
  if (!broken.empty()) fire(Severity::kInvalid, broken);
  // The other window stands, but nothing shows that the machine came back to it.
  if (!missing.empty()) fire(Severity::kWarn, joined(missing));
  if (!brief.empty())
    fire(Severity::kWarn, joined(brief) + ", at least " + number(kShortestIdleS) + " s are asked for");
  if (!disturbed.empty()) fire(Severity::kWarn, "the machine was not quiet: " + joined(disturbed));
}

void judge_idle_drift(const Case& c, Findings& out) {
  const PowerSource* source = primary_source(c);
  if (!source || !source->mean.value || !source->idle_before_w || !source->idle_after_w) return;
  const double drift = std::abs(*source->idle_after_w - *source->idle_before_w);
  if (drift > kIdleDrift * std::abs(*source->mean.value))
    out.push_back({"idle-drift", Severity::kWarn,
                   "idle power was " + number(*source->idle_before_w) + " W before and " +
                       number(*source->idle_after_w) + " W after the runs, which drew " +
                       number(*source->mean.value) + " W",
                   idle_figures()});
}

void judge_supply(const Case& c, Findings& out) {
  const auto& peak = c.row.figures.power_peak;
  std::optional<double> limit = c.experiment.power.supply_limit_w;
  std::string whose = "the supply's ";
  // Another machine has another supply.
  if (!limit && is_target(c) && c.evidence.target->supply_limit_w) {
    limit = c.evidence.target->supply_limit_w->value;
    whose = "what the supply of " + c.evidence.target->id + " gives (" +
            c.evidence.target->supply_limit_w->source + "), ";
  }
  if (!limit || !c.row.figures.power.value) return;
  if (!peak.value)
    out.push_back({"supply-limit",
                   Severity::kUnmeasured,
                   "no peak power to hold against " + whose + number(*limit) + " W" +
                       (peak.reasons.empty() ? "" : ": " + peak.reasons.front()),
                   {"power_peak"}});
  else if (*peak.value > *limit)
    out.push_back({"supply-limit",
                   Severity::kWarn,
                   "peak power of " + number(*peak.value) + " W is over " + whose + number(*limit) + " W",
                   {"power_peak"}});
}

}  // namespace assay::verdict
