#include "campaign/executor.h"

#include <algorithm>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/digest.h"
#include "base/subprocess.h"
#include "campaign/accuracy_pass.h"
#include "campaign/artifacts.h"
#include "campaign/derive.h"
#include "campaign/kept_outputs.h"
#include "campaign/load_driver.h"
#include "campaign/observing.h"
#include "campaign/pipeline_pass.h"
#include "campaign/plan.h"
#include "campaign/targets.h"
#include "engine/timed.h"
#include "metric/peak.h"
#include "prepare/prepare.h"
#include "sensor/environment.h"
#include "store/records.h"
#include "store/results_json.h"

namespace assay::campaign {
namespace {

namespace fs = std::filesystem;

class Executor {
 public:
  explicit Executor(Context& context)
      : context_(context),
        experiment_(context.experiment),
        assets_(context.assets),
        directory_(context.directory),
        observer_(context.observer),
        plan_(make_plan(experiment_)),
        artifacts_(context),
        observing_(context) {}

  Result<record::Results> run() {
    ASSAY_OK(make_directories(directory_.work()));
    ASSAY_OK(keep_targets(experiment_, directory_));
    // A meter that does not answer is better known now than after an hour of accuracy.
    if (observes_something())
      if (auto opened = observing_.open(); !opened) return stop(opened.error());
    for (std::size_t i = 0; i < plan_.size(); ++i) {
      const Step& step = plan_[i];
      if (auto done = do_step(i); !done) return stop(done.error());
      const bool round_ends =
          step.kind == StepKind::kTimed && i + 1 < plan_.size() && plan_[i + 1].repeat != step.repeat;
      if (round_ends) ASSAY_OK(write_results());
    }
    observing_.close();
    return write_results();
  }

  /// The artifacts alone. No meter is opened: nothing that is timed follows.
  Result<std::vector<record::ArtifactRecord>> prepare() {
    ASSAY_OK(make_directories(directory_.work()));
    ASSAY_OK(keep_targets(experiment_, directory_));
    for (std::size_t i = 0; i < plan_.size(); ++i)
      if (plan_[i].kind == StepKind::kArtifact) ASSAY_OK(do_step(i));
    std::vector<record::ArtifactRecord> artifacts;
    for (std::size_t row = 0; row < experiment_.rows.size(); ++row) {
      ASSAY_TRY(artifacts.emplace_back(), artifact_of(static_cast<int>(row)));
    }
    return artifacts;
  }

 private:
  /// Of the plan, unless it is done already.
  Result<void> do_step(std::size_t number) {
    const Step& step = plan_[number];
    context_.position = "[" + std::to_string(number + 1) + "/" + std::to_string(plan_.size()) + "] ";
    if (directory_.has_run(step.id)) return {};
    const std::int64_t begin = monotonic_ns();
    ASSAY_OK(run_step(step));
    observer_.done(context_.position + step.id, monotonic_ns() - begin);
    return {};
  }

  /// Whether a step is still to do that sensors and meters are read for.
  bool observes_something() const {
    return std::any_of(plan_.begin(), plan_.end(), [&](const Step& step) {
      return (step.kind == StepKind::kIdle || step.kind == StepKind::kTimed) && !directory_.has_run(step.id);
    });
  }

  /// Whatever stops a campaign, what it has measured becomes results first.
  Result<record::Results> stop(Status status) {
    if (auto written = write_results(); !written)
      status.message += "; and results could not be written: " + written.error().message;
    else
      status.message += "; what was measured is kept: " +
                        std::string(status.code == Code::kInterrupted ? "" : "mend that, then ") +
                        "go on with `assay run --resume " + directory_.path().string() + "`";
    return fail(status);
  }

  Result<record::Results> write_results() {
    ASSAY_TRY(record::Results results, derive_results(experiment_, assets_, directory_));
    ASSAY_OK(store::save_results(directory_, results));
    return results;
  }

  Result<void> run_step(const Step& step) {
    switch (step.kind) {
      case StepKind::kPeaks:
        return measure_peaks(step);
      case StepKind::kArtifact:
        return prepare_artifact(step);
      case StepKind::kIdle:
        return stay_idle(step);
      case StepKind::kPattern:
        return drive_pattern(step);
      default:
        break;
    }
    ASSAY_TRY(const record::ArtifactRecord artifact, artifact_of(step.row));
    if (!artifact.failure.reason.empty()) return {};  // The row is lost already, and its finding says why.
    if (is_timing(step.kind)) {
      ASSAY_TRY(const bool timed, is_timed(step));
      if (!timed) return {};
    }
    switch (step.kind) {
      case StepKind::kAccuracy:
        return score(step, artifact);
      case StepKind::kTimed:
        return time(step, artifact);
      case StepKind::kPipeline:
        return run_end_to_end(step, artifact);
      case StepKind::kProfile:
        return profile(step, artifact);
      default:
        return fail(Code::kInternal, "a step of unknown kind");
    }
  }

