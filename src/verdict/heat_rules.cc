// Was it cool, and did nothing hold the clocks down?
#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <span>

#include "sensor/reasons.h"
#include "verdict/rule_helpers.h"

namespace assay::verdict {

using record::Series;
using record::Severity;
using record::TimedRun;

namespace {

constexpr double kClockFall = 0.05;       // Last quarter's median against the first's.
constexpr double kTemperatureRise = 2;    // K
constexpr double kLatencyRisePercent = 2; // With both others: less than what is a drift by itself.

bool is_heat(const record::Channel& channel) {
  return channel.quantity == "temperature" || channel.quantity == "frequency" ||
         channel.quantity == "events" || channel.quantity == "reasons";
}

/// Readings that were taken while the timed window was open.
std::span<const record::Reading> in_window(const Series& series, const TimedRun& run) {
  const auto begin = std::ranges::find_if(
      series.readings, [&](const auto& reading) { return reading.end_ns >= run.window_begin_ns; });
  const auto end = std::find_if(begin, series.readings.end(), [&](const auto& reading) {
    return reading.begin_ns > run.window_end_ns;
  });
  return {begin, end};
}

/// Increase of a counter over the window, from the last reading before it to the first after it.
std::optional<double> increase(const Series& series, const TimedRun& run) {
  const record::Reading *before = nullptr, *after = nullptr;
  for (const record::Reading& reading : series.readings) {
    if (reading.end_ns <= run.window_begin_ns || !before) before = &reading;
    after = &reading;
    if (reading.begin_ns >= run.window_end_ns) break;
  }
  if (!before || before == after) return std::nullopt;
  return after->value - before->value;
}

double median(std::vector<double> values) {
  std::ranges::nth_element(values, values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2));
  return values[values.size() / 2];
}

/// Medians of the first and the last quarter of the window; absent for fewer than 8 readings.
std::optional<std::pair<double, double>> first_and_last(const Series& series, const TimedRun& run) {
  const auto readings = in_window(series, run);
  if (readings.size() < 8) return std::nullopt;
  const std::size_t quarter = readings.size() / 4;
  std::vector<double> first, last;
  for (std::size_t i = 0; i < quarter; ++i) {
    first.push_back(readings[i].value);
    last.push_back(readings[readings.size() - 1 - i].value);
  }
  return std::pair(median(std::move(first)), median(std::move(last)));
}

std::vector<std::string> concerned() {
  std::vector<std::string> names = latency_figures();
  for (const std::string& name : power_figures())
    if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  return names;
}

}  // namespace

void judge_heat_observed(const Case& c, Findings& out) {
  const auto runs = completed(c.evidence);
  if (runs.empty()) return;
  for (const TimedRun* run : runs)
    for (const Series& series : run->observation.series)
      if (is_heat(series.channel) && !series.readings.empty()) return;
  out.push_back({"heat-unobserved",
                 Severity::kUnmeasured,
                 "heat and throttling were not observed: this machine shows no temperature, clock or "
                 "throttle counter",
                 {}});
}

void judge_temperature(const Case& c, Findings& out) {
  const double limit = c.experiment.conditions.temperature_limit_c;
  std::map<std::string, double> hot;
  for (const TimedRun* run : completed(c.evidence))
    for (const Series& series : run->observation.series) {
      if (series.channel.quantity != "temperature") continue;
      for (const record::Reading& reading : in_window(series, *run))
        if (reading.value >= limit) {
          const auto [entry, fresh] = hot.emplace(series.channel.id, reading.value);
          entry->second = std::max(entry->second, reading.value);
        }
    }
  std::string text;
  for (const auto& [zone, celsius] : hot) text += (text.empty() ? "" : ", ") + zone + " " + number(celsius, 1);
  if (!text.empty())
    out.push_back({"temperature", Severity::kInvalid,
                   "hotter than " + number(limit) + " degC in a timed window: " + text, concerned()});
}

void judge_throttling(const Case& c, Findings& out) {
  std::set<std::string> found;
  for (const TimedRun* run : completed(c.evidence))
    for (const Series& series : run->observation.series) {
      const std::string where = " (repeat " + std::to_string(run->repeat) + ")";
      if (series.channel.quantity == "events") {
        if (const auto more = increase(series, *run); more && *more > 0)
          found.insert(series.channel.id + " rose by " + number(*more) + where);
      } else if (series.channel.quantity == "reasons") {
        std::set<std::string> reasons;
        for (const record::Reading& reading : in_window(series, *run))
          for (const std::string& reason : sensor::throttle_reasons(series.channel, reading.value))
            reasons.insert(reason);
        for (const std::string& reason : reasons) found.insert(series.channel.id + ": " + reason + where);
      }
    }
  std::string text;
  for (const std::string& one : found) text += (text.empty() ? "" : "; ") + one;
  if (!text.empty())
    out.push_back({"throttled", Severity::kInvalid, "throttled in a timed window: " + text, concerned()});
}

void judge_slowing(const Case& c, Findings& out) {
  std::string text;
  const auto runs = completed(c.evidence);
  for (std::size_t i = 0; i < runs.size(); ++i) {
    std::optional<double> fall, rise;
    std::string clock, zone;
    for (const Series& series : runs[i]->observation.series) {
      const auto ends = first_and_last(series, *runs[i]);
      if (!ends) continue;
      if (series.channel.quantity == "frequency" && ends->first > 0) {
        const double share = 1 - ends->second / ends->first;
        if (share > fall.value_or(0)) fall = share, clock = series.channel.id;
      } else if (series.channel.quantity == "temperature") {
        const double kelvin = ends->second - ends->first;
        if (kelvin > rise.value_or(0)) rise = kelvin, zone = series.channel.id;
      }
    }
    const auto& drifts = c.row.diagnostics.drift_percent;
    const double drift = i < drifts.size() ? drifts[i] : 0;
    if (fall.value_or(0) > kClockFall && rise.value_or(0) > kTemperatureRise && drift > kLatencyRisePercent)
      text += (text.empty() ? "repeat " : "; repeat ") + std::to_string(runs[i]->repeat) + ": " + clock +
              " fell by " + number(100 * *fall, 1) + " %, " + zone + " rose by " + number(*rise, 1) +
              " K, latency by " + number(drift, 1) + " %";
  }
  if (!text.empty())
    out.push_back({"slowing", Severity::kInvalid,
                   "clocks fell while temperature and latency rose, which is throttling whatever the counters "
                   "say: " +
                       text,
                   concerned()});
}

void judge_cooling(const Case& c, Findings& out) {
  const std::string& cooling = c.experiment.conditions.cooling;
  if (c.row.repeats == 0 || cooling == "active") return;
  if (cooling == "passive")
    out.push_back({"cooling", Severity::kWarn,
                   "cooling is declared passive: the figures hold for this enclosure and room only",
                   {}});
  else
    out.push_back({"cooling", Severity::kUnmeasured, "cooling is not declared (conditions.cooling)", {}});
}

}  // namespace assay::verdict
