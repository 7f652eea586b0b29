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

struct RecordedCounts {
  std::size_t answers = 0, delays = 0;
};

/// Runs every validation input once through the row's artifact, for the answers, and takes the latencies of
/// the row's completed timed runs as delays. All outputs are in memory at once. Errors: kNotFound (no such
/// row, or it has no artifact yet), kConflict (the artifact has changed since it was measured),
/// kWorkerFailed, those of the data and of writing the file.
Result<RecordedCounts> record_row(const spec::Experiment& experiment, const Assets& assets,
                                  store::RunDirectory& directory, const std::string& row,
                                  const std::filesystem::path& file, const CountProgress& progress);

}  // namespace assay::campaign