  // --- What a step needs
  // -------------------------------------------------------------------------------------------

  const spec::RowSpec& row_of(const Step& step) const {
    return step.row == kReference ? reference_ : experiment_.rows[step.row];
  }

  Result<record::ArtifactRecord> artifact_of(int row) const {
    if (row == kReference) return source_artifact(context_.model_of(reference_));
    return store::load_artifact(directory_.run_folder("artifact." + experiment_.rows[row].id));
  }

  /// Whether the row's time is a device's. The accuracy pass, which comes before, has told.
  Result<bool> is_timed(const Step& step) const {
    const spec::RowSpec& row = row_of(step);
    const std::string scored = "accuracy." + row.id;
    if (!directory_.has_run(scored)) return true;
    ASSAY_TRY(const record::AccuracyRun run, store::load_accuracy_run(directory_.run_folder(scored)));
    return untimed(row, run).empty();
  }

  InputSource validation_of(const spec::RowSpec& row) const {
    return {*assets_.validation, experiment_.model.io, context_.model_of(row).size, row.batch};
  }

  /// What the accuracy, timed and profiled passes of a row must share.
  Result<record::Binding> bind(const engine::WorkerSpec& spec, const record::ArtifactRecord& artifact) const {
    record::Binding binding;
    // Read again for each run: what was checked once could have been changed since.
    ASSAY_TRY(binding.artifact_digest, prepare::artifact_digest(artifact));
    Sha256 options;
    options.field(spec.accelerator).field(spec.precision);
    for (const auto& [name, value] : spec.options) options.field(name).field(value);
    for (const auto& [name, dims] : spec.shapes) {
      options.field(name);
      for (std::int64_t dim : dims) options.field(std::to_string(dim));
    }
    binding.options_digest = options.hex();
    binding.environment_digest = sensor::read_environment().digest;
    ASSAY_TRY(binding.plugin_digest, sha256_file(spec.plugin));
    return binding;
  }

  std::function<void(std::int64_t, std::int64_t)> progress_of(const Step& step,
                                                              const std::string& doing) const {
    return [this, phase = context_.position + doing + " " + row_of(step).id](
               std::int64_t done, std::int64_t total) { observer_.progress(phase, done, total); };
  }

  void notice_failure(const Step& step, const record::Failure& failure) const {
    if (!failure.reason.empty()) observer_.notice(context_.position + step.id + ": " + failure.reason);
  }

  /// The worker's log goes into the run's folder with the record.
  Result<void> keep(const Step& step, const std::function<Result<void>(const fs::path&)>& save) {
    ASSAY_OK(directory_.add_run(step.id, save));
    std::error_code ignored;  // A missing log is no loss: the record says how the worker ended.
    fs::rename(directory_.work() / (step.id + ".log"), directory_.run_folder(step.id) / "worker.log",
               ignored);
    return {};
  }

  // --- Steps
  // -------------------------------------------------------------------------------------------------------

  Result<void> measure_peaks(const Step& step) {
    observer_.progress(context_.position + "peak rates of this CPU", 0, 0);
    const metric::CpuPeaks peaks = metric::measure_cpu_peaks();
    return directory_.add_run(step.id, [&](const fs::path& folder) {
      return store::save_peaks(folder / "peaks.json", {peaks.fp32});
    });
  }

  Result<void> prepare_artifact(const Step& step) {
    ASSAY_TRY(const record::ArtifactRecord artifact, artifacts_.make(step.id, row_of(step)));
    notice_failure(step, artifact.failure);
    return keep(step, [&](const fs::path& folder) { return store::save_artifact(folder, artifact); });
  }

  Result<void> score(const Step& step, const record::ArtifactRecord& artifact) {
    ASSAY_TRY(const engine::WorkerSpec spec, worker_spec(context_, step.id, row_of(step), artifact));
    AccuracyRequest request;
    request.classes = assets_.data.classes;
    request.keep_outputs = static_cast<std::size_t>(experiment_.protocol.inputs);
    request.only_kept = !experiment_.accuracy.enabled || !assets_.validation->has_labels();
    ASSAY_TRY(AccuracyOutcome outcome,
              run_accuracy(spec, validation_of(row_of(step)), request, progress_of(step, "accuracy of")));
    ASSAY_TRY(outcome.run.binding, bind(spec, artifact));
    notice_failure(step, outcome.run.failure);
    return keep(step, [&](const fs::path& folder) -> Result<void> {
      ASSAY_OK(save_outputs(folder / "outputs", outcome.outputs));
      return store::save_accuracy_run(folder, outcome.run);
    });
  }

