#include "campaign/record_pass.h"

#include <algorithm>
#include <cstring>

#include "base/file.h"
#include "base/subprocess.h"
#include "campaign/context.h"
#include "campaign/kept_outputs.h"
#include "campaign/model_output.h"
#include "campaign/plan.h"
#include "engine/session.h"
#include "engine/shared_memory.h"
#include "prepare/prepare.h"
#include "replay/recording.h"
#include "store/records.h"

namespace assay::campaign {
namespace {

namespace fs = std::filesystem;

std::vector<plugin::TensorSpec> specs_of(const std::vector<record::TensorInfo>& tensors) {
  std::vector<plugin::TensorSpec> specs;
  for (const record::TensorInfo& tensor : tensors)
    specs.push_back({tensor.name, assay_dtype_named(tensor.dtype.c_str()), tensor.dims});
  return specs;
}

Result<void> record_answers(engine::Session& session, const InputSource& source, replay::Recording& recording,
                            const CountProgress& progress) {
  ASSAY_TRY(const int input, find_image_input(session.info(), source.io(), source.batch(), source.size()));
  for (std::size_t group = 0; group < source.groups(); ++group) {
    if (interrupted()) return fail(Code::kInterrupted, "stopped by the user");
    const auto tensor = session.input(0, input);
    ASSAY_OK(source.load(group, tensor));
    replay::Answer answer;
    const std::pair<const void*, std::uint64_t> bytes_in(tensor.data(), tensor.size());
    answer.key = replay::key_of_inputs({bytes_in});
    ASSAY_OK(session.submit(0));
    if (const auto done = session.wait(); !done) return fail(done.error());
    for (std::size_t t = 0; t < session.info().outputs.size(); ++t) {
      const auto bytes = session.output(0, static_cast<int>(t));
      const auto* data = reinterpret_cast<const char*>(bytes.data());
      answer.outputs.emplace_back(data, data + bytes.size());
    }
    recording.answers.push_back(std::move(answer));
    if (progress) progress(static_cast<std::int64_t>(group + 1), static_cast<std::int64_t>(source.groups()));
  }
  return {};
}

Result<void> check_memory(const record::SessionInfo& session, std::size_t answers) {
  double bytes = 0;
  for (const record::TensorInfo& output : session.outputs) bytes += static_cast<double>(output.byte_size);
  bytes *= static_cast<double>(answers);
  const auto available = engine::available_memory();
  if (!available || bytes < static_cast<double>(*available)) return {};
  return fail(Code::kResource, "the answers take " + std::to_string(static_cast<std::int64_t>(bytes / 1e6)) +
                                   " MB, and " + std::to_string(*available / 1'000'000) +
                                   " MB of memory are available: record fewer images");
}

/// Whether the answers begin with those of the accuracy pass: bit for bit where the backend is deterministic;
/// others may differ in the last bits, so only their sizes are compared.
bool same_answers(const replay::Recording& recording, const std::vector<engine::TensorSet>& kept,
                  bool deterministic) {
  if (kept.empty() || kept.size() > recording.answers.size()) return false;
  for (std::size_t g = 0; g < kept.size(); ++g)
    for (std::size_t t = 0; t < kept[g].size(); ++t) {
      const auto& now = recording.answers[g].outputs;
      if (t >= now.size() || now[t].size() != kept[g][t].size()) return false;
      if (deterministic && std::memcmp(now[t].data(), kept[g][t].data(), now[t].size()) != 0) return false;
    }
  return true;
}

/// Latencies of the row's completed repeats, one after the other.
Result<std::vector<std::int64_t>> measured_delays(const spec::Experiment& experiment,
                                                  const store::RunDirectory& directory, int row) {
  std::vector<std::int64_t> delays;
  for (const Step& step : make_plan(experiment)) {
    if (step.kind != StepKind::kTimed || step.row != row || !directory.has_run(step.id)) continue;
    ASSAY_TRY(const record::TimedRun run, store::load_timed_run(directory.run_folder(step.id)));
    if (run.failure.reason.empty()) delays.insert(delays.end(), run.latency_ns.begin(), run.latency_ns.end());
  }
  return delays;
}

}  // namespace

Result<RecordedCounts> record_row(const spec::Experiment& experiment, const Assets& assets,
                                  store::RunDirectory& directory, const std::string& row,
                                  const fs::path& file, const CountProgress& progress) {
  const auto found = std::find_if(experiment.rows.begin(), experiment.rows.end(),
                                  [&](const spec::RowSpec& spec) { return spec.id == row; });
  if (found == experiment.rows.end()) {
    std::string ids;
    for (const spec::RowSpec& spec : experiment.rows) ids += (ids.empty() ? "" : ", ") + spec.id;
    return fail(Code::kNotFound, "there is no row '" + row + "'; the run directory has " + ids);
  }
  std::error_code error;
  if (fs::exists(file, error))
    return fail(Code::kConflict,
                file.string() + " exists: a recording is never overwritten, choose another name");
  const std::string prepared = "artifact." + row;
  if (!directory.has_run(prepared))
    return fail(Code::kNotFound, directory.path().string() + " has no artifact of " + row + " yet");
  ASSAY_TRY(const record::ArtifactRecord artifact, store::load_artifact(directory.run_folder(prepared)));
  if (!artifact.failure.reason.empty())
    return fail(Code::kNotFound, row + " has no artifact: " + artifact.failure.reason);
  ASSAY_TRY(const std::string digest, prepare::artifact_digest(artifact));
  if (digest != artifact.digest)
    return fail(Code::kConflict, artifact.path + " is not what was measured: its content has changed since");

  replay::Recording recording;
  ASSAY_TRY(recording.delays_ns,
            measured_delays(experiment, directory, static_cast<int>(found - experiment.rows.begin())));
  const std::string scored = "accuracy." + row;
  if (recording.delays_ns.empty() || !directory.has_run(scored))
    return fail(Code::kNotFound, row + " has not been measured yet: finish it by `assay run --resume " +
                                     directory.path().string() + "`");
  ASSAY_TRY(const auto kept, load_outputs(directory.run_folder(scored) / "outputs"));
  ASSAY_TRY(const fs::path worker, engine::default_worker());
  const Observer silent{[](auto, auto, auto) {}, [](auto) {}, [](auto, auto) {}};
  const Context context{experiment, assets, directory, {}, silent, worker};
  ASSAY_TRY(const engine::WorkerSpec spec, worker_spec(context, "record." + row, *found, artifact));
  ASSAY_TRY(engine::Session session, engine::Session::open(spec, 1));
  if (session.info().simulated)
    return fail(Code::kInvalidInput, row + " is simulated itself: only what was measured is worth recording");
  const InputSource source(*assets.validation, experiment.model.io, context.model_of(*found).size,
                           found->batch);
  ASSAY_OK(check_memory(session.info(), source.groups()));
  recording.backend = session.info().backend;
  recording.precision = session.info().executed_precision;
  recording.inputs = specs_of(session.info().inputs);
  recording.outputs = specs_of(session.info().outputs);
  if (auto done = record_answers(session, source, recording, progress); !done) {
    const std::string reason = session.failure().reason;
    return fail(reason.empty() ? done.error() : Status{Code::kWorkerFailed, row + ": " + reason});
  }
  if (!same_answers(recording, kept, session.info().determinism == "deterministic"))
    return fail(Code::kConflict,
                row +
                    " answers otherwise than in its accuracy pass: runtime, options or images have "
                    "changed since it was measured");
  const fs::path partial = file.string() + ".tmp";
  std::string problem;
  if (!replay::write_recording(partial.string(), recording, problem)) {
    fs::remove(partial, error);
    return fail(Code::kResource, problem);
  }
  fs::rename(partial, file, error);
  if (error) return fail(io_error(error.value(), "renaming", partial));
  return RecordedCounts{recording.answers.size(), recording.delays_ns.size()};
}

}  // namespace assay::campaign
