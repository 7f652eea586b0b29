// latencies.csv: every inference of a run, in order, in nanoseconds. Header
// "phase,iteration,input,latency_ns"; phase is "warmup" or "timed", iteration counts from 0 in its phase,
// input is the slot that was rotated in.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace assay::store {

struct LatencySeries {
  std::vector<std::int64_t> warmup_ns, timed_ns;
  bool operator==(const LatencySeries&) const = default;
};

/// `inputs` >= 1: the number of slots in rotation, iteration i of either phase runs on slot i mod inputs.
std::string latencies_to_csv(std::span<const std::int64_t> warmup_ns, std::span<const std::int64_t> timed_ns,
                             int inputs);

/// Errors: kCorrupt with the line: a bad header, a missing or non-numeric field, a negative latency,
/// iterations out of order, a last line without its end (a file cut short).
Result<LatencySeries> latencies_from_csv(std::string_view text);

}  // namespace assay::store
