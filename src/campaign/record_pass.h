// From a measured row to a recording that the replay backend plays elsewhere: a rehearsal without the device.
#pragma once

#include <filesystem>
#include <string>

#include "base/status.h"
#include "campaign/accuracy_pass.h"
#include "campaign/assets.h"
#include "spec/experiment.h"
#include "store/run_directory.h"

namespace assay::campaign {

/// What went into a recording: answers to inputs, and latencies of timed inferences.
struct RecordedCounts {
  std::size_t answers = 0, delays = 0;
};

/// Runs every validation input once through the row's artifact, for the answers, and takes the latencies of
/// the row's completed timed runs as delays. The first answers have to be those of the row's accuracy pass.
/// All outputs are in memory at once. Errors: kNotFound (no such row, or it has not been measured),
/// kInvalidInput (it is simulated itself), kConflict (the file exists; artifact or answers are not those that
/// were measured), kResource (outputs larger than memory), kWorkerFailed, those of the data and of writing
/// the file.
Result<RecordedCounts> record_row(const spec::Experiment& experiment, const Assets& assets,
                                  store::RunDirectory& directory, const std::string& row,
                                  const std::filesystem::path& file, const CountProgress& progress);

}  // namespace assay::campaign
