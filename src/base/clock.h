// One clock: CLOCK_MONOTONIC, integer nanoseconds, shared by every process of a device.
#pragma once

#include <cstdint>
#include <string>

namespace assay {

/// Nanoseconds of CLOCK_MONOTONIC.
std::int64_t monotonic_ns();

/// A pair (UTC, monotonic) read as closely together as possible; half the gap between the two monotonic reads
/// that bracket the UTC read is its error bound.
struct WallAnchor {
  std::int64_t utc_ns = 0;  ///< CLOCK_REALTIME, nanoseconds since 1970-01-01T00:00Z.
  std::int64_t monotonic_ns = 0;
  std::int64_t error_ns = 0;
};
WallAnchor wall_anchor();

/// "2026-11-21T08:15:30.123Z" for nanoseconds since the epoch.
std::string utc_iso8601(std::int64_t utc_ns);

/// The kernel's boot id: two monotonic times can be compared only when it is the same. Empty if unreadable.
std::string boot_id();

}  // namespace assay
