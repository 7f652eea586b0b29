// How a user says where the power is: which column (or value of a JSON answer) is time, which is watts, or
// volts and amperes, or the drop over a shunt, or the output of a current clamp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/status.h"
#include "powerlog/log_time.h"
#include "record/reading.h"

namespace assay::powerlog {

/// Where in the interval that it speaks of a sample stands.
enum class Position {
  kStart,   ///< The mean of the interval that begins with it.
  kMiddle,  ///< The mean of the interval around it.
  kEnd,     ///< The mean of the interval that ends with it (a power analyzer).
  kInstant  ///< Of no interval: the value at that moment (an ADC).
};
std::string_view to_string(Position position);           ///< "start", "middle", "end", "instant"
Result<Position> parse_position(std::string_view text);  ///< Errors: kInvalidInput.

/// "dc_input", "ac_input", "board", "rail", "package", "chip". Errors: kInvalidInput.
Result<record::Boundary> parse_boundary(std::string_view text);

/// A column by the name in the header or by its number from 1; in a JSON answer a pointer (RFC 6901,
/// "/board/watts").
struct Field {
  std::string name;
  int number = 0;
  bool given() const { return !name.empty() || number != 0; }
  std::string describe() const;  ///< "'Watts'", "column 3"
  bool operator==(const Field&) const = default;
};

struct ScaledField {
  Field field;
  std::string unit;  ///< "W", "mW", "uW"; "V", "mV", "uV"; "A", "mA", "uA": as the field's quantity asks.
};

struct TimeMapping {
  Field field;
  /// A count since the log's own zero: "s", "ms", "us", "ns"; since 1970 in UTC: "epoch" (seconds),
  /// "epoch_ms", "epoch_us", "epoch_ns"; a stamp: "iso8601", or a pattern as StampPattern takes it ("%m-%d-%Y
  /// %H:%M:%S.%f").
  std::string unit;
  std::optional<Zone> zone;  ///< Of stamps that carry none.
};

/// A resistor in the supply line and the voltage across it: I = drop / ohms.
struct ShuntMapping {
  ScaledField drop;
  double ohms = 0;
  std::optional<double> tolerance;  ///< Half width, relative: 0.01 is 1 %.
};

/// A current clamp with a voltage output: I = output / volts_per_ampere.
struct ClampMapping {
  ScaledField output;
  double volts_per_ampere = 0;
  std::optional<double> tolerance;  ///< Half width, relative.
};

/// Plain data as the user said it; power_formula() and TimeRule::create() say what is wrong with it.
struct Mapping {
  std::string id = "power";  ///< Of the channel, behind the source's.
  TimeMapping time;
  // Exactly one of power, current, shunt and clamp; all but power also need a voltage.
  std::optional<ScaledField> power, current;
  std::optional<ShuntMapping> shunt;
  std::optional<ClampMapping> clamp;
  // Exactly one of a measured voltage, and the supply's with its tolerance.
  std::optional<ScaledField> voltage;
  std::optional<double> supply_volts, supply_tolerance;
  std::optional<Position> position;  ///< Has to be said: half an interval is an error of the time.
  std::optional<std::int64_t>
      interval_ns;             ///< That a sample speaks of; absent: the median distance of samples.
  char separator = 0;          ///< CSV: 0: found out from ',', ';', tab and '|'.
  bool decimal_comma = false;  ///< CSV: 12,5 is twelve and a half.
};

/// watts = first x second x scale.
struct PowerFormula {
  Field first;
  std::optional<Field> second;
  double scale = 1;
  double tolerance = 0;  ///< Relative half width, of what the mapping tells; 0: it tells nothing.
  std::string basis;     ///< "watts", "volts x amperes", "volts x shunt 0.01 ohm (1 %)"
};

/// Errors: kInvalidInput, naming the key that is wrong, what was expected and what was found.
Result<PowerFormula> power_formula(const Mapping& mapping);

/// The meter's accuracy, or none, together with the mapping's tolerance. Independent rectangular errors of a
/// product add in quadrature (GUM 5.1.2), and are given as the rectangular half width of the same variance.
std::optional<record::Accuracy> combined_accuracy(const PowerFormula& formula,
                                                  const std::optional<record::Accuracy>& meter);

/// How a text becomes nanoseconds. Immutable once made.
class TimeRule {
 public:
  /// `zone` where the mapping has none. Errors: kInvalidInput (no field or unit said; unknown unit; a pattern
  /// without %z and no zone).
  static Result<TimeRule> create(const TimeMapping& time, const std::optional<Zone>& zone);

  bool counts() const { return kind_ == Kind::kCount; }  ///< A number, and no stamp:
  int digits() const { return digits_; }                 ///< of units of 10^-digits s.
  bool utc() const { return kind_ != Kind::kCount || epoch_; }
  /// Whether stamps may need a zone that nobody has said: the first one has to be looked at.
  bool lacks_zone() const { return kind_ == Kind::kIso8601 && !zone_; }
  /// Absent: not such a time, or without a zone where none is known.
  std::optional<std::int64_t> parse(std::string_view text) const;

 private:
  enum class Kind { kCount, kIso8601, kPattern };
  TimeRule() = default;
  Kind kind_ = Kind::kCount;
  int digits_ = 0;
  bool epoch_ = false;
  std::optional<Zone> zone_;
  std::optional<StampPattern> pattern_;
};

/// Errors: kInvalidInput (not more than 0, more than a day).
Result<void> check_interval(std::int64_t interval_ns);

/// "say which zone ..." for a log whose stamps carry none.
Status zone_is_missing(std::string_view log);

}  // namespace assay::powerlog
