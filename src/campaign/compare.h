// How far two sets of outputs agree: a row's artifact against FP32 ONNX Runtime, before time is spent on it.
#pragma once

#include <vector>

#include "base/status.h"
#include "engine/worker_spec.h"
#include "record/run.h"

namespace assay::campaign {

struct Agreement {
  double argmax = 0;              ///< Share of positions with the same argmax over the class axis, 0..1.
  double max_abs_difference = 0;  ///< max|a - b| / max|b| over everything.
};

/// Compares f32 outputs [N,C,...] (argmax over axis 1, or the last for NHWC) or integer maps (equal share).
/// `a` and `b`: [group][tensor]; only tensor `index` is looked at. Errors: kWorkerFailed when shapes differ
/// or a value is not finite.
Result<Agreement> compare_outputs(const std::vector<engine::TensorSet>& a, const record::TensorInfo& a_info,
                                  const std::vector<engine::TensorSet>& b, const record::TensorInfo& b_info,
                                  int index, int class_axis);

}  // namespace assay::campaign
