// A row's own artifact timed by its vendor's tool, and by us, in pairs of short runs.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/status.h"
#include "campaign/context.h"
#include "record/witness.h"

namespace assay::campaign {

struct WitnessRequest {
  std::string tool;               ///< By name; empty: the backend's own.
  std::filesystem::path program;  ///< Run instead of the tool's own program; empty: that.
  int pairs = 10;
  double seconds = 3;  ///< Of each timed loop.
  double tolerance_percent = 3;
  std::uint64_t seed = 42;            ///< Of the order within the pairs: half of them begin with ours.
  std::chrono::seconds timeout{300};  ///< Of one run of the tool.
  std::vector<std::string> changed;   ///< Since the row was measured, for the record.
  std::filesystem::path folder;       ///< Where the record goes; must not exist.
};

/// Both get one and the same real image. Ours is a fresh worker for each pair, the tool a fresh process; what
/// the tool printed, our latencies and witness.json (sealed) are in `request.folder` afterwards, or nothing
/// is. The artifact is taken as it lies there: the caller has checked it. Errors: kInvalidInput (simulated,
/// several inputs, no such tool, settings that cannot be matched), kNotFound, kUnavailable (the tool is not
/// here), kWorkerFailed (a worker or the tool failed, or what it printed cannot be read), kTimeout,
/// kResource, kInterrupted.
Result<record::Witness> witness_row(const Context& context, const spec::RowSpec& row,
                                    const record::ArtifactRecord& artifact, const WitnessRequest& request);

/// Median of the medians of the row's completed repeats, ms; absent where there are none. Errors: those of
/// the records.
Result<std::optional<double>> measured_median(const spec::Experiment& experiment,
                                              const store::RunDirectory& directory, const std::string& row);

/// DIR/witness/ROW.N, the first N that is free.
std::filesystem::path fresh_witness_folder(const std::filesystem::path& directory, const std::string& row);

}  // namespace assay::campaign
