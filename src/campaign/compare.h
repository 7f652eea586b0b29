// How far two sets of outputs agree: a row's artifact against FP32 ONNX Runtime, before time is spent on it.
#pragma once

#include <string>
#include <vector>

#include "base/status.h"
#include "engine/worker_spec.h"
#include "record/run.h"

namespace assay::campaign {

struct Agreement {
  double argmax = 0;              ///< Share of positions with the same argmax over the class axis, 0..1.
  double max_abs_difference = 0;  ///< max|a - b| / max|b| over everything.
};

/// What one session put out: [group][tensor], and the tensors' descriptions.
struct Outputs {
  const std::vector<engine::TensorSet>& groups;
  const std::vector<record::TensorInfo>& tensors;
};

/// Compares the output called `name` (or the first, where it is empty): f32 by the argmax over `class_axis`,
/// anything else by the share of equal elements. Errors: kWorkerFailed when a tensor is missing, shapes
/// differ or a value is not finite.
Result<Agreement> compare_outputs(const Outputs& a, const Outputs& b, const std::string& name,
                                  int class_axis);

}  // namespace assay::campaign
