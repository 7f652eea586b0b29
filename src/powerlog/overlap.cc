#include "powerlog/overlap.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "base/clock.h"

namespace assay::powerlog {
namespace {

/// "2 h 3 min 5 s", "1.250 s"
std::string duration_text(std::int64_t ns) {
  const std::int64_t seconds = ns / kSecondNs;
  char text[64];
  if (seconds < 60)
    std::snprintf(text, sizeof text, "%.3f s", static_cast<double>(ns) * 1e-9);
  else if (seconds < 3600)
    std::snprintf(text, sizeof text, "%lld min %lld s", static_cast<long long>(seconds / 60),
                  static_cast<long long>(seconds % 60));
  else
    std::snprintf(text, sizeof text, "%lld h %lld min %lld s", static_cast<long long>(seconds / 3600),
                  static_cast<long long>(seconds / 60 % 60), static_cast<long long>(seconds % 60));
  return text;
}

/// How much of `run` is in `log`; negative: how far apart they are.
std::int64_t overlap(TimeSpan log, TimeSpan run) {
  return std::min(log.end_ns, run.end_ns) - std::max(log.begin_ns, run.begin_ns);
}

}  // namespace

std::optional<Zone> fitting_zone(TimeSpan log, TimeSpan run, Zone zone) {
  constexpr std::int32_t kStep = 15 * 60, kWest = -12 * 3600, kEast = 14 * 3600;
  std::optional<Zone> best;
  std::int64_t most = -1;
  for (std::int32_t offset = kWest; offset <= kEast; offset += kStep) {
    const std::int64_t shift = (zone.offset_s - offset) * kSecondNs;
    const std::int64_t common = overlap({log.begin_ns + shift, log.end_ns + shift}, run);
    if (common < 0) continue;
    const bool nearer = !best || std::abs(offset - zone.offset_s) < std::abs(best->offset_s - zone.offset_s);
    if (common > most || (common == most && nearer)) {
      best = Zone{offset};
      most = common;
    }
  }
  return best;
}

Result<void> check_overlap(TimeSpan log, TimeSpan run, const std::optional<Zone>& zone) {
  const std::int64_t common = overlap(log, run);
  if (common >= 0) return {};
  std::string text = "the log (" + utc_iso8601(log.begin_ns) + " to " + utc_iso8601(log.end_ns) + ") " +
                     (log.end_ns < run.begin_ns ? "ends " : "begins ") + duration_text(-common) +
                     (log.end_ns < run.begin_ns ? " before the run begins" : " after the run ends") + " (" +
                     utc_iso8601(run.begin_ns) + " to " + utc_iso8601(run.end_ns) + ")";
  if (zone) {
    text += "; its times were read as " + to_string(*zone);
    const auto fitting = fitting_zone(log, run, *zone);
    text += fitting ? ", and as " + to_string(*fitting) + " they would cover it"
                    : ", and no zone makes them cover it: is it the log of this run?";
  } else {
    text += ": is it the log of this run?";
  }
  return fail(Code::kInvalidInput, std::move(text));
}

}  // namespace assay::powerlog
