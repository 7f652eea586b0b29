// An external meter as the sampler sees it: opened once, asked for updates by one thread, closed once.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "record/reading.h"

namespace assay::instrument {

/// Which meter, where, and how it is set. `options` are the driver's own (docs/instruments.md lists them).
struct MeterSettings {
  std::string kind;     ///< "wt300e", "ptdaemon" or "http"
  std::string address;  ///< "vxi11://10.0.0.7/inst0", "tcp://10.0.0.7:10001", "usbtmc:///dev/usbtmc0",
                        ///< "http://lab/outlets"
  record::Boundary boundary = record::Boundary::kDcInput;  ///< Where it is wired: nobody but the user knows.
  std::chrono::nanoseconds period = std::chrono::milliseconds(100);  ///< Update interval asked of it.
  std::map<std::string, std::string> options;
};

/// What one channel told in an update: a finite value, or the reason why there is none.
struct MeterValue {
  std::optional<double> value;
  std::string rejected;  ///< "no data", "overload", "peak over range", "not a number"; empty with a value.
};

/// One update of a meter, or a time without any.
struct MeterUpdate {
  std::int64_t begin_ns = 0, end_ns = 0;  ///< CLOCK_MONOTONIC; the update's edge lies in between.
  std::vector<MeterValue> values;         ///< In the order of channels(); empty when only a gap is told.
  std::optional<record::Gap> gap;         ///< A time until now in which the meter gave nothing.
};

/// Used by one thread at a time; nothing in it starts another. Nobody has to ask all the time: updates that
/// ended while nobody did are no readings and no gaps.
class Meter {
 public:
  virtual ~Meter() = default;

  /// Connects, identifies, configures and reads everything back. Where the ranges are not given, the meter is
  /// left in auto range until fix_ranges(). On failure the front panel has been given back.
  /// Errors: kUnavailable (unreachable, refuses a setting), kNotFound (no such device, another kind of
  /// device), kInvalidInput (options), kTimeout, kCorrupt (answers garbage).
  virtual Result<record::Source> open() = 0;

  /// Whether the meter has to watch the load before it can fix its ranges. Of an open meter.
  virtual bool ranges_are_open() const = 0;

  /// Ends a ranging run: fixes the smallest ranges that hold 1.1 times the maxima seen since open(). Nothing
  /// happens where ranges are fixed already. The channels tell their accuracy from then on.
  /// Errors: kUnavailable (nothing was seen yet, the meter refuses), kInvalidInput (more than it can
  /// measure).
  virtual Result<void> fix_ranges() = 0;

  virtual const std::vector<record::Channel>& channels() const = 0;

  /// The source as it stands: facts, counts, clock error so far.
  virtual const record::Source& source() const = 0;

  /// Between runs: asks again for what must not have changed (the ranges), and tells the source as it stands.
  /// A connection that is lost meanwhile is a fact, and taken up again by next().
  virtual record::Source check() { return source(); }

  /// Waits for the next update until `deadline_ns` (CLOCK_MONOTONIC); nullopt when none came. A lost
  /// connection is taken up again within these calls and told as gaps. Errors end the source: the meter
  /// stayed away longer than its option `give_up`, or another one answers. Costs some short messages an
  /// update.
  virtual Result<std::optional<MeterUpdate>> next(std::int64_t deadline_ns) = 0;

  /// Checks what has to be checked at the end, gives the front panel back and disconnects; then the final
  /// state: facts, counts, clock error. The destructor does the same for those who forget. Safe to repeat.
  virtual record::Source close() = 0;
};

/// Makes the driver; nothing is connected yet. Errors: kInvalidInput (unknown kind, option or address).
Result<std::unique_ptr<Meter>> make_meter(const MeterSettings& settings);

/// Series for channels, to be filled with append().
std::vector<record::Series> empty_series(const std::vector<record::Channel>& channels);

/// Adds an update to the series of the meter's channels; gaps that touch become one.
void append(const MeterUpdate& update, std::vector<record::Series>& series);

}  // namespace assay::instrument
