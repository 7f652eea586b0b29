// What was observed beside the runs, as tracks of a trace. Private to report/.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "record/reading.h"
#include "report/perfetto_writer.h"

namespace assay::report {

/// Category of the slices that are no inference.
inline constexpr std::string_view kPhase = "phase";

/// From the first to the last time of a trace.
struct TimeSpan {
  std::optional<std::int64_t> first_ns;
  std::int64_t last_ns = 0;
  void include(std::int64_t begin_ns, std::int64_t end_ns) {
    last_ns = first_ns ? std::max(last_ns, end_ns) : end_ns;
    first_ns = first_ns ? std::min(*first_ns, begin_ns) : begin_ns;
  }
};

/// A counter for each channel over the whole campaign, and slices that say when anybody was reading: a trace
/// draws the last value of a counter on until the next one.
class SensorTracks {
 public:
  SensorTracks(TraceWriter& out, TimeSpan& span) : out_(out), span_(span) {}

  /// `beside`: id of the run; `shift_ns` is added to all times.
  void add(const record::Observation& seen, const std::string& beside, std::int64_t shift_ns);
  std::int64_t readings() const { return readings_; }

 private:
  TraceWriter::Track process();
  void add(const record::Series& series, bool simulated, std::int64_t shift_ns);
  void slice(TraceWriter::Track track, std::int64_t begin_ns, std::int64_t end_ns, const std::string& name,
             std::span<const TraceArg> args);

  TraceWriter& out_;
  TimeSpan& span_;
  std::optional<TraceWriter::Track> process_, observed_;
  std::map<std::pair<std::string, std::string>, TraceWriter::Track> counters_;  ///< By name and unit.
  std::map<std::string, TraceWriter::Track> gaps_;
  std::int64_t readings_ = 0;
};

}  // namespace assay::report
