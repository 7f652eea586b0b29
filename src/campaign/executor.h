// Runs the plan of a campaign, step by step, into a run directory. A step that is there already is not run
// again.
#pragma once

#include <filesystem>
#include <vector>

#include "base/status.h"
#include "campaign/context.h"
#include "record/results.h"
#include "record/run.h"

namespace assay::campaign {

/// Executes what is missing and writes results.json after every round. Worker and toolchain failures cost
/// their row, not the campaign. Errors: the data's, kInterrupted, kResource; everything finished until then
/// is kept.
Result<record::Results> execute(const spec::Experiment& experiment, const Assets& assets,
                                store::RunDirectory& directory, const std::filesystem::path& cache,
                                const Observer& observer);

/// The artifact steps alone, for a machine that has a row's toolchain and not its device or meters. One
/// record for each row, in order: a path and a `failure` together mean that the artifact is made and could
/// not be compared here. execute() goes on from the same directory. Errors: as above.
Result<std::vector<record::ArtifactRecord>> prepare_only(const spec::Experiment& experiment,
                                                         const Assets& assets, store::RunDirectory& directory,
                                                         const std::filesystem::path& cache,
                                                         const Observer& observer);

}  // namespace assay::campaign
