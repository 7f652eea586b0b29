#include "campaign/run_times.h"

#include <algorithm>

#include "campaign/plan.h"
#include "store/records.h"

namespace assay::campaign {
namespace {

timeline::DrivenPattern driven(const record::PatternRun& run) {
  timeline::DrivenPattern pattern{{run.window_begin_ns, run.window_end_ns}, {}};
  bool on = false;
  for (const std::int64_t at : run.edges_ns) pattern.edges.push_back({at, on = !on});
  return pattern;
}

BootTimes& boot_of(std::vector<BootTimes>& boots, const std::string& id) {
  const auto found = std::ranges::find(boots, id, &BootTimes::boot_id);
  if (found != boots.end()) return *found;
  boots.emplace_back().boot_id = id;
  return boots.back();
}

void add(const record::TimedRun& run, const std::string& id, std::vector<BootTimes>& boots) {
  if (!run.failure.reason.empty() || run.window_end_ns <= run.window_begin_ns) return;
  BootTimes& boot = boot_of(boots, run.boot_id);
  boot.windows.push_back({id, true, {run.window_begin_ns, run.window_end_ns}});
  if (run.loaded_idle_end_ns > run.loaded_idle_begin_ns)
    boot.windows.push_back({id + ", loaded idle", false, {run.loaded_idle_begin_ns, run.loaded_idle_end_ns}});
  for (const record::Source& source : run.observation.sources) boot.sources.insert(source.id);
  if (run.begin_utc_ns == 0) return;
  boot.utc_offsets_ns.push_back(run.begin_utc_ns - run.window_begin_ns);
  // Set during the run: a log may have been written by either.
  if (run.clock_step_ns != 0) boot.utc_offsets_ns.push_back(boot.utc_offsets_ns.back() + run.clock_step_ns);
}

}  // namespace

timeline::Window BootTimes::span() const {
  timeline::Window span = windows.front().window;
  const auto include = [&](const timeline::Window& window) {
    span = {std::min(span.begin_ns, window.begin_ns), std::max(span.end_ns, window.end_ns)};
  };
  for (const RunWindow& run : windows) include(run.window);
  for (const timeline::DrivenPattern& pattern : patterns) include(pattern.window);
  return span;
}

Result<std::vector<BootTimes>> boot_times(const spec::Experiment& experiment,
                                          const store::RunDirectory& directory) {
  std::vector<BootTimes> boots;
  for (const Step& step : make_plan(experiment)) {
    if (!directory.has_run(step.id)) continue;
    const auto folder = directory.run_folder(step.id);
    if (step.kind == StepKind::kTimed) {
      ASSAY_TRY(const record::TimedRun run, store::load_timed_run(folder));
      add(run, step.id, boots);
    } else if (step.kind == StepKind::kIdle) {
      ASSAY_TRY(const record::IdleRun run, store::load_idle_run(folder));
      if (run.skipped.empty() && run.end_ns > run.begin_ns)
        boot_of(boots, run.boot_id).windows.push_back({step.id, false, {run.begin_ns, run.end_ns}});
    } else if (step.kind == StepKind::kPattern) {
      ASSAY_TRY(const record::PatternRun run, store::load_pattern_run(folder));
      if (run.skipped.empty()) boot_of(boots, run.boot_id).patterns.push_back(driven(run));
    }
  }
  std::erase_if(boots, [](const BootTimes& boot) {
    return std::ranges::none_of(boot.windows, [](const RunWindow& run) { return run.timed; });
  });
  if (boots.empty())
    return fail(Code::kNotFound, directory.path().string() +
                                     ": no timed run has completed, so there is nothing that power could be "
                                     "told of: finish it with `assay run --resume` first");
  for (BootTimes& boot : boots) {
    std::ranges::sort(boot.windows, {}, [](const RunWindow& run) { return run.window.begin_ns; });
    std::ranges::sort(boot.patterns, {}, [](const auto& pattern) { return pattern.window.begin_ns; });
  }
  return boots;
}

}  // namespace assay::campaign
