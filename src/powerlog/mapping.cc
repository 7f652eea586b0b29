#include "powerlog/mapping.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <span>
#include <vector>

#include "base/text.h"
#include "powerlog/number.h"

namespace assay::powerlog {
namespace {

struct NamedScale {
  std::string_view name;
  double scale;
};
constexpr std::array<NamedScale, 3> kWatts = {{{"W", 1}, {"mW", 1e-3}, {"uW", 1e-6}}};
constexpr std::array<NamedScale, 3> kVolts = {{{"V", 1}, {"mV", 1e-3}, {"uV", 1e-6}}};
constexpr std::array<NamedScale, 3> kAmperes = {{{"A", 1}, {"mA", 1e-3}, {"uA", 1e-6}}};

struct TimeUnit {
  std::string_view name;
  int digits;
  bool epoch;
};
constexpr std::array<TimeUnit, 8> kTimeUnits = {{{"s", 0, false},
                                                 {"ms", 3, false},
                                                 {"us", 6, false},
                                                 {"ns", 9, false},
                                                 {"epoch", 0, true},
                                                 {"epoch_ms", 3, true},
                                                 {"epoch_us", 6, true},
                                                 {"epoch_ns", 9, true}}};

tl::unexpected<Status> bad(std::string_view key, const std::string& what) {
  return fail(Code::kInvalidInput, "mapping, " + std::string(key) + ": " + what);
}

Result<void> check_field(std::string_view key, const Field& field) {
  if (!field.given()) return bad(key, "a column's name or its number (from 1) was expected, none was found");
  if (!field.name.empty() && field.number != 0)
    return bad(key, "a name or a number was expected, '" + field.name + "' and " +
                        std::to_string(field.number) + " were found");
  if (field.number < 0)
    return bad(key, "columns are counted from 1, " + std::to_string(field.number) + " was found");
  return {};
}

Result<double> scale_of(std::string_view key, const ScaledField& value, std::span<const NamedScale> units) {
  ASSAY_OK(check_field(key, value.field));
  std::vector<std::string_view> names;
  for (const NamedScale& unit : units) {
    if (unit.name == value.unit) return unit.scale;
    names.push_back(unit.name);
  }
  return bad(key, "the unit " + join_or(names) + " was expected, '" + value.unit + "' was found");
}

Result<double> positive(std::string_view key, double value, std::string_view unit) {
  if (std::isfinite(value) && value > 0) return value;
  return bad(key,
             "more than 0 " + std::string(unit) + " was expected, " + std::to_string(value) + " was found");
}

Result<double> tolerance_of(std::string_view key, const std::optional<double>& value) {
  if (!value)
    return bad(
        key,
        "a tolerance was expected (0.01 for 1 %), none was found: without it the power has no uncertainty");
  if (!(*value >= 0 && *value < 1))
    return bad(key,
               "a tolerance of 0 to 1 was expected (0.01 for 1 %), " + std::to_string(*value) + " was found");
  return *value;
}

std::string short_number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", value);
  return text;
}

/// What multiplies the voltage.
struct CurrentPart {
  Field field;
  double scale = 1, tolerance = 0;
  std::string basis;
};

Result<CurrentPart> current_part(const Mapping& mapping) {
  CurrentPart part;
  if (mapping.current) {
    part.field = mapping.current->field;
    part.basis = "amperes";
    ASSAY_TRY(part.scale, scale_of("current", *mapping.current, kAmperes));
  } else if (mapping.shunt) {
    part.field = mapping.shunt->drop.field;
    ASSAY_TRY(const double volts, scale_of("shunt.drop", mapping.shunt->drop, kVolts));
    ASSAY_TRY(const double ohms, positive("shunt.ohms", mapping.shunt->ohms, "ohm"));
    ASSAY_TRY(part.tolerance, tolerance_of("shunt.tolerance", mapping.shunt->tolerance));
    part.scale = volts / ohms;
    part.basis = "shunt " + short_number(ohms) + " ohm (" + short_number(100 * part.tolerance) + " %)";
  } else {
    part.field = mapping.clamp->output.field;
    ASSAY_TRY(const double volts, scale_of("clamp.output", mapping.clamp->output, kVolts));
    ASSAY_TRY(const double gain, positive("clamp.volts_per_ampere", mapping.clamp->volts_per_ampere, "V/A"));
    ASSAY_TRY(part.tolerance, tolerance_of("clamp.tolerance", mapping.clamp->tolerance));
    part.scale = volts / gain;
    part.basis = "clamp " + short_number(gain) + " V/A (" + short_number(100 * part.tolerance) + " %)";
  }
  return part;
}

}  // namespace

std::string_view to_string(Position position) {
  switch (position) {
    case Position::kStart:
      return "start";
    case Position::kMiddle:
      return "middle";
    case Position::kEnd:
      return "end";
    case Position::kInstant:
      return "instant";
  }
  return "unknown";
}

Result<Position> parse_position(std::string_view text) {
  for (const auto position : {Position::kStart, Position::kMiddle, Position::kEnd, Position::kInstant})
    if (to_string(position) == text) return position;
  return fail(Code::kInvalidInput,
              "sample position '" + std::string(text) +
                  "': start, middle, end or instant was expected: where a sample stands in the "
                  "interval that it is the mean of");
}

Result<record::Boundary> parse_boundary(std::string_view text) {
  using record::Boundary;
  std::vector<std::string_view> words;
  for (const auto boundary : {Boundary::kDcInput, Boundary::kAcInput, Boundary::kBoard, Boundary::kRail,
                              Boundary::kPackage, Boundary::kChip}) {
    if (to_string(boundary) == text) return boundary;
    words.push_back(to_string(boundary));
  }
  return fail(Code::kInvalidInput, "boundary '" + std::string(text) + "': " + join_or(words) +
                                       " was expected: what the meter was connected to");
}

