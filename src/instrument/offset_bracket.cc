#include "instrument/offset_bracket.h"

#include <cmath>

namespace assay::instrument {

std::int64_t OffsetBracket::loosened(std::int64_t since_ns, std::int64_t now_ns) const {
  return static_cast<std::int64_t>(std::fabs(static_cast<double>(now_ns - since_ns)) * drift_bound_);
}

std::optional<OffsetBracket::Bounds> OffsetBracket::at(std::int64_t ours_ns) const {
  if (!any_) return std::nullopt;
  return Bounds{bounds_.lo_ns - loosened(lo_since_ns_, ours_ns),
                bounds_.hi_ns + loosened(hi_since_ns_, ours_ns)};
}

bool OffsetBracket::observe(std::int64_t theirs_ns, std::int64_t lo_ns, std::int64_t hi_ns) {
  if (lo_ns > hi_ns) return false;
  const Bounds seen{lo_ns - theirs_ns, hi_ns - theirs_ns};
  const std::optional<Bounds> known = at(hi_ns);
  const bool contradicts = known && (seen.lo_ns > known->hi_ns || seen.hi_ns < known->lo_ns);
  if (!known || contradicts) {
    any_ = true;
    bounds_ = seen;
    lo_since_ns_ = hi_since_ns_ = hi_ns;
    return !contradicts;
  }
  // A bound is replaced only by one that is tighter even now, with the old one's age counted.
  if (seen.lo_ns > known->lo_ns) {
    bounds_.lo_ns = seen.lo_ns;
    lo_since_ns_ = hi_ns;
  }
  if (seen.hi_ns < known->hi_ns) {
    bounds_.hi_ns = seen.hi_ns;
    hi_since_ns_ = hi_ns;
  }
  return true;
}

}  // namespace assay::instrument
