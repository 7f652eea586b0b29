#include "campaign/log_clock.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include "base/text.h"
#include "timeline/clock_map.h"

namespace assay::campaign {
namespace {

constexpr std::array kSources{ClockSource::kPattern, ClockSource::kUtc, ClockSource::kSame};

bool any_pattern(const std::vector<BootTimes>& boots) {
  return std::ranges::any_of(boots, [](const BootTimes& boot) { return !boot.patterns.empty(); });
}

/// Whether the log, laid by `map`, leaves out a pattern: not one that it should show and does not.
bool leaves_out(const record::ClockMap& map, const record::Series& power,
                const timeline::DrivenPattern& pattern) {
  const auto slack = pattern.window.length().count() / 8;
  return timeline::to_ours(map, power.readings.back().end_ns) < pattern.window.end_ns - slack ||
         timeline::to_ours(map, power.readings.front().begin_ns) > pattern.window.begin_ns + slack;
}

}  // namespace

std::string_view to_string(ClockSource source) {
  switch (source) {
    case ClockSource::kPattern:
      return "pattern";
    case ClockSource::kUtc:
      return "utc";
    case ClockSource::kSame:
      return "same";
  }
  return "unknown";
}

Result<ClockSource> parse_clock_source(std::string_view text) {
  std::vector<std::string_view> words;
  for (const ClockSource source : kSources) {
    if (to_string(source) == text) return source;
    words.push_back(to_string(source));
  }
  return fail(Code::kInvalidInput, "clock '" + std::string(text) + "': " + join_or(words) + " was expected");
}

Result<ClockSource> choose_clock(const ClockRequest& request, const std::vector<BootTimes>& boots) {
  const bool patterns = any_pattern(boots);
  if (!request.source && !patterns)
    return fail(
        Code::kInvalidInput,
        "the run drove no load pattern that would tell the log's clock: say that the log was written on "
        "the measured machine (--clock same), or that it is in UTC and how well (--clock utc "
        "--clock-error 50ms); next time let the spec drive one (power: {load_pattern: true})");
  const ClockSource source = request.source.value_or(ClockSource::kPattern);
  if (source == ClockSource::kPattern && !patterns)
    return fail(Code::kInvalidInput,
                "the run drove no load pattern: its spec has to ask for one (power: {load_pattern: true})");
  if (source == ClockSource::kUtc && !request.error)
    return fail(
        Code::kInvalidInput,
        "a log in UTC was expected to come with a bound on how far its clock and the machine's may be "
        "apart, as --clock-error 50ms: nothing in the log tells it, and an error of it moves power into "
        "the window or out of it");
  if (source != ClockSource::kUtc && (request.error || request.ahead.count() != 0))
    return fail(Code::kInvalidInput,
                "--clock-error and --clock-ahead are about a log in UTC (--clock utc), not about --clock " +
                    std::string(to_string(source)));
  return source;
}

Result<record::ClockMap> declared_clock(const BootTimes& boot, ClockSource source,
                                        const ClockRequest& request) {
  if (boot.utc_offsets_ns.empty())
    return fail(Code::kInvalidInput,
                "no timed run of this boot told its UTC, so that a log in UTC cannot be laid over it");
  const auto [least, most] = std::ranges::minmax(boot.utc_offsets_ns);
  const std::int64_t utc_minus_ours = least + (most - least) / 2;
  record::ClockMap map;
  map.origin_ns = boot.span().begin_ns + utc_minus_ours + request.ahead.count();
  map.offset_ns = -utc_minus_ours - request.ahead.count();
  map.error_ns = (most - least + 1) / 2 + request.error.value_or(std::chrono::nanoseconds(0)).count();
  map.method = source == ClockSource::kSame ? "same clock" : "declared";
  return map;
}

Result<record::ClockMap> pattern_clock(const BootTimes& boot, const record::Series& power,
                                       const timeline::OffsetRange& range) {
  auto map = timeline::align_by_pattern(power, boot.patterns, range);
  if (map || boot.patterns.size() < 2 || power.readings.empty()) return map;
  for (std::size_t i = 0; i < boot.patterns.size(); ++i) {
    auto alone = timeline::align_by_pattern(power, std::span(&boot.patterns[i], 1), range);
    if (!alone) continue;
    bool others_are_out = true;
    for (std::size_t k = 0; k < boot.patterns.size(); ++k)
      others_are_out = others_are_out && (k == i || leaves_out(*alone, power, boot.patterns[k]));
    if (others_are_out) return alone;
  }
  return map;
}

std::int64_t to_theirs(const record::ClockMap& map, std::int64_t ours_ns) {
  const auto since_origin = static_cast<double>(ours_ns - map.offset_ns - map.origin_ns);
  return map.origin_ns + std::llround(since_origin / (1 + map.drift));
}

}  // namespace assay::campaign
