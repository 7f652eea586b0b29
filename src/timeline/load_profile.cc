#include "timeline/load_profile.h"

#include <algorithm>
#include <string>

#include "timeline/integrate.h"
#include "timeline/piece.h"

namespace assay::timeline {

Sums LogProfile::sums_until(std::int64_t at_ns, std::size_t& hint) const {
  while (hint + 1 < knots.size() && knots[hint + 1].at_ns <= at_ns) ++hint;
  const Knot& left = knots[hint];
  if (at_ns <= left.at_ns || hint + 1 == knots.size()) return left.until;
  const Knot& right = knots[hint + 1];
  const double share =
      static_cast<double>(at_ns - left.at_ns) / static_cast<double>(right.at_ns - left.at_ns);
  return left.until + share * (right.until - left.until);
}

Result<LogProfile> profile_of(const record::Series& log) {
  LogProfile profile;
  profile.interval_ns = expected_interval_ns(log.channel, log.readings);
  ASSAY_TRY(auto maker, PieceMaker::make(log.channel, profile.interval_ns, kPlausibleWatts));
  Sums until;
  const auto add_knot = [&](std::int64_t at_ns) {
    if (profile.knots.empty() || profile.knots.back().at_ns < at_ns) profile.knots.push_back({at_ns, until});
  };
  for (const auto& reading : log.readings) {
    const auto taken = maker.push(reading);
    if (maker.failure()) return fail(*maker.failure());
    profile.half_bracket_ns += static_cast<double>(reading.end_ns - reading.begin_ns) / 2;
    const bool instant = log.channel.kind == record::ReadingKind::kInstant;
    if (instant && taken.fresh)
      profile.spans.push_back({moment_ns(reading), moment_ns(reading), reading.value});
    if (!taken.piece) continue;
    const auto& piece = *taken.piece;
    if (!instant) profile.spans.push_back({piece.begin_ns, piece.end_ns, piece.mean_w()});
    add_knot(piece.begin_ns);
    const auto length = static_cast<double>(piece.end_ns - piece.begin_ns);
    until = until + length * Sums{1, piece.mean_w(), piece.mean_w() * piece.mean_w()};
    add_knot(piece.end_ns);
  }
  if (profile.knots.size() < 3)
    return fail(Code::kInvalidInput, "channel " + log.channel.id + ": " +
                                         std::to_string(log.readings.size()) +
                                         " readings are too few to find a load pattern in");
  profile.half_bracket_ns /= static_cast<double>(log.readings.size());
  return profile;
}

Result<LoadProfile> LoadProfile::make(const DrivenPattern& pattern) {
  constexpr std::size_t kFewestEdges = 4;
  const auto refuse = [](const std::string& what) {
    return fail(Code::kInvalidInput, "the driven load pattern " + what);
  };
  if (!is_sane(pattern.window)) return refuse("has to end after it begins");
  if (pattern.edges.size() < kFewestEdges)
    return refuse("has " + std::to_string(pattern.edges.size()) + " edges, at least " +
                  std::to_string(kFewestEdges) + " are needed");
  LoadProfile profile(pattern);
  constexpr std::int64_t kHour = 3'600'000'000'000;
  profile.shortest_ns_ = pattern.window.length().count();
  for (std::size_t i = 0; i < pattern.edges.size(); ++i) {
    const LoadEdge& edge = pattern.edges[i];
    if (edge.on != (i % 2 == 0)) return refuse("has to switch on first, and on and off in turns");
    if (!pattern.window.contains(edge.at_ns)) return refuse("has an edge outside of its window");
    if (i == 0) continue;
    const auto since = edge.at_ns - pattern.edges[i - 1].at_ns;
    if (since <= 0) return refuse("has edges that are not in order of time");
    profile.shortest_ns_ = std::min(profile.shortest_ns_, since);
  }
  if (profile.shortest_ns_ > kHour) return refuse("has no chip under an hour");
  return profile;
}

double LoadProfile::on_share(std::int64_t begin_ns, std::int64_t end_ns, std::size_t& hint) const {
  const auto& edges = driven_.edges;
  while (hint < edges.size() && edges[hint].at_ns <= begin_ns) ++hint;  // Edges up to begin: on if odd.
  std::int64_t on_ns = 0, from_ns = begin_ns;
  std::size_t passed = hint;
  if (begin_ns >= end_ns) return passed % 2 == 1 ? 1 : 0;
  for (; passed < edges.size() && edges[passed].at_ns < end_ns; ++passed) {
    if (passed % 2 == 1) on_ns += edges[passed].at_ns - from_ns;
    from_ns = edges[passed].at_ns;
  }
  if (passed % 2 == 1) on_ns += end_ns - from_ns;
  return static_cast<double>(on_ns) / static_cast<double>(end_ns - begin_ns);
}

}  // namespace assay::timeline
