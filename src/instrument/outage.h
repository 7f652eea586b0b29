// A time in which the meter is gone: when it began, when to try again, what to tell of it, when to give up.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/status.h"
#include "instrument/meter.h"

namespace assay::instrument {

/// The fact "range_check" of a meter that went away.
inline constexpr const char* kRangesLost = "not told: the connection is lost";

/// Sleeps until CLOCK_MONOTONIC reaches `time_ns`; returns at once when it has.
void sleep_until(std::int64_t time_ns);

class Outage {
 public:
  /// Gives up after so long without the meter.
  explicit Outage(std::int64_t give_up_ns) : give_up_ns_(give_up_ns) {}

  /// It is gone; nothing has come from it since `since_ns`.
  void begin(std::int64_t since_ns, std::string reason);

  /// Tries `reconnect` once a second until it succeeds or the deadline passes; then an update that tells only
  /// the part of the gap that has not been told yet, nullopt when that is nothing. An attempt may outlast the
  /// deadline. Errors: kUnavailable (given up, with the last reason), or the attempt's own kConflict: another
  /// device answers there now.
  Result<std::optional<MeterUpdate>> wait(std::int64_t deadline_ns,
                                          const std::function<Result<void>()>& reconnect);

 private:
  std::optional<MeterUpdate> part_until_now();

  std::int64_t give_up_ns_;
  std::int64_t began_ns_ = 0, told_ns_ = 0, next_attempt_ns_ = 0;
  std::string reason_;
};

}  // namespace assay::instrument