std::string Field::describe() const {
  return name.empty() ? "column " + std::to_string(number) : "'" + name + "'";
}

Result<PowerFormula> power_formula(const Mapping& mapping) {
  const int given = mapping.power.has_value() + mapping.current.has_value() + mapping.shunt.has_value() +
                    mapping.clamp.has_value();
  if (given != 1)
    return bad("power", "one of power, current, shunt and clamp was expected, " + std::to_string(given) +
                            " were found");
  if (!mapping.position)
    return bad("position",
               "start, middle, end or instant was expected, nothing was found: a sample's place in its "
               "interval shifts the power by up to one interval");
  if (mapping.interval_ns) ASSAY_OK(check_interval(*mapping.interval_ns));

  PowerFormula formula;
  if (mapping.power) {
    if (mapping.voltage || mapping.supply_volts)
      return bad("voltage", "none was expected beside power, which is already a product");
    formula.first = mapping.power->field;
    formula.basis = "watts";
    ASSAY_TRY(formula.scale, scale_of("power", *mapping.power, kWatts));
    return formula;
  }
  if (mapping.voltage.has_value() == mapping.supply_volts.has_value())
    return bad("voltage", std::string("a measured voltage or the supply's was expected, ") +
                              (mapping.voltage ? "both were found" : "neither was found"));
  ASSAY_TRY(CurrentPart current, current_part(mapping));
  if (mapping.voltage) {
    ASSAY_TRY(const double volts, scale_of("voltage", *mapping.voltage, kVolts));
    formula.first = mapping.voltage->field;
    formula.second = std::move(current.field);
    formula.scale = volts * current.scale;
    formula.tolerance = current.tolerance;
    formula.basis = "volts x " + current.basis;
    return formula;
  }
  ASSAY_TRY(const double supply, positive("supply_volts", *mapping.supply_volts, "V"));
  ASSAY_TRY(const double tolerance, tolerance_of("supply_tolerance", mapping.supply_tolerance));
  formula.first = std::move(current.field);
  formula.scale = supply * current.scale;
  formula.tolerance = std::hypot(tolerance, current.tolerance);
  formula.basis = short_number(supply) + " V (" + short_number(100 * tolerance) + " %) x " + current.basis;
  return formula;
}

std::optional<record::Accuracy> combined_accuracy(const PowerFormula& formula,
                                                  const std::optional<record::Accuracy>& meter) {
  if (formula.tolerance <= 0) return meter;
  record::Accuracy accuracy = meter.value_or(record::Accuracy{});
  accuracy.of_reading = std::hypot(accuracy.of_reading, formula.tolerance);
  // A shunt's tolerance alone is not all: what reads it has an error too, and that nobody has told.
  accuracy.source =
      meter ? meter->source + "; " + formula.basis : formula.basis + ", the recorder's own error unknown";
  return accuracy;
}

Result<TimeRule> TimeRule::create(const TimeMapping& time, const std::optional<Zone>& zone) {
  ASSAY_OK(check_field("time", time.field));
  TimeRule rule;
  rule.zone_ = time.zone ? time.zone : zone;
  if (time.unit.find('%') != std::string::npos) {
    ASSAY_TRY(StampPattern pattern, StampPattern::create(time.unit));
    if (!pattern.has_zone() && !rule.zone_)
      return fail(zone_is_missing("the time pattern '" + time.unit + "'"));
    rule.kind_ = Kind::kPattern;
    rule.pattern_ = std::move(pattern);
    return rule;
  }
  if (time.unit == "iso8601") {
    rule.kind_ = Kind::kIso8601;
    return rule;
  }
  const auto found = std::find_if(kTimeUnits.begin(), kTimeUnits.end(),
                                  [&](const TimeUnit& unit) { return unit.name == time.unit; });
  if (found == kTimeUnits.end())
    return bad("time.unit",
               "s, ms, us, ns, epoch, epoch_ms, epoch_us, epoch_ns, iso8601 or a pattern as "
               "'%m-%d-%Y %H:%M:%S.%f' was expected, '" +
                   time.unit + "' was found");
  rule.digits_ = found->digits;
  rule.epoch_ = found->epoch;
  return rule;
}

std::optional<std::int64_t> TimeRule::parse(std::string_view text) const {
  if (kind_ == Kind::kCount) return parse_time_count(text, digits_);
  const auto stamp = kind_ == Kind::kIso8601 ? parse_iso8601(text) : pattern_->parse(text);
  if (!stamp || (!stamp->has_zone && !zone_)) return std::nullopt;
  return stamp->has_zone ? stamp->ns : stamp->ns - zone_->offset_s * std::int64_t{1'000'000'000};
}

Result<void> check_interval(std::int64_t interval_ns) {
  if (interval_ns > 0 && interval_ns <= kLongestInterval) return {};
  return fail(Code::kInvalidInput, "an interval of more than 0 ns and at most a day was expected, " +
                                       std::to_string(interval_ns) + " ns was found");
}

Status zone_is_missing(std::string_view log) {
  return {Code::kInvalidInput, "the times of " + std::string(log) +
                                   " carry no zone, and none was said: say the one that the logging host's "
                                   "clock was in, as UTC (MLPerf's "
                                   "rule for PTDaemon) or UTC+02:00"};
}

}  // namespace assay::powerlog
