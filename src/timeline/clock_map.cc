#include "timeline/clock_map.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iterator>
#include <string>
#include <vector>

#include "timeline/say.h"
#include "timeline/window.h"

namespace assay::timeline {
namespace {

std::int64_t width(const Bracket& bracket) { return bracket.after_ns - bracket.before_ns; }
std::int64_t offset(const Bracket& bracket) {
  return bracket.before_ns + width(bracket) / 2 - bracket.theirs_ns;
}
/// Rounded up: half of an odd width is half a nanosecond more.
std::int64_t half(const Bracket& bracket) { return (width(bracket) + 1) / 2; }

const Bracket& narrowest(std::span<const Bracket> brackets) {
  return *std::min_element(brackets.begin(), brackets.end(),
                           [](const Bracket& a, const Bracket& b) { return width(a) < width(b); });
}

}  // namespace

std::int64_t to_ours(const record::ClockMap& map, std::int64_t theirs_ns) {
  return theirs_ns + map.offset_ns + std::llround(map.drift * static_cast<double>(theirs_ns - map.origin_ns));
}

void map_to_ours(record::Series& series, const record::ClockMap& map) {
  const auto move = [&map](auto& span) {
    span.begin_ns = to_ours(map, span.begin_ns);
    span.end_ns = to_ours(map, span.end_ns);
  };
  std::for_each(series.readings.begin(), series.readings.end(), move);
  std::for_each(series.gaps.begin(), series.gaps.end(), move);
}

Result<record::ClockMap> bracketed_clock(std::span<const Bracket> brackets, std::int64_t used_for_ns) {
  if (brackets.empty())
    return fail(Code::kInvalidInput, "no bracket of the meter's clock: ask it for its time at least once");
  for (const Bracket& b : brackets)
    if (!is_sane(b.before_ns) || !is_sane(b.theirs_ns) || !is_sane(b.after_ns) || b.before_ns > b.after_ns)
      return fail(Code::kInvalidInput, "the meter's clock was asked from " + std::to_string(b.before_ns) +
                                           " to " + std::to_string(b.after_ns) + " ns and answered " +
                                           std::to_string(b.theirs_ns) + " ns: no such times");
  std::vector<Bracket> ordered(brackets.begin(), brackets.end());
  std::sort(ordered.begin(), ordered.end(),
            [](const Bracket& a, const Bracket& b) { return a.before_ns < b.before_ns; });
  const auto span_ns = ordered.back().after_ns - ordered.front().before_ns;

  // The narrowest of the first and of the last third of the time: far apart, and each from several.
  const auto in_third = [span_ns](auto begin, auto end) {
    std::vector<Bracket> some;
    std::copy_if(begin, end, std::back_inserter(some),
                 [&](const Bracket& b) { return std::abs(b.before_ns - begin->before_ns) <= span_ns / 3; });
    return narrowest(some);
  };
  const Bracket first = in_third(ordered.begin(), ordered.end());
  const Bracket last = in_third(ordered.rbegin(), ordered.rend());

  const auto stepped = [](const std::string& what) {
    return fail(Code::kInvalidInput,
                "the meter's clock " + what + ": it was stepped; keep it from being set during a run");
  };
  const Bracket& best = narrowest(ordered);
  for (const Bracket& b : ordered)
    if (std::abs(offset(b) / 4 - offset(best) / 4) > kFarthestNs / 4) return stepped("jumped by decades");
  record::ClockMap map{best.theirs_ns, offset(best), 0, half(best), "bracketed"};
  auto known_from_ns = best.theirs_ns, known_to_ns = best.theirs_ns;
  double beyond = kQuartzDrift;  // How the bound grows with the distance from what is known, relative.
  const auto apart = static_cast<double>(last.theirs_ns - first.theirs_ns);
  const auto halves = static_cast<double>(half(first) + half(last));
  if (apart > 0 && halves < kQuartzDrift * apart) {
    const auto moved_ns = offset(last) - offset(first);
    map = {first.theirs_ns, offset(first), static_cast<double>(moved_ns) / apart,
           std::max(half(first), half(last)), "bracketed"};
    known_from_ns = first.theirs_ns;
    known_to_ns = last.theirs_ns;
    beyond = halves / apart;
    if (std::abs(map.drift) > kLargestDrift)
      return stepped("moved by " + seconds_text(moved_ns) + " against ours within " + seconds_text(apart));
  }

  double farthest_ns = 0;
  for (const Bracket& b : ordered) {
    const auto outside_ns =
        std::max({known_from_ns - b.theirs_ns, b.theirs_ns - known_to_ns, std::int64_t{0}});
    const double reach_ns = static_cast<double>(outside_ns) * beyond;
    farthest_ns = std::max(farthest_ns, reach_ns);
    const auto mapped_ns = to_ours(map, b.theirs_ns) - b.theirs_ns;
    if (static_cast<double>(std::abs(mapped_ns - offset(b))) >
        static_cast<double>(half(b) + map.error_ns) + reach_ns)
      return stepped("was " + seconds_text(offset(b)) + " behind ours where it should have been " +
                     seconds_text(mapped_ns) +
                     " behind by its other answers, more than their brackets allow");
  }
  map.error_ns += std::llround(
      std::ceil(farthest_ns + beyond * static_cast<double>(std::max<std::int64_t>(used_for_ns, 0))));
  return map;
}

}  // namespace assay::timeline
