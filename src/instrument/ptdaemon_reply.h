// Lines that SPEC's PTDaemon answers. Pure functions.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace assay::instrument {

/// The answer to "Identify": driver and its device, averaging interval, then what it can measure, then
/// key=value fields and capabilities, comma-separated.
struct PtdIdentity {
  std::string driver;            ///< "YokogawaWT310E..."
  std::int64_t interval_ms = 0;  ///< 0: not told.
  bool watts = false, volts = false, amperes = false;
  std::string version, os, mode;  ///< "1.11.1-...", "Linux", "power"
  bool operator==(const PtdIdentity&) const = default;
};

/// Errors: kNotFound (answers, but not as PTDaemon does).
Result<PtdIdentity> parse_ptd_identity(std::string_view line);

/// "Ranges,{A auto},{A},{V auto},{V}"; -1: unknown.
struct PtdRanges {
  std::optional<bool> current_auto, voltage_auto;
  std::optional<double> current, voltage;
};
/// Errors: kCorrupt.
Result<PtdRanges> parse_ptd_ranges(std::string_view line);
/// Whether both quantities are set alike: the range that an automatic one stands at just now does not count.
bool same_ranges(const PtdRanges& a, const PtdRanges& b);

/// "Starting untimed measurement, maximum 500000 samples at 1000ms with 0 rampup samples" -> 1 s; nullopt
/// when the line tells no interval.
std::optional<std::chrono::milliseconds> parse_ptd_interval(std::string_view line);

/// "Last N samples" -> N; 0 for "No unread samples" and the like. Errors: kCorrupt.
Result<int> parse_ptd_count(std::string_view line);

/// "Time,MM-DD-YYYY HH:MM:SS.mmm,Watts,W,Volts,V,Amps,A,PF,p,Mark,m[,Ch1,...]". Only what stands before the
/// first channel counts: the sum. Negative numbers are PTDaemon's marks for "cannot" (-1) and "failed" (-2).
struct PtdSample {
  std::int64_t stamp_ns = 0;  ///< Since 1970 as if the stamp were UTC: its zone is the daemon's host's.
  std::optional<double> watts, volts, amperes;  ///< Absent: marked, missing or not a number.
};
/// Errors: kCorrupt.
Result<PtdSample> parse_ptd_sample(std::string_view line);

}  // namespace assay::instrument
