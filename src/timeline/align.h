// Laying a foreign power log onto our clock by the load pattern that it must show. Pure functions.
#pragma once

#include <cstdint>
#include <limits>
#include <span>

#include "base/status.h"
#include "record/reading.h"
#include "timeline/pattern.h"

namespace assay::timeline {

/// Which offsets (ours - theirs) may be: all, unless the log's zone and the host's clock say more.
struct OffsetRange {
  std::int64_t from_ns = std::numeric_limits<std::int64_t>::min();
  std::int64_t to_ns = std::numeric_limits<std::int64_t>::max();
};

/// A log matches where the correlation of its power with the load is at least this, and no other place within
/// the log comes near it.
inline constexpr double kLeastCorrelation = 0.6;
inline constexpr double kRunnerUpShare = 0.8;

/// The map under which the log shows the patterns. `patterns` are in order of time: one, or one before and
/// one after the run, which also tell the drift; use different sequences. The bound is for 95 % and holds
/// from the first pattern to the last; with one pattern only, over the whole log, growing by kQuartzDrift. A
/// load that follows its switch late makes the log look late by as much: no alignment by load can tell the
/// two apart. Cost: O(readings), and O(range of offsets / chip x edges). Memory: under 100 bytes a reading.
/// Errors: kInvalidInput with the reason why it does not match (shorter than the pattern, pattern not in it,
/// update interval longer than a chip, no load step or one that drowns in the scatter, two places alike), and
/// those of PieceMaker.
Result<record::ClockMap> align_by_pattern(const record::Series& theirs,
                                          std::span<const DrivenPattern> patterns,
                                          const OffsetRange& range = {});

}  // namespace assay::timeline
