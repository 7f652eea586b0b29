#include "campaign/plan.h"

#include <algorithm>
#include <cstdint>
#include <numeric>

#include "base/splitmix64.h"

namespace assay::campaign {
namespace {

std::vector<int> shuffled(int count, SplitMix64& random) {
  std::vector<int> order(count);
  std::iota(order.begin(), order.end(), 0);
  for (int i = count - 1; i > 0; --i) std::swap(order[i], order[random.below(i + 1)]);
  return order;
}

}  // namespace

std::string_view to_string(StepKind kind) {
  switch (kind) {
    case StepKind::kPeaks:
      return "peaks";
    case StepKind::kArtifact:
      return "artifact";
    case StepKind::kAccuracy:
      return "accuracy";
    case StepKind::kPattern:
      return "pattern";
    case StepKind::kIdle:
      return "idle";
    case StepKind::kPipeline:
      return "pipeline";
    case StepKind::kTimed:
      return "timed";
    case StepKind::kProfile:
      return "profile";
  }
  return "step";
}

spec::RowSpec reference_spec(const spec::Experiment& experiment) {
  spec::RowSpec row;
  row.id = "reference";
  row.backend = "onnxruntime";
  row.accelerator = "CPU";
  row.precision = "fp32";
  for (std::size_t i = 0; i < experiment.rows.size(); ++i)
    row.batch = i == 0 ? experiment.rows[i].batch : std::min(row.batch, experiment.rows[i].batch);
  return row;
}

int reference_row(const spec::Experiment& experiment) {
  const spec::RowSpec reference = reference_spec(experiment);
  for (std::size_t i = 0; i < experiment.rows.size(); ++i) {
    const spec::RowSpec& row = experiment.rows[i];
    const bool same = row.backend == reference.backend && row.accelerator == reference.accelerator &&
                      row.precision == reference.precision && row.batch == reference.batch &&
                      row.options.empty() && row.artifact.empty() && row.plugin.empty() &&
                      row.toolchain.empty();
    if (same) return static_cast<int>(i);
  }
  return kReference;
}

std::vector<Step> make_plan(const spec::Experiment& experiment) {
  std::vector<Step> plan;
  const int rows = static_cast<int>(experiment.rows.size());
  const auto add = [&](StepKind kind, int row, int repeat = 0) {
    const std::string& name = row == kReference ? reference_spec(experiment).id : experiment.rows[row].id;
    std::string id = std::string(to_string(kind)) + "." + name;
    if (repeat > 0) id += ".r" + std::to_string(repeat);
    plan.push_back({std::move(id), kind, row, repeat});
  };

  plan.push_back({"peaks", StepKind::kPeaks, kReference, 0});
  for (int row = 0; row < rows; ++row) add(StepKind::kArtifact, row);
  if (experiment.accuracy.enabled && reference_row(experiment) == kReference)
    add(StepKind::kAccuracy, kReference);
  for (int row = 0; row < rows; ++row) add(StepKind::kAccuracy, row);

  const spec::PowerSpec& power = experiment.power;
  const auto add_around = [&](const char* when, bool first) {
    const auto idle = [&] {
      if (power.idle.count() > 0)
        plan.push_back({std::string("idle.") + when, StepKind::kIdle, kReference, 0});
    };
    if (!first) idle();
    if (power.load_pattern)
      plan.push_back({std::string("pattern.") + when, StepKind::kPattern, kReference, 0});
    if (first) idle();
  };
  add_around("before", true);
  SplitMix64 random(experiment.protocol.order_seed);
  for (int repeat = 1; repeat <= experiment.protocol.repeats; ++repeat)
    for (int row : shuffled(rows, random)) add(StepKind::kTimed, row, repeat);
  add_around("after", false);
  if (experiment.protocol.pipeline_iterations > 0)
    for (int repeat = 1; repeat <= experiment.protocol.repeats; ++repeat)
      for (int row : shuffled(rows, random)) add(StepKind::kPipeline, row, repeat);
  for (int row = 0; row < rows; ++row) add(StepKind::kProfile, row);
  return plan;
}

RunScope scope_of_run(const spec::Experiment& experiment, std::string_view id) {
  const std::vector<Step> plan = make_plan(experiment);
  const auto step = std::ranges::find(plan, id, &Step::id);
  if (step == plan.end()) return {};
  const bool reference = step->kind == StepKind::kAccuracy && step->row == reference_row(experiment);
  return {step->row, reference || step->row == kReference, reference};
}

}  // namespace assay::campaign
