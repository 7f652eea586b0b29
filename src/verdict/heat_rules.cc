// Was it cool, and did nothing hold the clocks down?
#include <algorithm>
#include <cctype>
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

constexpr double kClockFall = 0.05;        // Last quarter's median against the first's.
constexpr double kTemperatureRise = 2;     // K
constexpr double kLatencyRisePercent = 2;  // With both others: less than what is a drift by itself.
// Unseen for longer than this share of a window, and than two readings of a zone that is asked each second.
constexpr double kUnseenShare = 0.1;
constexpr std::int64_t kUnseenNs = 2'500'000'000;

enum class Sign { kTemperature, kClock, kThrottling };

std::optional<Sign> sign_of(const record::Channel& channel) {
  const std::string& q = channel.quantity;
  if (q == "temperature") return Sign::kTemperature;
  if (q == "frequency") return Sign::kClock;
  if (q == "events" || q == "duration" || q == "reasons" || q == "level") return Sign::kThrottling;
  return std::nullopt;
}

/// Of which part of the machine a clock is: "cpu", "gpu", "npu", "dla0"; "" where the sensor does not say, or
/// where it serves all (memory, a system on chip's buses).
std::string unit_of(const record::Channel& channel) {
  if (channel.facts.contains("cpus")) return "cpu";
  const auto unit = channel.facts.find("unit");
  return unit == channel.facts.end() ? "" : unit->second;
}

/// The row's accelerator in the words of the sensors: "gpu" of "GPU.1", "dla0" of "DLA0", "npu" of what
/// Qualcomm calls DSP or HTP.
std::string unit_of(const Case& c) {
  std::string unit = c.row.key.accelerator.substr(0, c.row.key.accelerator.find_first_of(".:"));
  for (char& letter : unit) letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  for (const std::string_view word : {"npu", "htp", "dsp"})
    if (unit.starts_with(word)) return "npu";
  return unit;
}

/// Whether a clock is the one that computes: of the row's own accelerator, or of nobody's alone. What another
/// part does, which idles or serves, says nothing of it: an idle GPU slows down beside a CPU row, and the
/// processors beside a GPU row.
bool computes(const record::Channel& clock, const Case& c) {
  const std::string unit = unit_of(clock);
  return unit.empty() || unit == unit_of(c);
}

/// Readings that were taken while the timed window was open.
std::span<const record::Reading> in_window(const Series& series, const TimedRun& run) {
  const auto begin = std::ranges::find_if(
      series.readings, [&](const auto& reading) { return reading.end_ns >= run.window_begin_ns; });
  const auto end = std::find_if(begin, series.readings.end(),
                                [&](const auto& reading) { return reading.begin_ns > run.window_end_ns; });
  return {begin, end};
}

/// By how much a counter rose over the window, from the last reading before it to the first after it. One
/// that began anew meanwhile has risen by what it shows before and after: at least so much.
std::optional<double> increase(const Series& series, const TimedRun& run) {
  const record::Reading* last = nullptr;
  double sum = 0;
  bool compared = false;
  for (const record::Reading& reading : series.readings) {
    if (last && reading.end_ns > run.window_begin_ns) {
      const double step = reading.value - last->value;
      sum += step >= 0 ? step : reading.value;
      compared = true;
    }
    last = &reading;
    if (reading.begin_ns >= run.window_end_ns) break;
  }
  return compared ? std::optional(sum) : std::nullopt;
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

using Ends = std::pair<double, double>;  ///< First, last.

/// Share that was lost from the first to the last; negative: it rose.
double fall_of(const Ends& ends) { return ends.first > 0 ? 1 - ends.second / ends.first : 0; }

using Fall = std::pair<double, std::string>;  ///< Share, of which clock.

/// Whether it was read all through the timed window.
bool watched(const Series& series, const TimedRun& run) {
  const std::int64_t window = run.window_end_ns - run.window_begin_ns;
  const auto most =
      std::max(kUnseenNs, static_cast<std::int64_t>(kUnseenShare * static_cast<double>(window)));
  const auto readings = in_window(series, run);
  std::int64_t seen_until = run.window_begin_ns;
  for (const record::Reading& reading : readings) {
    if (reading.begin_ns - seen_until > most) return false;
    seen_until = reading.end_ns;
  }
  return !readings.empty() && run.window_end_ns - seen_until <= most;
}

}  // namespace