  Result<std::vector<engine::TensorSet>> timed_inputs(const spec::RowSpec& row) const {
    return validation_of(row).first(static_cast<std::size_t>(experiment_.protocol.inputs));
  }

  Result<void> time(const Step& step, const record::ArtifactRecord& artifact) {
    const spec::RowSpec& row = row_of(step);
    const spec::Protocol& protocol = experiment_.protocol;
    ASSAY_TRY(const engine::WorkerSpec spec, worker_spec(context_, step.id, row, artifact));
    engine::TimedRequest request;
    ASSAY_TRY(request.inputs, timed_inputs(row));
    ASSAY_TRY(request.references, load_outputs(directory_.run_folder("accuracy." + row.id) / "outputs"));
    request.class_axis = spec::class_axis(experiment_.model.io);
    request.sample_seed = experiment_.seed + static_cast<std::uint64_t>(step.repeat);
    request.warmup_iterations = protocol.warmup_iterations;
    request.warmup_duration = protocol.warmup_duration;
    request.warmup_cap = protocol.warmup_cap;
    request.timed_iterations = protocol.timed_iterations;
    request.timed_duration = protocol.timed_duration;
    request.timed_cap = protocol.timed_cap;
    const std::string name =
        row.id + " " + std::to_string(step.repeat) + "/" + std::to_string(protocol.repeats);
    ASSAY_OK(find_ranges());
    // The window has to hold as many power samples as are asked for, and one at each edge.
    if (observing_.has_power())
      request.timed_duration = std::max<std::chrono::nanoseconds>(
          request.timed_duration, observing_.power_interval() * (experiment_.power.least_samples + 2));
    request.loaded_idle = power_is_expected() ? experiment_.power.loaded_idle : std::chrono::nanoseconds(0);
    ASSAY_TRY(Observing::Quiet quiet, observing_.wait_for_quiet(name));
    observing_.start();
    auto timed = engine::run_timed(spec, request, [&](const engine::Progress& progress) {
      // Count and duration both end a phase: what is left follows from the one that is behind.
      const double whole = progress.fraction > 0 ? static_cast<double>(progress.done) / progress.fraction : 0;
      observer_.progress(context_.position + std::string(progress.phase) + " " + name, progress.done,
                         std::max(progress.total, static_cast<std::int64_t>(whole)));
    });
    record::Observation observation = observing_.stop();
    if (!timed) return fail(timed.error());
    record::TimedRun run = std::move(*timed);
    run.observation = std::move(observation);
    run.quiet_wait_ns = quiet.waited_ns;
    run.disturbances = std::move(quiet.disturbances);
    run.repeat = step.repeat;
    run.inputs = static_cast<int>(request.inputs.size());
    ASSAY_TRY(run.binding, bind(spec, artifact));
    notice_failure(step, run.failure);
    ASSAY_OK(keep(step, [&](const fs::path& folder) { return store::save_timed_run(folder, run); }));
    return rest();
  }

  /// Lets meters find their ranges under the load of every row.
  Result<void> find_ranges() {
    if (!observing_.ranges_are_open()) return {};
    return observing_.fix_ranges([&]() -> Result<void> {
      for (const spec::RowSpec& row : experiment_.rows) {
        ASSAY_TRY(const record::ArtifactRecord artifact,
                  store::load_artifact(directory_.run_folder("artifact." + row.id)));
        if (!artifact.failure.reason.empty()) continue;
        ASSAY_TRY(const engine::WorkerSpec spec, worker_spec(context_, "ranging." + row.id, row, artifact));
        engine::TimedRequest request;
        ASSAY_TRY(request.inputs, timed_inputs(row));
        request.warmup_iterations = 1;
        request.warmup_duration = request.warmup_cap = std::chrono::seconds(1);
        request.timed_iterations = 1;
        request.timed_duration = kRanging;
        observer_.progress(context_.position + "ranges of the meter under " + row.id, 0, 0);
        ASSAY_TRY(const record::TimedRun run, engine::run_timed(spec, request));
        (void)run;  // A row that fails here fails again where it counts.
      }
      return {};
    });
  }

  /// A load pattern announces a log that will be imported: idle power is wanted of it, too.
  bool power_is_expected() const { return observing_.has_power() || experiment_.power.load_pattern; }

