#include "campaign/executor.h"

#include <algorithm>
#include <chrono>
#include <set>
#include <thread>

#include "backend/registry.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/resources.h"
#include "base/subprocess.h"
#include "campaign/accuracy_pass.h"
#include "campaign/compare.h"
#include "campaign/derive.h"
#include "campaign/pipeline_pass.h"
#include "campaign/plan.h"
#include "dataset/calibration.h"
#include "engine/describe.h"
#include "engine/timed.h"
#include "metric/peak.h"
#include "prepare/prepare.h"
#include "sensor/environment.h"
#include "spec/explain.h"
#include "store/records.h"
#include "store/results_json.h"

namespace assay::campaign {
namespace {

namespace fs = std::filesystem;

Result<fs::path> plugin_of(const spec::RowSpec& row) {
  if (!row.plugin.empty()) return row.plugin;
  return backend::plugin_path(row.backend);
}

/// Raw outputs of the accuracy pass that the timed loop's samples are compared with:
/// outputs/<group>.<tensor>.raw.
Result<void> save_outputs(const fs::path& folder, const std::vector<engine::TensorSet>& outputs) {
  ASSAY_OK(make_directories(folder));
  for (std::size_t g = 0; g < outputs.size(); ++g)
    for (std::size_t t = 0; t < outputs[g].size(); ++t) {
      const auto& bytes = outputs[g][t];
      const fs::path path = folder / (std::to_string(g) + "." + std::to_string(t) + ".raw");
      ASSAY_OK(write_file(path, {reinterpret_cast<const char*>(bytes.data()), bytes.size()}));
    }
  return {};
}

Result<std::vector<engine::TensorSet>> load_outputs(const fs::path& folder) {
  std::vector<engine::TensorSet> outputs;
  for (std::size_t g = 0;; ++g) {
    engine::TensorSet set;
    for (std::size_t t = 0;; ++t) {
      const fs::path path = folder / (std::to_string(g) + "." + std::to_string(t) + ".raw");
      if (!fs::exists(path)) break;
      ASSAY_TRY(const std::string content, read_file(path));
      const auto* bytes = reinterpret_cast<const std::byte*>(content.data());
      set.emplace_back(bytes, bytes + content.size());
    }
    if (set.empty()) return outputs;
    outputs.push_back(std::move(set));
  }
}

class Executor {
 public:
  Executor(const spec::Experiment& experiment, const Assets& assets, store::RunDirectory& directory,
           const fs::path& cache, const Observer& observer)
      : experiment_(experiment),
        assets_(assets),
        directory_(directory),
        cache_(cache),
        observer_(observer),
        plan_(make_plan(experiment)) {}

  Result<record::Results> run() {
    ASSAY_TRY(worker_, engine::default_worker());
    ASSAY_OK(make_directories(directory_.work()));
    for (std::size_t i = 0; i < plan_.size(); ++i) {
      const Step& step = plan_[i];
      position_ = "[" + std::to_string(i + 1) + "/" + std::to_string(plan_.size()) + "] ";
      if (!directory_.has_run(step.id)) {
        const std::int64_t begin = monotonic_ns();
        if (auto done = run_step(step); !done) return stop(done.error());
        observer_.done(position_ + step.id, monotonic_ns() - begin);
      }
      const bool round_ends =
          step.kind == StepKind::kTimed && i + 1 < plan_.size() && plan_[i + 1].repeat != step.repeat;
      if (round_ends) ASSAY_OK(write_results());
    }
    return write_results();
  }

 private:
  /// Whatever stops a campaign, what it has measured becomes results first.
  Result<record::Results> stop(Status status) {
    if (auto written = write_results(); !written)
      status.message += "; and results could not be written: " + written.error().message;
    else
      status.message +=
          "; what was measured is kept: go on with `assay run --resume " + directory_.path().string() + "`";
    return fail(status);
  }

  Result<record::Results> write_results() {
    ASSAY_TRY(record::Results results, derive_results(experiment_, assets_, directory_));
    ASSAY_OK(store::write_results(directory_.results_file(), results));
    return results;
  }

