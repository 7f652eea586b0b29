// The accuracy pass: every image through one worker, scored. Decoding, inference and scoring overlap.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "base/status.h"
#include "campaign/input_source.h"
#include "engine/session.h"
#include "engine/worker_spec.h"
#include "record/run.h"

namespace assay::campaign {

using CountProgress = std::function<void(std::int64_t done, std::int64_t total)>;

struct AccuracyRequest {
  int classes = 19;
  int threads = 0;               ///< Decoding and scoring; 0: one for each core.
  std::size_t keep_outputs = 0;  ///< Groups, from the first, whose raw outputs are returned.
  bool only_kept = false;  ///< Stop after the kept groups (a data set without labels has nothing to score).
};

struct AccuracyOutcome {
  record::AccuracyRun run;                  ///< `binding` is left to the caller.
  Code failure_code = Code::kWorkerFailed;  ///< Of run.failure, where there is one.
  std::vector<engine::TensorSet> outputs;   ///< [group][tensor]
};

/// A worker that fails is not an error: the run comes back with `failure` set, and without confusion
/// matrices. Errors: kInvalidInput, kCorrupt, kNotFound (the data; the spec against the model), kInterrupted,
/// kResource.
Result<AccuracyOutcome> run_accuracy(const engine::WorkerSpec& spec, const InputSource& source,
                                     const AccuracyRequest& request, const CountProgress& progress = {});

/// Errors that mean "this row cannot be run" rather than "this campaign cannot go on", where a session or a
/// toolchain says them.
bool is_row_failure(Code code);

/// What a session answered to an inference: whatever code its plugin chose, it is the row's trouble.
Status inference_failure(Status status);

/// The failure record of a session that could not be opened.
record::Failure start_failure(const Status& status);

}  // namespace assay::campaign
