// A run directory as a trace for Perfetto (https://ui.perfetto.dev): phases, inferences, layers, readings.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "record/results.h"
#include "report/perfetto_writer.h"

namespace assay::report {

/// What is known of a run directory's results. Whoever reads them holds them against the files first, as for
/// every other format: a trace that read results.json itself would pass on what was edited into it.
struct TraceResults {
  /// In which order rows stand, and what is to be believed of them; absent: there are none (yet).
  std::optional<record::Results> results;
  std::vector<std::string> notes;  ///< How the files stand to their seals and runs.
};

/// What went into a trace, and what did not.
struct TraceSummary {
  std::int64_t timed = 0, warmup = 0, pipeline = 0;  ///< Inferences.
  std::int64_t layers = 0, readings = 0;
  std::vector<std::string> left_out;  ///< Runs and parts without a time that could be shown, with the reason.
};

/// Writes the trace of a run directory, finished or not, to `sink` (protobuf, perfetto.protos.Trace). Notes
/// and findings are arguments of the campaign's slice, a row's verdict and findings those of its own. Times
/// are CLOCK_MONOTONIC in nanoseconds, of the first boot where there were several; the wall clock stands
/// beside it. Only latencies are recorded, and no starts: inferences are laid end to end from the begin of
/// their window, so that each is shown early by at most what the loop took between them, which the window's
/// slice tells. One run is in memory at a time. Errors: kNotFound (no run directory), kCorrupt (inferences
/// longer than their window), those of the records and of the sink.
Result<TraceSummary> write_trace(const std::filesystem::path& directory, const TraceResults& checked,
                                 const ByteSink& sink);

}  // namespace assay::report
