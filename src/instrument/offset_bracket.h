// The offset of a foreign clock, from brackets: something that it stamped happened between two moments of
// ours.
#pragma once

#include <cstdint>
#include <optional>

#include "record/reading.h"

namespace assay::instrument {

/// 50 ppm: more than the tolerance of a crystal.
inline constexpr double kDriftBound = 5e-5;

/// Each observation says: our time minus their stamp lies in an interval. All of them together say more than
/// any one, so the intervals are intersected; clocks drift apart, so old bounds are loosened with age. When
/// an observation contradicts what was known, their clock was set: counting begins anew.
class OffsetBracket {
 public:
  /// `drift_bound`: how far the clocks may part, relative.
  explicit OffsetBracket(double drift_bound) : drift_bound_(drift_bound) {}

  /// An event that they stamped `theirs_ns` happened between `lo_ns` and `hi_ns` of our clock. False: their
  /// clock was set, or the observation is nonsense (lo > hi, which changes nothing).
  bool observe(std::int64_t theirs_ns, std::int64_t lo_ns, std::int64_t hi_ns);

  struct Bounds {
    std::int64_t lo_ns = 0, hi_ns = 0;  ///< Of ours minus theirs.
    std::int64_t width_ns() const { return hi_ns - lo_ns; }
    std::int64_t middle_ns() const { return lo_ns + (hi_ns - lo_ns) / 2; }
  };
  /// At a moment of our clock; nullopt before the first observation.
  std::optional<Bounds> at(std::int64_t ours_ns) const;

 private:
  std::int64_t loosened(std::int64_t since_ns, std::int64_t now_ns) const;

  double drift_bound_;
  bool any_ = false;
  Bounds bounds_;
  std::int64_t lo_since_ns_ = 0, hi_since_ns_ = 0;  ///< When each bound was found.
};

}  // namespace assay::instrument
