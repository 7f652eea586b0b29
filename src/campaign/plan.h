// The plan of a campaign: a pure function of the experiment, so that it can be shown, resumed and tested.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "spec/experiment.h"

namespace assay::campaign {

enum class StepKind {
  kPeaks,     ///< Peak rates of the machine.
  kArtifact,  ///< Prepare a row's artifact and compare it with FP32 ONNX Runtime.
  kAccuracy,  ///< Score a row's artifact on its own backend.
  kPattern,   ///< Drive a load pattern by which an imported power log finds its clock.
  kIdle,      ///< Nothing loaded, power observed: before and after the timed runs.
  kPipeline,  ///< One repeat of the end-to-end loop.
  kTimed,     ///< One timed repeat.
  kProfile    ///< Layers and placement; its times are never a latency.
};
std::string_view to_string(StepKind kind);
/// Whether times come from it: left out for a row whose time is not measured by intent.
inline bool is_timing(StepKind kind) { return kind == StepKind::kTimed || kind == StepKind::kPipeline; }

/// The reference row: FP32 ONNX Runtime on the CPU. Its steps have row == kReference, unless a row of the
/// experiment is that very configuration.
inline constexpr int kReference = -1;

struct Step {
  std::string id;  ///< "timed.openvino-cpu-int8.r2": the name of its folder in the run directory.
  StepKind kind = StepKind::kTimed;
  int row = kReference;  ///< Index in Experiment::rows.
  int repeat = 0;        ///< 1-based, of kTimed and kPipeline.
  bool operator==(const Step&) const = default;
};

/// Preparation and accuracy come first [the guide's rule: accuracy is verified before anything is timed],
/// then idle power, the timed repeats and idle power again. The repeats come in rounds: each round holds
/// every row once, in an order drawn with Protocol::order_seed, so that a slow drift of the machine does not
/// fall on one row. The end-to-end loops follow in rounds of their own. Profiled passes come last.
std::vector<Step> make_plan(const spec::Experiment& experiment);

/// Whose figures rest on a run.
struct RunScope {
  int row = kReference;  ///< It is a step of this row; kReference: of none.
  bool all = true;       ///< Every row's figures rest on it: idle power, peaks, an import, the reference.
  bool reference =
      false;  ///< Those of other rows only as far as they are held against the reference's accuracy.
};
/// `id`: of its folder. What the plan does not know may be anybody's.
RunScope scope_of_run(const spec::Experiment& experiment, std::string_view id);

/// The row that serves as FP32 reference, or kReference when a run of its own is needed.
int reference_row(const spec::Experiment& experiment);

/// The configuration of the reference. Its batch is the rows' smallest: a model whose batch is fixed has no
/// other, and but for rounding the outputs of an image do not depend on its company.
spec::RowSpec reference_spec(const spec::Experiment& experiment);

}  // namespace assay::campaign
