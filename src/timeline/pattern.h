// The pseudo-random on/off load by which a foreign power log is laid onto our clock.
#pragma once

#include <cstdint>
#include <vector>

#include "base/status.h"
#include "base/units.h"
#include "timeline/window.h"

namespace assay::timeline {

/// One of two maximum-length sequences of an order, so that what is driven before a run is not mistaken for
/// what is driven after it.
enum class Sequence { kBefore, kAfter };

/// Load on or off for one chip each. 2^order - 1 chips; on in one more of them than off; shifted against
/// itself it agrees with itself in half of the chips.
struct LoadPattern {
  std::vector<bool> chips;
  Nanoseconds chip{0};
  Nanoseconds length() const { return chip * static_cast<std::int64_t>(chips.size()); }
};

/// The same everywhere for a seed. With the order's primitive polynomial sum c_i x^i, bits follow
/// s[k + order] = xor of c_i s[k + i], i < order; the first `order` bits are those of
/// 1 + SplitMix64(seed).below(2^order - 1), the lowest first. The polynomials, in octal, are preferred pairs
/// (Gold 1967), whose cross-correlation is small, where the order has one:
/// 5: 45, 75   6: 103, 147   7: 211, 217   8: 435, 453 (no such pair)   9: 1021, 1131   10: 2011, 2415.
/// Errors: kInvalidInput (order not 5..10, chip not over 0 or over an hour).
Result<LoadPattern> load_pattern(int order, Sequence sequence, std::uint64_t seed, Nanoseconds chip);

/// The load was switched.
struct LoadEdge {
  std::int64_t at_ns = 0;
  bool on = false;
};

/// What was driven, on our clock: the load was off from window.begin to the first edge and in its last state
/// from the last edge to window.end. What went on outside the window is not said.
struct DrivenPattern {
  Window window;
  std::vector<LoadEdge> edges;  ///< In order, alternating, the first to on.
};

/// When to switch; whoever drives the load puts the times at which it did into the edges.
DrivenPattern schedule(const LoadPattern& pattern, std::int64_t begin_ns);

}  // namespace assay::timeline
