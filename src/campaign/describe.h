// What binds the runs of one table together.
#pragma once

#include "base/status.h"
#include "spec/experiment.h"
#include "store/run_directory.h"

namespace assay::campaign {

/// Digests of programs, plugins, toolchains and the environment. Errors: a plugin or program that is absent.
Result<store::Campaign> describe_campaign(const spec::Experiment& experiment);

}  // namespace assay::campaign