void judge_heat_observed(const Case& c, Findings& out) {
  const auto runs = completed(c.evidence);
  if (runs.empty()) return;
  std::set<Sign> always{Sign::kTemperature, Sign::kClock, Sign::kThrottling};
  std::vector<std::string> lost;
  for (const TimedRun* run : runs) {
    std::set<Sign> seen;
    for (const Series& series : run->observation.series) {
      const auto sign = sign_of(series.channel);
      if (!sign) continue;
      if (sign == Sign::kClock && !computes(series.channel, c)) continue;
      if (watched(series, *run))
        seen.insert(*sign);
      else if (sign == Sign::kTemperature && !series.readings.empty())
        // Another zone does not tell how hot this one was. One that is always gated never tells anything.
        lost.push_back(series.channel.id + " (repeat " + std::to_string(run->repeat) + ")");
    }
    std::erase_if(always, [&](Sign sign) { return !seen.contains(sign); });
  }
  const bool temperature_seen = always.contains(Sign::kTemperature) && lost.empty();
  const bool temperature_told = c.row.figures.temperature.value.has_value();
  const std::string zones = lost.empty() ? "" : " of " + joined(lost, ", ");
  // The highest temperature that was read is not the highest that there was.
  if (!temperature_seen && temperature_told)
    out.push_back({"heat-unobserved",
                   Severity::kWarn,
                   "not observed all through every timed window: temperature" + zones,
                   {"temperature"}});
  const bool unmeasured = !temperature_seen && !temperature_told;
  std::vector<std::string> missing;
  if (unmeasured) missing.push_back("temperature" + zones);
  const std::string unit = unit_of(c);
  if (!always.contains(Sign::kClock))
    missing.push_back(unit == "cpu" || unit.empty() ? "clocks" : "clocks of " + c.row.key.accelerator);
  if (!always.contains(Sign::kThrottling)) missing.push_back("counters or reasons of throttling");
  if (missing.empty()) return;
  const std::string evidence =
      missing.size() == 3
          ? "heat and throttling were not observed: no source of temperature, clocks or throttling "
            "was read all through every timed window"
          : "not observed all through every timed window: " + joined(missing, ", ");
  out.push_back({"heat-unobserved", Severity::kUnmeasured, evidence,
                 unmeasured ? std::vector<std::string>{"temperature"} : std::vector<std::string>{}});
}

void judge_temperature(const Case& c, Findings& out) {
  const auto& told = c.experiment.conditions.temperature_limit_c;
  // A target may allow less than the common limit. That it allows more is no leave: only the spec gives one.
  const auto of_target = is_target(c) ? c.evidence.target->temperature_limit_c : std::nullopt;
  const bool targets = !told && of_target && of_target->value < spec::kTemperatureLimit;
  const double limit = told ? *told : targets ? of_target->value : spec::kTemperatureLimit;
  const std::string whose = targets ? " (" + c.evidence.target->id + ": " + of_target->source + ")" : "";
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
  std::vector<std::string> zones;
  for (const auto& [zone, celsius] : hot) zones.push_back(zone + " " + number(celsius, 1));
  if (!zones.empty())
    out.push_back({"temperature", Severity::kInvalid,
                   "not below " + number(limit) + " degC" + whose +
                       " all through the timed windows: " + joined(zones, ", "),
                   timed_figures()});
}

void judge_throttling(const Case& c, Findings& out) {
  std::set<std::string> found;
  for (const TimedRun* run : completed(c.evidence))
    for (const Series& series : run->observation.series) {
      const std::string where = " (repeat " + std::to_string(run->repeat) + ")";
      if (series.channel.quantity == "events" || series.channel.quantity == "duration") {
        if (const auto more = increase(series, *run); more && *more > 0)
          found.insert(series.channel.id + " rose by " + number(*more, 3) +
                       (series.channel.unit == "s" ? " s" : "") + where);
      } else if (series.channel.quantity == "level") {
        double most = 0;
        for (const record::Reading& reading : in_window(series, *run)) most = std::max(most, reading.value);
        if (most > 0) found.insert(series.channel.id + " was at level " + number(most) + where);
      } else if (series.channel.quantity == "reasons") {
        std::set<std::string> reasons;
        for (const record::Reading& reading : in_window(series, *run))
          for (const std::string& reason : sensor::throttle_reasons(series.channel, reading.value))
            reasons.insert(reason);
        for (const std::string& reason : reasons) found.insert(series.channel.id + ": " + reason + where);
      }
    }
  if (!found.empty())
    out.push_back(
        {"throttled", Severity::kInvalid, "throttled in a timed window: " + joined(found), timed_figures()});
}

