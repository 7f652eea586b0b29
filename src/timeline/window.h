// A stretch of time on the one clock.
#pragma once

#include <cstdint>

#include "base/units.h"

namespace assay::timeline {

/// From begin to end, CLOCK_MONOTONIC, nanoseconds.
struct Window {
  std::int64_t begin_ns = 0, end_ns = 0;

  Nanoseconds length() const { return Nanoseconds(end_ns - begin_ns); }
  bool contains(std::int64_t at_ns) const { return begin_ns <= at_ns && at_ns <= end_ns; }
  bool operator==(const Window&) const = default;
};

/// Times further than this from the clock's origin (127 years) are nonsense, and would overflow differences.
inline constexpr std::int64_t kFarthestNs = 4'000'000'000'000'000'000;

constexpr bool is_sane(std::int64_t at_ns) { return -kFarthestNs <= at_ns && at_ns <= kFarthestNs; }
constexpr bool is_sane(const Window& window) {
  return is_sane(window.begin_ns) && is_sane(window.end_ns) && window.begin_ns < window.end_ns;
}

}  // namespace assay::timeline
