// What observing costs the observed: latency with the sampler on against off, in alternating blocks. Pure.
#pragma once

#include <cstdint>
#include <span>

#include "base/status.h"
#include "record/figure.h"

namespace assay::metric {

/// A stretch of the timed loop in which nothing was switched. CLOCK_MONOTONIC.
struct ProbeBlock {
  std::int64_t begin_ns = 0, end_ns = 0;
  bool sampling = false;
};

struct ProbeEffect {
  record::Figure off, on;     ///< Mean latency, ms, of the blocks' means.
  record::Figure difference;  ///< on / off - 1 in %, with the Student-t interval (95 %) over the pairs.
  int pairs = 0;
};

/// Whether block `index` samples: on, off, off, on. What drifts steadily then falls out of every two pairs.
constexpr bool probe_block_samples(int index) { return index % 4 == 0 || index % 4 == 3; }

/// Blocks 2k and 2k+1 are a pair, one of them with the sampler and one without. An inference counts in a
/// block that it lies in whole: inference i begins when i-1 ends, the first at `window_begin_ns`. A pair is
/// left out where a block holds fewer than five. Errors: kInvalidInput (fewer than three pairs).
Result<ProbeEffect> probe_effect(std::span<const std::int64_t> latency_ns, std::int64_t window_begin_ns,
                                 std::span<const ProbeBlock> blocks);

}  // namespace assay::metric
