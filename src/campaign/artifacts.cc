#include "campaign/artifacts.h"

#include <chrono>

#include "base/digest.h"
#include "base/file.h"
#include "campaign/accuracy_pass.h"
#include "campaign/compare.h"
#include "campaign/derive.h"
#include "campaign/plan.h"
#include "metric/figures.h"
#include "prepare/prepare.h"

namespace assay::campaign {
namespace {

namespace fs = std::filesystem;

Result<AccuracyOutcome> infer_comparison(const Context& context, const engine::WorkerSpec& spec,
                                         const spec::RowSpec& row, const std::string& doing) {
  const InputSource source(*context.assets.comparison, context.experiment.model.io,
                           context.model_of(row).size, row.batch);
  AccuracyRequest request;
  request.classes = context.assets.data.classes;
  request.keep_outputs = source.groups();
  request.only_kept = true;
  const std::string phase = context.position + doing;
  return run_accuracy(spec, source, request, [&](std::int64_t done, std::int64_t total) {
    context.observer.progress(phase, done, total);
  });
}

/// The input that images go to.
std::string input_of(const Context& context) {
  const std::string& named = context.experiment.model.io.input_name;
  return named.empty() ? context.assets.models.begin()->second.facts.inputs[0].name : named;
}

}  // namespace

record::ArtifactRecord source_artifact(const SourceModel& model) {
  record::ArtifactRecord artifact;
  artifact.path = model.path;
  artifact.format = "onnx";
  artifact.digest = model.facts.sha256;
  artifact.toolchain = "none";
  return artifact;
}

Result<record::ArtifactRecord> ArtifactMaker::make(const std::string& step, const spec::RowSpec& row) {
  ASSAY_TRY(record::ArtifactRecord artifact, row.artifact.empty() ? build(row) : given(row));
  if (artifact.failure.reason.empty()) ASSAY_OK(compare(step, row, artifact));
  return artifact;
}

Result<record::ArtifactRecord> ArtifactMaker::build(const spec::RowSpec& row) {
  const SourceModel& source = context_.model_of(row);
  prepare::PrepareRequest request;
  ASSAY_TRY(request.toolchain, prepare::choose_toolchain(row, source.facts));
  request.model = source.path;
  request.facts = source.facts;
  request.shapes = source.shapes;
  request.precision = row.precision;
  request.options = row.toolchain_options;
  request.cache = context_.cache;
  request.timeout =
      std::chrono::duration_cast<std::chrono::milliseconds>(context_.experiment.protocol.prepare_timeout);
  if (request.toolchain->calibrates) {
    ASSAY_TRY(const dataset::CalibrationSet set, calibration_set());
    request.calibration_folder = set.index.parent_path();
    request.calibration = engine::CalibrationTensors{
        .input = input_of(context_), .digest = set.digest, .dims = set.dims, .files = set.files};
  }
  if (request.toolchain->builds) {
    ASSAY_TRY(request.worker, worker_spec(context_, "artifact." + row.id, row, {}));
  }
  prepare::Listener listener;
  listener.progress = [&](std::string_view what, std::int64_t done, std::int64_t total) {
    context_.observer.progress(context_.position + "preparing " + row.id + ": " + std::string(what), done,
                               total);
  };
  listener.notice = context_.observer.notice;
  auto artifact = prepare::prepare(request, listener);
  if (artifact || !is_row_failure(artifact.error().code)) return artifact;
  record::ArtifactRecord failed;
  failed.toolchain = request.toolchain->name;
  failed.failure = start_failure(artifact.error());
  return failed;
}

/// An artifact that the user made, or assay on another machine: used as it is, digested whole.
Result<record::ArtifactRecord> ArtifactMaker::given(const spec::RowSpec& row) const {
  record::ArtifactRecord artifact;
  artifact.path = row.artifact;
  artifact.format = row.artifact.extension() == ".xml"    ? "openvino-ir"
                    : row.artifact.extension() == ".onnx" ? "onnx"
                                                          : "";
  artifact.toolchain = "given";
  ASSAY_TRY(artifact.digest, prepare::artifact_digest(artifact));
  if (auto told = prepare::calibration_told_beside(row.artifact))
    artifact.calibration_digest = *told;
  else
    artifact.failure = start_failure(told.error());
  return artifact;
}

/// One set of tensors for every target of the campaign.
Result<dataset::CalibrationSet> ArtifactMaker::calibration_set() {
  if (calibration_) return *calibration_;
  const dataset::Dataset& data = *context_.assets.calibration;
  const SourceModel& source = context_.assets.models.begin()->second;
  std::vector<std::size_t> indices(data.size());
  for (std::size_t i = 0; i < indices.size(); ++i) indices[i] = i;
  ASSAY_TRY(const std::string digest, data.digest());
  spec::ModelIo io = context_.experiment.model.io;
  io.input_name = input_of(context_);
  // Only what the tensors depend on: they are large, and other specs with the same data use them too.
  Sha256 key;
  key.field(digest).field(io.input_name).field(io.order).field(io.layout).field(io.dtype);
  for (const double number : {double(source.size.height), double(source.size.width), io.range_lo, io.range_hi,
                              io.mean[0], io.mean[1], io.mean[2], io.stddev[0], io.stddev[1], io.stddev[2]})
    key.field(std::to_string(number));
  const fs::path folder = context_.cache / "calibration" / key.hex().substr(0, 24);
  ASSAY_OK(make_directories(folder.parent_path()));
  // Held while they are written and checked: a set that is there whole is only read.
  ASSAY_TRY(const FileLock lock, FileLock::wait(folder.string() + ".lock", {}, [&] {
              context_.observer.progress(
                  context_.position + "waiting for another assay that writes the same calibration tensors", 0,
                  0);
            }));
  ASSAY_TRY(calibration_, dataset::write_calibration(data, indices, io, source.size, folder,
                                                     [&](std::size_t done, std::size_t total) {
                                                       context_.observer.progress(
                                                           context_.position + "calibration tensors",
                                                           static_cast<std::int64_t>(done),
                                                           static_cast<std::int64_t>(total));
                                                     }));
  if (!context_.directory.has_run(kCalibrationRun))
    ASSAY_OK(context_.directory.add_run(kCalibrationRun, [&](const fs::path& run) {
      return write_file(run / "digest", calibration_->digest + "\n");
    }));
  return *calibration_;
}

Result<const ArtifactMaker::Reference*> ArtifactMaker::reference_for(const std::string& step,
                                                                     const spec::RowSpec& row) {
  if (const auto found = references_.find(row.batch); found != references_.end()) return &found->second;
  spec::RowSpec reference = reference_spec(context_.experiment);
  reference.batch = row.batch;
  ASSAY_TRY(const engine::WorkerSpec spec, worker_spec(context_, step + ".reference", reference,
                                                       source_artifact(context_.model_of(reference))));
  ASSAY_TRY(AccuracyOutcome outcome,
            infer_comparison(context_, spec, reference, "reference outputs for " + row.id));
  if (!outcome.run.failure.reason.empty()) {
    context_.observer.notice(context_.position + "the FP32 reference (ONNX Runtime on the CPU) cannot run: " +
                             outcome.run.failure.reason);
    return nullptr;
  }
  return &references_.emplace(row.batch, Reference{std::move(outcome.outputs), outcome.run.session.outputs})
              .first->second;
}

Result<void> ArtifactMaker::compare(const std::string& step, const spec::RowSpec& row,
                                    record::ArtifactRecord& artifact) {
  const Assets& assets = context_.assets;
  // A recording or a no-op has no outputs of its own to agree with anything, and knows other images only.
  if (!assets.comparison || metric::simulated_times_stand(row.backend)) return {};
  ASSAY_TRY(const engine::WorkerSpec spec, worker_spec(context_, step, row, artifact));
  ASSAY_TRY(const AccuracyOutcome outcome,
            infer_comparison(context_, spec, row, "checking the artifact of " + row.id));
  artifact.failure = outcome.run.failure;
  if (!artifact.failure.reason.empty()) return {};
  ASSAY_TRY(const Reference* reference, reference_for(step, row));
  if (!reference) return {};  // Not compared: a rule says so.
  const auto agreement = compare_outputs(
      {outcome.outputs, outcome.run.session.outputs}, {reference->outputs, reference->tensors},
      context_.experiment.model.io.output_name, spec::class_axis(context_.experiment.model.io));
  if (!agreement) {
    artifact.failure = {agreement.error().message, "garbage", 0};
    return {};
  }
  artifact.compared_images = static_cast<int>(assets.comparison->size());
  artifact.compared_note = assets.comparison_note;
  artifact.compared_argmax_agreement = agreement->argmax;
  artifact.compared_max_abs_difference = agreement->max_abs_difference;
  return {};
}

}  // namespace assay::campaign