  Result<void> run_step(const Step& step) {
    switch (step.kind) {
      case StepKind::kPeaks:
        return measure_peaks(step);
      case StepKind::kArtifact:
        return prepare_artifact(step);
      default:
        break;
    }
    ASSAY_TRY(const record::ArtifactRecord artifact, artifact_of(step.row));
    if (!artifact.failure.reason.empty()) return {};  // The row is lost already, and its finding says why.
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
  const SourceModel& model_of(const spec::RowSpec& row) const { return assets_.models.at(row.batch); }

  Result<record::ArtifactRecord> artifact_of(int row) const {
    if (row == kReference) return source_artifact(reference_);
    return store::load_artifact(directory_.run_folder("artifact." + experiment_.rows[row].id));
  }

  /// The source model as it is, which is what the reference runs.
  record::ArtifactRecord source_artifact(const spec::RowSpec& row) const {
    record::ArtifactRecord artifact;
    artifact.path = model_of(row).path;
    artifact.format = "onnx";
    artifact.digest = model_of(row).facts.sha256;
    artifact.toolchain = "none";
    return artifact;
  }

  InputSource validation_of(const spec::RowSpec& row) const {
    return {*assets_.validation, experiment_.model.io, model_of(row).size, row.batch};
  }

  Result<engine::WorkerSpec> worker_for(const Step& step, const record::ArtifactRecord& artifact) const {
    const spec::RowSpec& row = row_of(step);
    engine::WorkerSpec spec;
    spec.worker = worker_;
    ASSAY_TRY(spec.plugin, plugin_of(row));
    spec.artifact = artifact.path;
    spec.accelerator = row.accelerator;
    spec.precision = row.precision;
    spec.options = row.options;
    spec.shapes = model_of(row).shapes;
    spec.log = directory_.work() / (step.id + ".log");
    spec.stall_timeout = experiment_.protocol.stall_timeout;
    spec.run_timeout = experiment_.protocol.run_timeout;
    return spec;
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
    return [this, phase = position_ + doing + " " + row_of(step).id](std::int64_t done, std::int64_t total) {
      observer_.progress(phase, done, total);
    };
  }

  void notice_failure(const Step& step, const record::Failure& failure) const {
    if (!failure.reason.empty()) observer_.notice(position_ + step.id + ": " + failure.reason);
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
    observer_.progress(position_ + "peak rates of this CPU", 0, 0);
    const metric::CpuPeaks peaks = metric::measure_cpu_peaks();
    return directory_.add_run(step.id, [&](const fs::path& folder) {
      return store::save_peaks(folder / "peaks.json", {peaks.fp32});
    });
  }

  Result<void> prepare_artifact(const Step& step) {
    ASSAY_TRY(record::ArtifactRecord artifact, build_artifact(step));
    if (artifact.failure.reason.empty()) ASSAY_OK(compare_artifact(step, artifact));
    notice_failure(step, artifact.failure);
    return keep(step, [&](const fs::path& folder) { return store::save_artifact(folder, artifact); });
  }

  Result<record::ArtifactRecord> build_artifact(const Step& step) {
    const spec::RowSpec& row = row_of(step);
    if (!row.artifact.empty()) return given_artifact(row);
    const SourceModel& source = model_of(row);
    prepare::PrepareRequest request;
    ASSAY_TRY(request.toolchain, prepare::choose_toolchain(row, source.facts));
    request.model = source.path;
    request.facts = source.facts;
    request.shapes = source.shapes;
    request.precision = row.precision;
    request.options = row.toolchain_options;
    request.cache = cache_;
    request.timeout =
        std::chrono::duration_cast<std::chrono::milliseconds>(experiment_.protocol.prepare_timeout);
    if (request.toolchain->calibrates()) {
      ASSAY_TRY(const dataset::CalibrationSet set, calibration_set());
      request.calibration = set.index.parent_path();
      request.calibration_digest = set.digest;
      request.calibration_count = static_cast<int>(set.ids.size());
    }
    prepare::Listener listener;
    listener.progress = [&](std::string_view what, std::int64_t done, std::int64_t total) {
      observer_.progress(position_ + "preparing " + row.id + ": " + std::string(what), done, total);
    };
    listener.notice = observer_.notice;
    auto artifact = prepare::prepare(request, listener);
    if (artifact || !is_row_failure(artifact.error().code)) return artifact;
    record::ArtifactRecord failed;
    failed.toolchain = request.toolchain->name;
    failed.failure = start_failure(artifact.error());
    return failed;
  }

  /// An artifact that the user made: used as it is, digested whole.
  Result<record::ArtifactRecord> given_artifact(const spec::RowSpec& row) const {
    record::ArtifactRecord artifact;
    artifact.path = row.artifact;
    artifact.format = row.artifact.extension() == ".xml"    ? "openvino-ir"
                      : row.artifact.extension() == ".onnx" ? "onnx"
                                                            : "";
    artifact.toolchain = "given";
    ASSAY_TRY(artifact.digest, prepare::artifact_digest(artifact));
    return artifact;
  }

  /// One set of tensors for every target of the campaign.
  Result<dataset::CalibrationSet> calibration_set() {
    if (calibration_) return *calibration_;
    const dataset::Dataset& data = *assets_.calibration;
    const spec::Size size = assets_.models.begin()->second.size;
    std::vector<std::size_t> indices(data.size());
    for (std::size_t i = 0; i < indices.size(); ++i) indices[i] = i;
    ASSAY_TRY(const std::string digest, data.digest());
    spec::ModelIo io = experiment_.model.io;
    if (io.input_name.empty()) io.input_name = assets_.models.begin()->second.facts.inputs[0].name;
    // Only what the tensors depend on: they are large, and other specs with the same data use them too.
    Sha256 key;
    key.field(digest).field(io.input_name).field(io.order).field(io.layout).field(io.dtype);
    for (const double number : {double(size.height), double(size.width), io.range_lo, io.range_hi, io.mean[0],
                                io.mean[1], io.mean[2], io.stddev[0], io.stddev[1], io.stddev[2]})
      key.field(std::to_string(number));
    const fs::path folder = cache_ / "calibration" / key.hex().substr(0, 24);
    ASSAY_OK(make_directories(folder.parent_path()));
    ASSAY_TRY(
        calibration_,
        dataset::write_calibration(data, indices, io, size, folder, [&](std::size_t done, std::size_t total) {
          observer_.progress(position_ + "calibration tensors", static_cast<std::int64_t>(done),
                             static_cast<std::int64_t>(total));
        }));
    if (!directory_.has_run(kCalibrationRun))
      ASSAY_OK(directory_.add_run(kCalibrationRun, [&](const fs::path& run) {
        return write_file(run / "digest", calibration_->digest + "\n");
      }));
    return *calibration_;
  }

  /// Outputs of FP32 ONNX Runtime on the comparison images, made once for each batch size.
  struct Reference {
    std::vector<engine::TensorSet> outputs;
    std::vector<record::TensorInfo> tensors;
  };
  Result<const Reference*> comparison_reference(const Step& step) {  // Null: it cannot run, see its notice.
    const int batch = row_of(step).batch;
    if (const auto found = comparison_.find(batch); found != comparison_.end()) return &found->second;
    spec::RowSpec row = reference_;
    row.batch = batch;
    ASSAY_TRY(engine::WorkerSpec spec,
              worker_for({step.id + ".reference", StepKind::kArtifact, kReference, 0}, source_artifact(row)));
    spec.artifact = model_of(row).path;
    spec.shapes = model_of(row).shapes;
    ASSAY_TRY(AccuracyOutcome outcome,
              infer_comparison(spec, row, "reference outputs for " + row_of(step).id));
    if (!outcome.run.failure.reason.empty()) {
      observer_.notice(position_ + "the FP32 reference (ONNX Runtime on the CPU) cannot run: " +
                       outcome.run.failure.reason);
      return nullptr;
    }
    return &comparison_.emplace(batch, Reference{std::move(outcome.outputs), outcome.run.session.outputs})
                .first->second;
  }

  Result<AccuracyOutcome> infer_comparison(const engine::WorkerSpec& spec, const spec::RowSpec& row,
                                           const std::string& doing) {
    const InputSource source(*assets_.comparison, experiment_.model.io, model_of(row).size, row.batch);
    AccuracyRequest request;
    request.classes = assets_.data.classes;
    request.keep_outputs = source.groups();
    request.only_kept = true;
    const std::string phase = position_ + doing;
    return run_accuracy(spec, source, request, [&](std::int64_t done, std::int64_t total) {
      observer_.progress(phase, done, total);
    });
  }

  Result<void> compare_artifact(const Step& step, record::ArtifactRecord& artifact) {
    if (!assets_.comparison) return {};
    const spec::RowSpec& row = row_of(step);
    ASSAY_TRY(const engine::WorkerSpec spec, worker_for(step, artifact));
    ASSAY_TRY(const AccuracyOutcome outcome,
              infer_comparison(spec, row, "checking the artifact of " + row.id));
    artifact.failure = outcome.run.failure;
    // A recording or a no-op has no outputs of its own to agree with anything.
    if (!artifact.failure.reason.empty() || outcome.run.session.simulated) return {};
    ASSAY_TRY(const Reference* reference, comparison_reference(step));
    if (!reference) return {};  // Not compared: a rule says so.
    const auto agreement = compare_outputs(
        {outcome.outputs, outcome.run.session.outputs}, {reference->outputs, reference->tensors},
        experiment_.model.io.output_name, experiment_.model.io.layout == "NHWC" ? 3 : 1);
    if (!agreement) {
      artifact.failure = {agreement.error().message, "garbage", 0};
      return {};
    }
    artifact.compared_images = static_cast<int>(assets_.comparison->size());
    artifact.compared_note = assets_.comparison_note;
    artifact.compared_argmax_agreement = agreement->argmax;
    artifact.compared_max_abs_difference = agreement->max_abs_difference;
    return {};
  }

  Result<void> score(const Step& step, const record::ArtifactRecord& artifact) {
    ASSAY_TRY(const engine::WorkerSpec spec, worker_for(step, artifact));
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
    const InputSource source = validation_of(row);
    std::vector<engine::TensorSet> inputs;
    for (std::size_t g = 0; g < source.groups() && g < static_cast<std::size_t>(experiment_.protocol.inputs);
         ++g) {
      std::vector<std::byte> bytes(source.group_bytes());
      ASSAY_OK(source.load(g, bytes));
      inputs.push_back({std::move(bytes)});
    }
    return inputs;
  }

  Result<void> time(const Step& step, const record::ArtifactRecord& artifact) {
    const spec::RowSpec& row = row_of(step);
    const spec::Protocol& protocol = experiment_.protocol;
    ASSAY_TRY(const engine::WorkerSpec spec, worker_for(step, artifact));
    engine::TimedRequest request;
    ASSAY_TRY(request.inputs, timed_inputs(row));
    ASSAY_TRY(request.references, load_outputs(directory_.run_folder("accuracy." + row.id) / "outputs"));
    request.class_axis = experiment_.model.io.layout == "NHWC" ? 3 : 1;
    request.sample_seed = experiment_.seed + static_cast<std::uint64_t>(step.repeat);
    request.warmup_iterations = protocol.warmup_iterations;
    request.warmup_duration = protocol.warmup_duration;
    request.warmup_cap = protocol.warmup_cap;
    request.timed_iterations = protocol.timed_iterations;
    request.timed_duration = protocol.timed_duration;
    request.timed_cap = protocol.timed_cap;
    const std::string name =
        row.id + " " + std::to_string(step.repeat) + "/" + std::to_string(protocol.repeats);
    ASSAY_TRY(record::TimedRun run, engine::run_timed(spec, request, [&](const engine::Progress& progress) {
                // Count and duration both end a phase: what is left follows from the one that is behind.
                const double whole =
                    progress.fraction > 0 ? static_cast<double>(progress.done) / progress.fraction : 0;
                observer_.progress(position_ + std::string(progress.phase) + " " + name, progress.done,
                                   std::max(progress.total, static_cast<std::int64_t>(whole)));
              }));
    run.repeat = step.repeat;
    run.inputs = static_cast<int>(request.inputs.size());
    ASSAY_TRY(run.binding, bind(spec, artifact));
    notice_failure(step, run.failure);
    ASSAY_OK(keep(step, [&](const fs::path& folder) { return store::save_timed_run(folder, run); }));
    return rest();
  }

  Result<void> rest() const {
    const std::int64_t end = monotonic_ns() + experiment_.protocol.rest.count();
    while (monotonic_ns() < end) {
      if (interrupted()) return fail(Code::kInterrupted, "stopped by the user");
      observer_.progress(position_ + "rest, seconds to go", (end - monotonic_ns()) / 1'000'000'000, 0);
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    return {};
  }

  Result<void> run_end_to_end(const Step& step, const record::ArtifactRecord& artifact) {
    ASSAY_TRY(const engine::WorkerSpec spec, worker_for(step, artifact));
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
    ASSAY_TRY(const engine::WorkerSpec spec, worker_for(step, artifact));
    observer_.progress(position_ + "layers of " + row_of(step).id, 0, 0);
    ASSAY_TRY(const auto inputs, timed_inputs(row_of(step)));
    ASSAY_TRY(record::ProfiledRun run, engine::run_profiled(spec, inputs, kProfiledInferences));
    ASSAY_TRY(run.binding, bind(spec, artifact));
    notice_failure(step, run.failure);
    return keep(step, [&](const fs::path& folder) { return store::save_profiled_run(folder, run); });
  }

  static constexpr int kProfiledInferences = 20;

  const spec::Experiment& experiment_;
  const Assets& assets_;
  store::RunDirectory& directory_;
  const fs::path cache_;
  const Observer& observer_;
  const std::vector<Step> plan_;
  const spec::RowSpec reference_ = reference_spec();
  fs::path worker_;
  std::string position_;
  std::optional<dataset::CalibrationSet> calibration_;
  std::map<int, Reference> comparison_;
};

}  // namespace

Result<store::Campaign> describe_campaign(const spec::Experiment& experiment) {
  store::Campaign campaign;
  campaign.assay_version = ASSAY_VERSION;
  campaign.spec_digest = spec::spec_digest(experiment);
  campaign.environment = sensor::read_environment();
  campaign.created_utc = utc_iso8601(wall_anchor().utc_ns);
  ASSAY_TRY(const fs::path worker, engine::default_worker());
  ASSAY_TRY(const std::string program_digest, sha256_file("/proc/self/exe"));
  ASSAY_TRY(const std::string worker_digest, sha256_file(worker));
  campaign.binary_digest = Sha256().field(program_digest).field(worker_digest).hex();
  for (const spec::RowSpec& row : experiment.rows) {
    const auto plugin = plugin_of(row);
    if (!plugin) return fail(plugin.error().with_context("row " + row.id));
    ASSAY_TRY(campaign.software["plugin of " + row.id], sha256_file(*plugin));
    // What the plugin would load now. A runtime that cannot be loaded is the row's trouble, found when it is
    // opened.
    const auto description = engine::describe_plugin(worker, *plugin);
    campaign.software["runtime of " + row.id] =
        description ? description->runtime_version : description.error().message;
    if (!row.artifact.empty())
      if (const auto digest = sha256_file(row.artifact)) campaign.software["artifact of " + row.id] = *digest;
  }
  if (!experiment.model.path.empty())
    if (const auto digest = sha256_file(experiment.model.path)) campaign.software["model"] = *digest;
  campaign.software["usable CPUs"] = std::to_string(sensor::usable_cpus());
  const fs::path home = home_directory();
  for (const char* lock :
       {"scripts/sdk.lock", "scripts/requirements.lock", "models/ddrnet23-slim.safetensors"})
    if (const auto digest = sha256_file(home / lock)) campaign.software[lock] = *digest;
  campaign.facts["seed"] = std::to_string(experiment.seed);
  campaign.facts["order_seed"] = std::to_string(experiment.protocol.order_seed);
  return campaign;
}

Result<record::Results> execute(const spec::Experiment& experiment, const Assets& assets,
                                store::RunDirectory& directory, const fs::path& cache,
                                const Observer& observer) {
  return Executor(experiment, assets, directory, cache, observer).run();
}

}  // namespace assay::campaign
