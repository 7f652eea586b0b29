// Runs the plan of a campaign, step by step, into a run directory. A step that is there already is not run
// again.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "base/status.h"
#include "campaign/assets.h"
#include "record/results.h"
#include "spec/experiment.h"
#include "store/run_directory.h"

namespace assay::campaign {

/// How a campaign talks to whoever watches. Called from several threads, one at a time.
struct Observer {
  Announce progress;                             ///< A phase, and how far it is.
  std::function<void(std::string_view)> notice;  ///< A line that stays: a failure, an artifact made again.
  std::function<void(std::string_view step, std::int64_t duration_ns)> done;
};

/// What binds the runs of one table together: digests of programs, plugins, toolchains and the environment.
Result<store::Campaign> describe_campaign(const spec::Experiment& experiment);

/// Executes what is missing and writes results.json after every round. Worker and toolchain failures cost
/// their row, not the campaign. Errors: the data's, kInterrupted, kResource; everything finished until then
/// is kept.
Result<record::Results> execute(const spec::Experiment& experiment, const Assets& assets,
                                store::RunDirectory& directory, const std::filesystem::path& cache,
                                const Observer& observer);

}  // namespace assay::campaign
