// A vendor's own tool beside ours on one artifact: what both said, and what is between them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace assay::record {

/// A number with its 95 % interval.
struct Estimate {
  double value = 0, lo = 0, hi = 0;
};

/// One run of each, one right after the other. The files lie beside the record.
struct WitnessRun {
  bool ours_first = false;
  double ours_ms = 0, theirs_ms = 0;  ///< Of the statistic that is compared.
  std::int64_t ours_inferences = 0, theirs_inferences = 0;
  std::optional<double> theirs_loop_ms;  ///< Wall clock of the tool's loop / its inferences.
  double foreign_cpu_share = -1;         ///< Of other processes, in our window; -1: unknown.
};

/// Why the two may differ, with what speaks for it.
struct WitnessReason {
  std::string id;        ///< "settings", "order", "resolution" ...
  std::string evidence;  ///< In numbers of these very runs, where there are any.
  bool likely = false;   ///< It fits what was found; else it was looked at, and does not.
};

struct Witness {
  int format = 1;
  std::string row, backend, accelerator, precision;
  std::string artifact, artifact_digest;
  std::string tool;                           ///< "benchmark_app"
  std::string tool_version, runtime_version;  ///< The runtime's: as the tool says, as our worker says.
  std::string statistic;                      ///< "median" or "mean": what of a run is compared.
  std::string what_it_times;                  ///< By the tool's clock.
  std::string command;                        ///< As a shell takes it.
  std::string begun_utc;
  std::uint64_t seed = 0;
  double seconds = 0;  ///< Of each timed loop.
  double tolerance_percent = 0;
  Estimate ours, theirs;                  ///< ms
  Estimate ratio, difference;             ///< theirs / ours; the same - 1 in %.
  double widened_lo = 0, widened_hi = 0;  ///< Of the difference, with half of the tool's last digit.
  double resolution_percent = 0;          ///< That half digit.
  std::string verdict;                    ///< "agrees", "differs" or "undecided"
  std::optional<Estimate> second_slower, later_slower;  ///< %; see metric::WitnessComparison.
  std::optional<double> row_ms;      ///< What the run directory's own repeats say (median of them).
  std::vector<std::string> changed;  ///< What differs from when the row was measured.
  std::vector<WitnessRun> runs;
  std::vector<WitnessReason> reasons;
  std::map<std::string, std::string> files;  ///< Beside the record: name -> SHA-256.
};

}  // namespace assay::record
