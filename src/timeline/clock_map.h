// From a foreign clock to ours. Pure functions.
#pragma once

#include <cstdint>
#include <span>

#include "base/status.h"
#include "record/reading.h"

namespace assay::timeline {

/// Two quartz clocks drift apart by less than this, relative: 100 ppm.
inline constexpr double kQuartzDrift = 1e-4;
/// More than this, and it is no clock that drifts, but a mistake: 1000 ppm.
inline constexpr double kLargestDrift = 1e-3;

std::int64_t to_ours(const record::ClockMap& map, std::int64_t theirs_ns);

/// Maps the times of readings and gaps from their clock to ours.
void map_to_ours(record::Series& series, const record::ClockMap& map);

/// Their clock was asked: our time before, what they answered, our time after.
struct Bracket {
  std::int64_t before_ns = 0, theirs_ns = 0, after_ns = 0;
};

/// The map that the narrowest brackets tell: offset = middle - theirs, wrong by half the bracket at most.
/// Where brackets lie far enough apart to tell it better than kQuartzDrift does, the drift too. The bound
/// holds from the first bracket to the last (a hard bound, so for 95 % too); a single moment's brackets tell
/// nothing of other times, and their drift is taken to be within kQuartzDrift of nothing for `used_for_ns`
/// more. Errors: kInvalidInput (none; times that cannot be; brackets that contradict each other: their clock
/// was stepped between two of them, or drifts by more than kLargestDrift).
Result<record::ClockMap> bracketed_clock(std::span<const Bracket> brackets, std::int64_t used_for_ns = 0);

}  // namespace assay::timeline
