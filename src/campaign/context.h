// What every step of a campaign works with.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "base/status.h"
#include "campaign/assets.h"
#include "engine/worker_spec.h"
#include "record/run.h"
#include "spec/experiment.h"
#include "store/run_directory.h"

namespace assay::campaign {

/// How a campaign talks to whoever watches. Called from several threads, one at a time.
struct Observer {
  Announce progress;                             ///< A phase, and how far it is.
  std::function<void(std::string_view)> notice;  ///< A line that stays: a failure, an artifact made again.
  std::function<void(std::string_view step, std::int64_t duration_ns)> done;
};

struct Context {
  const spec::Experiment& experiment;
  const Assets& assets;
  store::RunDirectory& directory;
  const std::filesystem::path cache;
  const Observer& observer;
  const std::filesystem::path worker;  ///< The assay-worker program.
  std::string position = {};           ///< "[3/53] ", in front of everything that a step says.

  const SourceModel& model_of(const spec::RowSpec& row) const { return assets.models.at(row.batch); }
};

/// Where the row's plugin is. Errors: kNotFound.
Result<std::filesystem::path> plugin_of(const spec::RowSpec& row);

/// How to start the worker of a step. Its log goes to work/<step>.log. Errors: plugin_of's.
Result<engine::WorkerSpec> worker_spec(const Context& context, const std::string& step,
                                       const spec::RowSpec& row, const record::ArtifactRecord& artifact);

}  // namespace assay::campaign
