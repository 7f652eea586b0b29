// Whether observing disturbs what is observed: the sampler on and off in alternating blocks of one worker's
// loop.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/status.h"
#include "campaign/context.h"
#include "metric/probe_effect.h"

namespace assay::campaign {

struct ProbeEffectRequest {
  int pairs = 20;
  std::chrono::nanoseconds block = std::chrono::seconds(1);
};

/// Of one row. Its raw run, with the blocks, is kept in the run directory as "probe-effect.<row>".
struct RowProbeEffect {
  std::string row;
  metric::ProbeEffect effect;
  std::size_t sources = 0, channels = 0;
  bool simulated = false;          ///< One of the sources was.
  double readings_per_s = 0;       ///< Of all channels, while it was on.
  double sampler_cpu_percent = 0;  ///< Of one core, while it was on.
};

/// Prepares the rows' artifacts as a campaign does and measures one after the other. Errors: kUnavailable
/// (nothing can be observed here), kWorkerFailed (an artifact or a worker), kInvalidInput (blocks too short
/// for the model), those of the data and meters, kInterrupted.
Result<std::vector<RowProbeEffect>> measure_probe_effect(const spec::Experiment& experiment,
                                                         const Assets& assets, store::RunDirectory& directory,
                                                         const std::filesystem::path& cache,
                                                         const Observer& observer,
                                                         const ProbeEffectRequest& request);

}  // namespace assay::campaign