  Result<void> stay_idle(const Step& step) {
    ASSAY_OK(find_ranges());
    record::IdleRun run;
    run.boot_id = boot_id();
    if (!power_is_expected()) {
      run.skipped = "no power source";
    } else {
      ASSAY_TRY(Observing::Quiet quiet, observing_.wait_for_quiet(step.id));
      run.quiet_wait_ns = quiet.waited_ns;
      run.disturbances = std::move(quiet.disturbances);
      observing_.start();
      run.begin_ns = monotonic_ns();
      const auto waited = wait(experiment_.power.idle, step.id);
      run.end_ns = monotonic_ns();
      run.observation = observing_.stop();
      ASSAY_OK(waited);
    }
    return directory_.add_run(step.id,
                              [&](const fs::path& folder) { return store::save_idle_run(folder, run); });
  }

  Result<void> drive_pattern(const Step& step) {
    const auto sequence =
        step.id.ends_with("before") ? timeline::Sequence::kBefore : timeline::Sequence::kAfter;
    ASSAY_TRY(const timeline::LoadPattern pattern,
              timeline::load_pattern(kPatternOrder, sequence, experiment_.seed, kPatternChip));
    observer_.progress(context_.position + "load pattern", 0, 0);
    ASSAY_TRY(const record::PatternRun run, drive_load(pattern));
    return directory_.add_run(step.id,
                              [&](const fs::path& folder) { return store::save_pattern_run(folder, run); });
  }

  Result<void> wait(std::chrono::nanoseconds duration, const std::string& what) const {
    const std::int64_t end = monotonic_ns() + duration.count();
    while (monotonic_ns() < end) {
      if (interrupted()) return fail(Code::kInterrupted, "stopped by the user");
      observer_.progress(context_.position + what + ", seconds to go", (end - monotonic_ns()) / 1'000'000'000,
                         0);
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    return {};
  }

  Result<void> rest() const { return wait(experiment_.protocol.rest, "rest"); }

  Result<void> run_end_to_end(const Step& step, const record::ArtifactRecord& artifact) {
    ASSAY_TRY(const engine::WorkerSpec spec, worker_spec(context_, step.id, row_of(step), artifact));
    PipelineRequest request;
    request.classes = assets_.data.classes;
    request.iterations = experiment_.protocol.pipeline_iterations;
    ASSAY_TRY(record::PipelineRun run,
              run_pipeline(spec, validation_of(row_of(step)), request, progress_of(step, "end to end")));
    ASSAY_TRY(run.binding, bind(spec, artifact));
    notice_failure(step, run.failure);
    return keep(step, [&](const fs::path& folder) { return store::save_pipeline_run(folder, run); });
  }

  Result<void> profile(const Step& step, const record::ArtifactRecord& artifact) {
    ASSAY_TRY(const engine::WorkerSpec spec, worker_spec(context_, step.id, row_of(step), artifact));
    observer_.progress(context_.position + "layers of " + row_of(step).id, 0, 0);
    ASSAY_TRY(const auto inputs, timed_inputs(row_of(step)));
    ASSAY_TRY(record::ProfiledRun run, engine::run_profiled(spec, inputs, kProfiledInferences));
    ASSAY_TRY(run.binding, bind(spec, artifact));
    notice_failure(step, run.failure);
    return keep(step, [&](const fs::path& folder) { return store::save_profiled_run(folder, run); });
  }

  static constexpr int kProfiledInferences = 20;
  static constexpr std::chrono::seconds kRanging{3};
  // 127 chips of 200 ms: 25 s, and even a meter that updates twice a second sees every chip of two or more.
  static constexpr int kPatternOrder = 7;
  static constexpr std::chrono::milliseconds kPatternChip{200};

  Context& context_;
  const spec::Experiment& experiment_;
  const Assets& assets_;
  store::RunDirectory& directory_;
  const Observer& observer_;
  const std::vector<Step> plan_;
  const spec::RowSpec reference_ = reference_spec(experiment_);
  ArtifactMaker artifacts_;
  Observing observing_;
};

}  // namespace

Result<record::Results> execute(const spec::Experiment& experiment, const Assets& assets,
                                store::RunDirectory& directory, const fs::path& cache,
                                const Observer& observer) {
  ASSAY_TRY(const fs::path worker, engine::default_worker());
  Context context{experiment, assets, directory, cache, observer, worker};
  return Executor(context).run();
}

Result<std::vector<record::ArtifactRecord>> prepare_only(const spec::Experiment& experiment,
                                                         const Assets& assets, store::RunDirectory& directory,
                                                         const fs::path& cache, const Observer& observer) {
  ASSAY_TRY(const fs::path worker, engine::default_worker());
  Context context{experiment, assets, directory, cache, observer, worker};
  return Executor(context).prepare();
}

}  // namespace assay::campaign
