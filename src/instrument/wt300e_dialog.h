// The conversation with a WT300E: its commands and what its answers mean. It keeps no time and decides
// nothing.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "instrument/scpi.h"
#include "instrument/transport.h"
#include "instrument/wt300e_settings.h"

namespace assay::instrument {

/// *IDN?
struct Wt300eIdentity {
  std::string vendor, model, serial, firmware;
  bool operator==(const Wt300eIdentity&) const = default;
};

/// "YOKOGAWA,WT310E,C2PH13047V,F1.03". Errors: kNotFound when it is another kind of device.
Result<Wt300eIdentity> parse_identity(std::string_view reply);

/// Bits of the condition register (IM WT310E-17EN, 7.4), for one element.
struct Wt300eCondition {
  bool integrating = false, over_range = false, voltage_peak_over = false, current_peak_over = false;
};

struct Wt300ePoll {
  bool updated = false;  ///< An update ended since the register was read last.
  Wt300eCondition condition;
};

/// The answer to ":STATUS:EESR?;:STATUS:CONDITION?". Errors: kCorrupt.
Result<Wt300ePoll> parse_poll(std::string_view reply, int element);

struct Wt300eRanges {
  double voltage = 0, current = 0;  ///< V, A.
  bool voltage_auto = false, current_auto = false;
  bool fixed() const { return !voltage_auto && !current_auto; }
  bool operator==(const Wt300eRanges&) const = default;
  std::string describe() const;  ///< "15 V, 2 A", "15 V (auto), 2 A"
};

/// The values of one update, in this order.
enum Wt300eItem : std::size_t {
  kItemVoltage,
  kItemCurrent,
  kItemPower,
  kItemWattHours,
  kItemSeconds,
  kItems
};

/// Every call is one or more messages; an error of kUnavailable, kTimeout or kCorrupt means: connect again.
class Wt300eDialog {
 public:
  static Result<Wt300eDialog> connect(const Wt300eSettings& settings);

  Result<Wt300eIdentity> identify();

  /// Takes the meter over, sets everything but the ranges, and checks by reading back. What it says of each
  /// setting goes into `facts`. Errors: kUnavailable when a setting that counts is not what was asked for.
  Result<void> configure(std::map<std::string, std::string>& facts);

  /// Reads back what configure() sets, without setting anything. Errors: kUnavailable on the first that
  /// differs.
  Result<void> verify(std::map<std::string, std::string>& facts);

  /// *CAL?: takes some seconds. Errors: kUnavailable when the meter says that it failed.
  Result<void> zero_calibrate();

  Result<void> set_voltage_range(std::optional<double> volts);    ///< nullopt: auto range.
  Result<void> set_current_range(std::optional<double> amperes);  ///< nullopt: auto range.
  Result<Wt300eRanges> ranges();

  /// Has the end of updates recorded from now on. Updates before are forgotten.
  Result<void> watch_updates();
  Result<Wt300ePoll> poll();
  Result<std::vector<ScpiNumber>> values();  ///< kItems of them.

  Result<void> start_integration();
  Result<void> reset_integration();  ///< Ends one that runs, too: until then settings are refused.
  Result<bool> integrating();

  /// The error queue, emptied: "113,\"Undefined header\"; ...". Empty: no errors.
  Result<std::string> errors();

  /// Gives the front panel back.
  Result<void> release();

 private:
  struct Setting;

  explicit Wt300eDialog(const Wt300eSettings& settings) : settings_(settings) {}
  std::int64_t deadline() const;
  Result<void> command(std::string_view message);
  Result<std::string> ask(std::string_view query);  ///< Header stripped.
  Result<double> ask_number(std::string_view query);
  std::vector<Setting> wanted() const;

  Wt300eSettings settings_;
  std::unique_ptr<Transport> transport_;
};

}  // namespace assay::instrument