void judge_slowing(const Case& c, Findings& out) {
  std::vector<std::string> hot, unexplained;
  const auto runs = completed(c.evidence);
  const auto& drifts = c.row.diagnostics.drift_percent;
  for (std::size_t i = 0; i < runs.size() && i < drifts.size(); ++i) {
    if (drifts[i] <= kLatencyRisePercent) continue;
    double rise = 0;
    bool has_zone = false;
    std::string zone;
    // Without a clock of the row's own unit nothing excuses the others: any that falls counts.
    const std::string unit = unit_of(c);
    const bool own_read = std::ranges::any_of(runs[i]->observation.series, [&](const Series& series) {
      return sign_of(series.channel) == Sign::kClock && unit_of(series.channel) == unit &&
             first_and_last(series, *runs[i]) && watched(series, *runs[i]);
    });
    const bool strict = !own_read && unit != "cpu";
    Ends fastest;  // Of the processors, whichever it was.
    // The steepest of what must not fall at all, of single processors, and of parts that do not compute.
    Fall sure, processor, beside;
    for (const Series& series : runs[i]->observation.series) {
      const auto sign = sign_of(series.channel);
      const auto ends = first_and_last(series, *runs[i]);
      if (!ends) continue;
      if (sign == Sign::kTemperature) {
        has_zone = true;
        const double kelvin = ends->second - ends->first;
        if (kelvin > rise) rise = kelvin, zone = series.channel.id;
      } else if (sign == Sign::kClock && !strict && !computes(series.channel, c)) {
        // On an accelerator's row the processors feed it: worth a word, no proof. A CPU's row needs no GPU.
        if (unit != "cpu") beside = std::max(beside, {fall_of(*ends), series.channel.id});
      } else if (sign == Sign::kClock && series.channel.facts.contains("cpus")) {
        fastest = {std::max(fastest.first, ends->first), std::max(fastest.second, ends->second)};
        processor = std::max(processor, {fall_of(*ends), series.channel.id});
      } else if (sign == Sign::kClock) {
        sure = std::max(sure, {fall_of(*ends), series.channel.id});
      }
    }
    sure = std::max(sure, {fall_of(fastest), "the fastest processor's clock"});
    const auto fell = [&](const Fall& fall) {
      return "repeat " + std::to_string(runs[i]->repeat) + ": " + fall.second + " fell by " +
             number(100 * fall.first, 1) + " % and latency rose by " + number(drifts[i], 1) + " %";
    };
    const std::string unread = strict ? " (no clock of " + c.row.key.accelerator + " was read)" : "";
    if (sure.first > kClockFall && rise > kTemperatureRise)
      hot.push_back(fell(sure) + " while " + zone + " rose by " + number(rise, 1) + " K" + unread);
    else if (sure.first > kClockFall)
      unexplained.push_back(fell(sure) +
                            (has_zone ? "; no zone grew hotter: a limit of power, or heat held at one"
                                      : "; no temperature tells whether that is heat") +
                            unread);
    else if (processor.first > kClockFall)
      // One that has nothing to do slows down as it likes, and nobody tells which ones the model ran on.
      unexplained.push_back(fell(processor) + "; another processor kept its clock" + unread);
    else if (beside.first > kClockFall)
      unexplained.push_back(fell(beside) + "; no clock of " + c.row.key.accelerator + " fell");
  }
  if (!hot.empty())
    out.push_back({"slowing", Severity::kInvalid,
                   joined(hot) + ", which is throttling whatever the counters say", timed_figures()});
  if (!unexplained.empty()) out.push_back({"slowing", Severity::kWarn, joined(unexplained), timed_figures()});
}

void judge_cooling(const Case& c, Findings& out) {
  const std::string& cooling = c.experiment.conditions.cooling;
  if (c.row.repeats == 0 || cooling == "active") return;
  if (cooling == "passive")
    out.push_back({"cooling",
                   Severity::kWarn,
                   "cooling is declared passive: the figures hold for this enclosure and room only",
                   {}});
  else
    out.push_back({"cooling", Severity::kUnmeasured, "cooling is not declared (conditions.cooling)", {}});
}

}  // namespace assay::verdict
