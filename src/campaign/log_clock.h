// How the clock of an imported log maps to CLOCK_MONOTONIC of one boot.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/status.h"
#include "campaign/run_times.h"
#include "record/reading.h"
#include "timeline/align.h"

namespace assay::campaign {

enum class ClockSource {
  kPattern,  ///< Found by the load patterns of the run.
  kUtc,      ///< The log is in UTC, as well as the user says.
  kSame      ///< The log was written on the measured machine, by its own clock.
};
std::string_view to_string(ClockSource source);  ///< "pattern", "utc", "same"
/// Errors: kInvalidInput.
Result<ClockSource> parse_clock_source(std::string_view text);

/// What the user says of the log's clock.
struct ClockRequest {
  std::optional<ClockSource> source;  ///< Absent: by the patterns, if there are any.
  std::chrono::nanoseconds ahead{0};  ///< kUtc: the log's clock shows UTC plus this.
  std::optional<std::chrono::nanoseconds>
      error;  ///< kUtc: 95 % bound on `ahead`, the machine's own UTC included.
};

/// The source that holds, checked for what it needs. Errors: kInvalidInput (neither said nor a pattern; kUtc
/// without error; kPattern without patterns).
Result<ClockSource> choose_clock(const ClockRequest& request, const std::vector<BootTimes>& boots);

/// The map from UTC, as the log has it, by what the timed runs saw of their machine's UTC. That this was set
/// in between, as NTP does, widens the bound. Errors: kInvalidInput (no run told its UTC).
Result<record::ClockMap> declared_clock(const BootTimes& boot, ClockSource source,
                                        const ClockRequest& request);

/// The map by the boot's patterns, within `range`. A log that ends before the last pattern began, or begins
/// after the first one ended, is aligned by the one that it can hold. Errors: align_by_pattern's.
Result<record::ClockMap> pattern_clock(const BootTimes& boot, const record::Series& power,
                                       const timeline::OffsetRange& range = {});

/// Their time at a time of ours.
std::int64_t to_theirs(const record::ClockMap& map, std::int64_t ours_ns);

}  // namespace assay::campaign
