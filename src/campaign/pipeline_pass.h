// The end-to-end loop: one request at a time, from the file's bytes to a class map, each stage timed.
#pragma once

#include <cstdint>

#include "base/status.h"
#include "campaign/accuracy_pass.h"

namespace assay::campaign {

struct PipelineRequest {
  int classes = 19;
  std::int64_t warmup = 10;
  std::int64_t iterations = 100;
};

/// pre: read, decode, resize and normalise a batch; infer: the request to the worker and back, on the
/// supervisor's clock; post: upsampling and argmax at the image's own size. A data set without labels is
/// post-processed at the input's size. A worker that fails is not an error. Errors: as run_accuracy().
Result<record::PipelineRun> run_pipeline(const engine::WorkerSpec& spec, const InputSource& source,
                                         const PipelineRequest& request, const CountProgress& progress = {});

}  // namespace assay::campaign
