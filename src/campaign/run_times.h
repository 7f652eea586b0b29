// The times of a campaign that a foreign power log can be held against.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "base/status.h"
#include "spec/experiment.h"
#include "store/run_directory.h"
#include "timeline/pattern.h"
#include "timeline/window.h"

namespace assay::campaign {

/// A time that power is formed over.
struct RunWindow {
  std::string
      id;  ///< Of the step: "timed.openvino-cpu-int8.r2", "idle.before"; or a timed run's "..., loaded idle".
  bool timed = true;
  timeline::Window window;
};

/// What went on in one boot of the machine. CLOCK_MONOTONIC.
struct BootTimes {
  std::string boot_id;
  std::vector<RunWindow>
      windows;  ///< Of completed timed runs and of idle times, loaded too, in order of time.
  std::vector<timeline::DrivenPattern> patterns;  ///< In order of time.
  std::vector<std::int64_t> utc_offsets_ns;       ///< UTC less CLOCK_MONOTONIC, as each timed run saw them.
  std::set<std::string> sources;                  ///< Ids of what was observed live.

  /// From the first to the last of all that is above. There is at least one window.
  timeline::Window span() const;
};

/// One for each boot in which a timed run completed, in the order of the plan. Errors: those of the records;
/// kNotFound (no timed run has completed).
Result<std::vector<BootTimes>> boot_times(const spec::Experiment& experiment,
                                          const store::RunDirectory& directory);

}  // namespace assay::campaign
