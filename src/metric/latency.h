// The latencies of a row's completed processes, and the diagnostics that stand beside its figures.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "record/results.h"
#include "record/run.h"

namespace assay::metric {

/// One completed timed run, prepared once for all figures. Refers to the run.
struct ProcessLatencies {
  const record::TimedRun* run = nullptr;
  std::vector<std::int64_t> sorted_ns;
  double mean_ms = 0;
  std::int64_t count() const { return static_cast<std::int64_t>(sorted_ns.size()); }
};

/// The runs that completed and have latencies: only they enter a figure.
std::vector<ProcessLatencies> completed_processes(std::span<const record::TimedRun> runs);

/// Deterministic: the block bootstrap's seed is fixed.
record::LatencyDiagnostics diagnose(std::span<const ProcessLatencies> processes);

}  // namespace assay::metric
