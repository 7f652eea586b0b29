// Whether a log is of the time of a run, and if not, which zone would make it so.
#pragma once

#include <cstdint>
#include <optional>

#include "base/status.h"
#include "powerlog/log_time.h"

namespace assay::powerlog {

/// From `begin_ns` to `end_ns`, of the clock that the context says.
struct TimeSpan {
  std::int64_t begin_ns = 0, end_ns = 0;
  bool operator==(const TimeSpan&) const = default;
};

/// `log` and `run` in UTC; `zone`: the one that the log's stamps were read in, where they carried none. A log
/// that covers part of the run is let through: coverage is judged elsewhere. Errors: kInvalidInput (nothing
/// in common: by how much they miss each other, and the zone in which the log would cover the run, if there
/// is one).
Result<void> check_overlap(TimeSpan log, TimeSpan run, const std::optional<Zone>& zone);

/// The zone, in steps of a quarter of an hour from UTC-12:00 to UTC+14:00, in which a log that was read in
/// `zone` covers most of the run; of equals the one nearest to `zone`. Absent: none covers any of it.
std::optional<Zone> fitting_zone(TimeSpan log, TimeSpan run, Zone zone);

}  // namespace assay::powerlog
