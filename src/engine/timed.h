// The timed pass: a fresh worker, first inference, warm-up, timed loop, and proof that the outputs were
// computed.
#pragma once

#include <cstdint>
#include <vector>

#include "base/status.h"
#include "engine/worker_spec.h"
#include "record/run.h"

namespace assay::engine {

struct TimedRequest {
  std::vector<TensorSet> inputs;  ///< [k][tensor]: real inputs, rotated in the loop.
  std::vector<TensorSet>
      references;      ///< [k][tensor]: outputs of the accuracy pass. Empty: only "written" is checked.
  int class_axis = 1;  ///< Of the outputs, for the agreement of argmax.
  std::uint64_t sample_seed = 42;  ///< Chooses the iterations whose outputs are kept.

  /// After the first inference the session stays open with nothing submitted: the window of "loaded idle".
  std::chrono::nanoseconds loaded_idle{0};
  std::int64_t warmup_iterations = 100;
  std::chrono::nanoseconds warmup_duration = std::chrono::seconds(10);
  std::chrono::nanoseconds warmup_cap = std::chrono::seconds(60);  ///< Stop waiting for steadiness then.
  std::int64_t timed_iterations = 1000;
  std::chrono::nanoseconds timed_duration{0};  ///< The loop ends when count and duration are both reached,
  std::int64_t timed_cap = 0;  ///< or at this many inferences. 0: chosen from count and duration.
};

/// Runs one timed pass. A worker that crashes, hangs, fails, answers garbage or opens a session that inputs
/// or references do not fit is not an error here: the run comes back with `failure` set and the latencies
/// until then. `repeat` and `binding` are left to the caller. The samples' agreement and difference are -1
/// where there is no reference. Errors: kInvalidInput (a request without sense, or sets of different sizes),
/// kNotFound (no worker), kResource (shared memory), kInterrupted.
Result<record::TimedRun> run_timed(const WorkerSpec& spec, const TimedRequest& request,
                                   const ProgressFn& progress = {});

/// Opens with profiling, infers `inferences` times over the inputs, and asks for the layers. Errors as
/// run_timed().
Result<record::ProfiledRun> run_profiled(const WorkerSpec& spec, const std::vector<TensorSet>& inputs,
                                         int inferences);

}  // namespace assay::engine
