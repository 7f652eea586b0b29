#include "base/clock.h"

#include <time.h>

#include <cstdio>
#include <fstream>

namespace assay {
namespace {

std::int64_t read_clock(clockid_t id) {
  timespec ts{};
  clock_gettime(id, &ts);
  return static_cast<std::int64_t>(ts.tv_sec) * 1'000'000'000 + ts.tv_nsec;
}

}  // namespace

std::int64_t monotonic_ns() { return read_clock(CLOCK_MONOTONIC); }

WallAnchor wall_anchor() {
  WallAnchor best{};
  // The tightest of a few brackets: a preemption between the reads would put milliseconds into the anchor.
  for (int i = 0; i < 8; ++i) {
    const std::int64_t before = monotonic_ns();
    const std::int64_t utc = read_clock(CLOCK_REALTIME);
    const std::int64_t after = monotonic_ns();
    const std::int64_t error = (after - before + 1) / 2;
    if (i == 0 || error < best.error_ns) best = {utc, before + (after - before) / 2, error};
  }
  return best;
}

std::string utc_iso8601(std::int64_t utc_ns) {
  const time_t secs = static_cast<time_t>(utc_ns / 1'000'000'000);
  const int millis = static_cast<int>(utc_ns % 1'000'000'000 / 1'000'000);
  tm parts{};
  gmtime_r(&secs, &parts);
  char text[64];
  std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", parts.tm_year + 1900,
                parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec, millis);
  return text;
}

std::string boot_id() {
  std::ifstream in("/proc/sys/kernel/random/boot_id");
  std::string id;
  std::getline(in, id);
  return id;
}

}  // namespace assay
