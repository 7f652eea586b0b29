// Can the power source be believed: its ranges, its own integral, its clock, its accuracy, and what other
// sources tell of the same board?
#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>
#include <set>

#include "timeline/combine.h"
#include "verdict/rule_helpers.h"

namespace assay::verdict {

using record::PowerSource;
using record::Series;
using record::Severity;
using record::Source;
using record::TimedRun;

namespace {

constexpr double kClockWarn = 0.02, kClockInvalid = 0.10;  // Of the window.
// Of the energy. A meter shows five digits of watt hours, so that a minute of a watt is known to a
// thousandth; a reading in a hundred that is missed, doubled or of another interval stands out.
constexpr double kIntegralWarn = 0.01, kIntegralInvalid = 0.05;
constexpr double kShortestIntegralS = 30;
// A sensor that states no accuracy is given this half width of its reading: shunts of 1 % and offsets of some
// mA at light load are common, and a contradiction has to be more than that.
constexpr double kAssumedAccuracy = 0.05;

/// Calls `look(run, series, meter)` for each channel of the row's power source in each completed run; `meter`
/// is null where the run does not tell its source.
template <typename Look>
void for_each_channel(const Case& c, Look look) {
  const PowerSource* power = primary_source(c);
  if (!power) return;
  for (const TimedRun* run : completed(c.evidence))
    for (const Series& series : run->observation.series) {
      if (std::ranges::find(power->channels, series.channel.id) == power->channels.end()) continue;
      const auto meter = std::ranges::find(run->observation.sources, series.channel.source, &Source::id);
      look(*run, series, meter == run->observation.sources.end() ? nullptr : &*meter);
    }
}

const std::string* fact(const Source* meter, const char* name) {
  if (!meter) return nullptr;
  const auto found = meter->facts.find(name);
  return found == meter->facts.end() ? nullptr : &found->second;
}

std::optional<double> number_fact(const Source* meter, const char* name) {
  const std::string* text = fact(meter, name);
  double value = 0;
  if (!text || std::from_chars(text->data(), text->data() + text->size(), value).ec != std::errc())
    return std::nullopt;
  return value;
}

std::string of_repeat(const TimedRun& run) { return "repeat " + std::to_string(run.repeat) + ": "; }

bool is_external(const PowerSource& source) {
  return source.boundary == to_string(record::Boundary::kDcInput) ||
         source.boundary == to_string(record::Boundary::kAcInput);
}

/// How far inside: the wall, the board's input, all that a board tells of itself.
int depth(const PowerSource& source) {
  if (source.boundary == to_string(record::Boundary::kAcInput)) return 0;
  return source.boundary == to_string(record::Boundary::kDcInput) ? 1 : 2;
}

bool holds(const PowerSource& outer, const PowerSource& inner) {
  if (is_external(outer)) return depth(outer) < depth(inner);
  return !inner.channels.empty() && std::ranges::all_of(inner.channels, [&](const std::string& channel) {
    return std::ranges::find(outer.contains, channel) != outer.contains.end();
  });
}

/// The mean with what is known of its uncertainty.
std::optional<timeline::Uncertain> mean_of(const PowerSource& source) {
  const record::Figure& mean = source.mean;
  if (!mean.value) return std::nullopt;
  const double known =
      mean.hi && mean.lo ? (*mean.hi - *mean.lo) / 4 : 0;  // U is half of it, u half of that.
  const bool stated = std::ranges::all_of(source.windows, [](const record::PowerWindow& window) {
    return !window.problem.empty() || window.accuracy_known;
  });
  const double assumed = stated ? 0 : kAssumedAccuracy * std::abs(*mean.value) / std::sqrt(3.0);
  return timeline::Uncertain{*mean.value, std::hypot(known, assumed)};
}

std::string watts(const PowerSource& source) {
  return source.channel + " (" + source.boundary + ") tells " + number(*source.mean.value) + " W";
}

}  // namespace

void judge_power_range(const Case& c, Findings& out) {
  std::set<std::string> cut, unsure;
  for_each_channel(c, [&](const TimedRun& run, const Series& series, const Source* meter) {
    for (const auto& [reason, count] : series.rejected)
      if (reason.find("overload") != std::string::npos || reason.find("over range") != std::string::npos)
        cut.insert(of_repeat(run) + std::to_string(count) + " readings of " + series.channel.id +
                   " were refused: " + reason);
    const std::string* check = fact(meter, "range_check");
    if (!check || *check == "unchanged") return;
    const std::string text = of_repeat(run) + meter->id + "'s ranges at the end of the run: " + *check;
    (check->starts_with("changed") ? cut : unsure).insert(text);
  });
  if (!cut.empty()) out.push_back({"power-range", Severity::kInvalid, joined(cut), metered_figures()});
  if (!unsure.empty())
    out.push_back({"power-range", Severity::kWarn,
                   joined(unsure) + "; the accuracy holds for a range that is fixed", metered_figures()});
}

void judge_power_integral(const Case& c, Findings& out) {
  // The sums run on from run to run: the last tells all.
  std::map<std::string, std::pair<double, std::string>> last;
  for_each_channel(c, [&](const TimedRun& run, const Series&, const Source* meter) {
    const auto own = number_fact(meter, "integration_wh"), ours = number_fact(meter, "readings_wh");
    const auto over_s = number_fact(meter, "integration_s");
    if (!own || !ours || !over_s || *over_s < kShortestIntegralS || *ours == 0) return;
    last[meter->id] = {std::abs(*own / *ours - 1), of_repeat(run) + meter->id + " itself integrated " +
                                                       number(*own, 6) + " Wh where its readings make " +
                                                       number(*ours, 6) + " Wh in " + number(*over_s, 0) +
                                                       " s"};
  });
  for (const auto& [meter, found] : last)
    if (found.first > kIntegralWarn)
      out.push_back({"power-integral", found.first > kIntegralInvalid ? Severity::kInvalid : Severity::kWarn,
                     found.second + ": readings are missed, doubled or of another interval",
                     metered_figures()});
}

void judge_power_clock(const Case& c, Findings& out) {
  double worst = 0;
  std::string where;
  std::set<std::string> declared, stepped;
  for_each_channel(c, [&](const TimedRun& run, const Series&, const Source* meter) {
    // The count runs on from run to run: the first run that tells a step is where it was.
    const auto steps = number_fact(meter, "clock_steps");
    if (steps && *steps > 0 && stepped.insert(meter->id).second)
      out.push_back({"power-clock", Severity::kWarn,
                     of_repeat(run) + meter->id + "'s clock stepped " + number(*steps, 0) +
                         " times: what it stamped around then may lie elsewhere",
                     power_figures()});
    const auto window = static_cast<double>(run.window_end_ns - run.window_begin_ns);
    if (!meter || window <= 0) return;
    const auto error = static_cast<double>(meter->clock.error_ns);
    if (error / window > worst) {
      worst = error / window;
      where = of_repeat(run) + meter->id + "'s clock (" + meter->clock.method + ") may be off by " +
              number(error * 1e-6, 1) + " ms, " + number(100 * worst, 1) + " % of the timed window";
    }
    if (meter->clock.method == "declared") declared.insert(meter->id);
  });
  if (worst > kClockWarn)
    out.push_back({"power-clock", worst > kClockInvalid ? Severity::kInvalid : Severity::kWarn,
                   where + ": power from outside of it may be in it", power_figures()});
  if (!declared.empty())
    out.push_back({"power-clock", Severity::kWarn,
                   "the clock of " + joined(declared, ", ") +
                       " is taken as it was declared: no load pattern shows that it was so",
                   power_figures()});
}

void judge_power_accuracy(const Case& c, Findings& out) {
  const PowerSource* source = primary_source(c);
  if (!source) return;
  const bool unknown = std::ranges::any_of(source->windows, [](const record::PowerWindow& window) {
    return window.problem.empty() && !window.accuracy_known;
  });
  if (unknown)
    out.push_back({"power-accuracy", Severity::kWarn,
                   source->channel + " states no accuracy: the intervals do not contain it",
                   metered_figures()});
}

void judge_reconciliation(const Case& c, Findings& out) {
  std::vector<std::string> possible;
  const auto contradict = [&](const PowerSource& a, const PowerSource& b, const std::string& evidence) {
    const bool concerns_row = a.primary || b.primary;
    out.push_back({"power-reconciliation", concerns_row ? Severity::kInvalid : Severity::kWarn, evidence,
                   concerns_row ? metered_figures() : std::vector<std::string>()});
  };
  const auto& all = c.row.power_sources;
  for (std::size_t i = 0; i < all.size(); ++i)
    for (std::size_t k = 0; k < all.size(); ++k) {
      const PowerSource &outer = all[i], &inner = all[k];
      // A simulated meter watches no board.
      if (i == k || outer.simulated != inner.simulated) continue;
      // Nor does a mean that is none of the timed windows contradict one.
      if (!window_faults(c, outer).empty() || !window_faults(c, inner).empty()) continue;
      const auto whole = mean_of(outer), part = mean_of(inner);
      if (!whole || !part || whole->value == 0) continue;
      const timeline::Reconciliation found = timeline::reconcile(*whole, *part, false);
      const std::string limit = " (U of the difference " + number(found.excess_w.expanded()) + " W)";
      if (holds(outer, inner)) {
        if (found.possible)
          possible.push_back(inner.channel + " is " + number(100 * found.share, 1) + " % of " +
                             outer.channel);
        else
          contradict(outer, inner,
                     watts(inner) + ", more than what contains it: " + watts(outer) + limit +
                         "; one of them is wrong");
      } else if (i < k && is_external(outer) && outer.boundary == inner.boundary &&
                 std::abs(found.excess_w.value) > found.excess_w.expanded()) {
        contradict(outer, inner,
                   watts(outer) + ", but " + watts(inner) + limit +
                       "; one of them is wrong, or they watch different inputs");
      }
    }
  if (!possible.empty())
    out.push_back({"power-reconciliation", Severity::kOk, "can be true together: " + joined(possible), {}});
}

}  // namespace assay::verdict
