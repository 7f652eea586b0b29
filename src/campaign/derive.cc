#include "campaign/derive.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "campaign/imported_power.h"
#include "campaign/plan.h"
#include "campaign/targets.h"
#include "metric/figures.h"
#include "spec/explain.h"
#include "store/power_import.h"
#include "store/records.h"
#include "verdict/verdict.h"

namespace assay::campaign {
namespace {

/// Loads the record of a step that has run; leaves `to` alone otherwise.
template <typename Record>
Result<void> load_step(const store::RunDirectory& directory, const std::string& id,
                       Result<Record> (*load)(const std::filesystem::path&), std::optional<Record>& to) {
  if (!directory.has_run(id)) return {};
  ASSAY_TRY(to, load(directory.run_folder(id)));
  return {};
}

record::RowKey key_of(const spec::Experiment& experiment, const spec::RowSpec& row,
                      const record::Environment& environment) {
  record::RowKey key;
  key.id = row.id;
  const auto board = environment.facts.find("board");
  key.device = row.device != "local"              ? row.device
               : board != environment.facts.end() ? board->second
                                                  : environment.cpu_model;
  key.backend = row.backend;
  key.accelerator = row.accelerator;
  key.model = experiment.model.name;
  key.precision = row.precision;
  key.batch = row.batch;
  key.scenario = experiment.protocol.scenario;
  return key;
}

/// When the last step's folder was renamed into place: deriving the results again must not change it, nor
/// does a log that is imported later.
std::string last_step_utc(const store::RunDirectory& directory) {
  std::int64_t last = 0;
  for (const std::string& id : directory.runs()) {
    if (id.starts_with(store::kImportPrefix)) continue;
    struct stat info {};
    if (::stat(directory.run_folder(id).c_str(), &info) == 0)
      last = std::max(last, info.st_mtim.tv_sec * std::int64_t{1'000'000'000} + info.st_mtim.tv_nsec);
  }
  return utc_iso8601(last);
}

}  // namespace

std::string untimed(const spec::RowSpec& row, const std::optional<record::AccuracyRun>& accuracy) {
  if (!accuracy || !accuracy->session.simulated || metric::simulated_times_stand(row.backend)) return "";
  return accuracy->session.accelerator_name + " is no device, and its time no latency";
}

Result<std::vector<record::RowEvidence>> gather_evidence(const spec::Experiment& experiment,
                                                         const Assets& assets,
                                                         const store::RunDirectory& directory) {
  std::vector<record::RowEvidence> rows(experiment.rows.size());
  ASSAY_TRY(const Peaks peaks, read_peaks(experiment, directory));
  std::optional<record::AccuracyRun> reference;
  std::vector<record::IdleRun> idle;
  const std::vector<Step> plan = make_plan(experiment);
  for (const Step& step : plan) {
    if (step.kind == StepKind::kPeaks || step.kind == StepKind::kPattern) continue;
    if (step.kind == StepKind::kIdle) {
      std::optional<record::IdleRun> run;
      ASSAY_OK(load_step(directory, step.id, store::load_idle_run, run));
      if (run) idle.push_back(std::move(*run));
      continue;
    }
    if (step.row == kReference) {
      ASSAY_OK(load_step(directory, step.id, store::load_accuracy_run, reference));
      continue;
    }
    record::RowEvidence& row = rows[step.row];
    switch (step.kind) {
      case StepKind::kArtifact:
        if (directory.has_run(step.id)) {
          ASSAY_TRY(row.artifact, store::load_artifact(directory.run_folder(step.id)));
        }
        break;
      case StepKind::kAccuracy:
        ASSAY_OK(load_step(directory, step.id, store::load_accuracy_run, row.accuracy));
        break;
      case StepKind::kPipeline: {
        std::optional<record::PipelineRun> run;
        ASSAY_OK(load_step(directory, step.id, store::load_pipeline_run, run));
        if (run) row.pipeline.push_back(std::move(*run));
        break;
      }
      case StepKind::kProfile:
        ASSAY_OK(load_step(directory, step.id, store::load_profiled_run, row.profiled));
        break;
      case StepKind::kTimed: {
        std::optional<record::TimedRun> run;
        ASSAY_OK(load_step(directory, step.id, store::load_timed_run, run));
        if (run) row.timed.push_back(std::move(*run));
        break;
      }
      default:
        break;
    }
  }
  ASSAY_OK(add_imported_power(directory, rows, idle));
  ASSAY_TRY(const auto superseded, directory.superseded());
  for (const auto& [id, why] : superseded) {
    if (id.starts_with(store::kImportPrefix)) continue;  // A log that was read anew chose no run from two.
    const RunScope scope = scope_of_run(experiment, id);
    for (std::size_t i = 0; i < rows.size(); ++i)
      if (scope.all || static_cast<int>(i) == scope.row)
        rows[i].superseded.push_back({id, why, directory.has_run(id)});
  }
  if (const int row = reference_row(experiment); row != kReference) reference = rows[row].accuracy;
  std::string calibration_digest;
  if (directory.has_run(kCalibrationRun)) {
    ASSAY_TRY(calibration_digest, read_file(directory.run_folder(kCalibrationRun) / "digest"));
    calibration_digest = trim(calibration_digest);
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    record::RowEvidence& row = rows[i];
    const spec::RowSpec& spec = experiment.rows[i];
    const auto source = assets.models.find(spec.batch);
    row.key = key_of(experiment, spec, directory.campaign().environment);
    row.reference = reference;
    row.idle = idle;
    if (source != assets.models.end()) {
      row.operations = source->second.operations;
      row.operations_note = source->second.operations_note;
      row.model_digest = source->second.facts.sha256;
      row.image_width = source->second.size.width;
      row.image_height = source->second.size.height;
    }
    if (row.accuracy) row.dataset_digest = row.accuracy->dataset_digest;
    row.calibration_digest = row.artifact.calibration_digest.empty() ? "" : calibration_digest;
    row.calibration_relation = row.artifact.calibration_digest.empty() ? "none" : assets.calibration_relation;
    row.environment = directory.campaign().environment;
    row.environment_digest = row.environment.digest;
    row.case_temperature_c = experiment.conditions.case_temperature_c;
    ASSAY_OK(add_target(spec, peaks, directory, row));
    row.untimed = untimed(spec, row.accuracy);
    if (!row.untimed.empty()) row.key.device = "simulator on " + row.key.device;
    row.planned_repeats = row.untimed.empty() ? experiment.protocol.repeats : 0;
    // Repeats ran in random order over the rows; within a row they are told in order.
    std::sort(row.timed.begin(), row.timed.end(),
              [](const auto& a, const auto& b) { return a.repeat < b.repeat; });
  }
  return rows;
}

Result<std::vector<std::pair<std::string, std::string>>> failed_runs(const spec::Experiment& experiment,
                                                                     const store::RunDirectory& directory) {
  std::vector<std::pair<std::string, std::string>> failed;
  std::set<int> unscored;  ///< Rows whose accuracy pass failed; the plan has it before their timed runs.
  for (const Step& step : make_plan(experiment)) {
    if (!directory.has_run(step.id)) continue;
    const auto folder = directory.run_folder(step.id);
    const auto failure = [&]() -> Result<record::Failure> {
      const auto of = [](const auto& record) -> Result<record::Failure> {
        if (!record) return fail(record.error());
        return record->failure;
      };
      switch (step.kind) {
        case StepKind::kArtifact:
          return of(store::load_artifact(folder));
        case StepKind::kAccuracy:
          return of(store::load_accuracy_run(folder));
        case StepKind::kTimed:
          return of(store::load_timed_run(folder));
        case StepKind::kPipeline:
          return of(store::load_pipeline_run(folder));
        case StepKind::kProfile:
          return of(store::load_profiled_run(folder));
        default:
          break;
      }
      return record::Failure{};
    }();
    if (!failure) return fail(failure.error());
    // Accuracy comes before time: what was timed without it had nothing to be compared with.
    const bool without_accuracy = step.kind == StepKind::kTimed && unscored.contains(step.row);
    if (!failure->reason.empty())
      failed.emplace_back(step.id, failure->reason);
    else if (without_accuracy)
      failed.emplace_back(step.id, "timed before the accuracy pass that it is compared with ended well");
    if (step.kind == StepKind::kAccuracy && !failure->reason.empty()) unscored.insert(step.row);
  }
  return failed;
}

Result<record::Results> derive_results(const spec::Experiment& experiment, const Assets& assets,
                                       const store::RunDirectory& directory) {
  ASSAY_TRY(const auto evidence, gather_evidence(experiment, assets, directory));
  record::Results results;
  results.name = experiment.name;
  results.description = experiment.description;
  results.assay_version = directory.campaign().assay_version;
  results.started_utc = directory.campaign().created_utc;
  results.spec_digest = directory.campaign().spec_digest;
  results.protocol = spec::protocol_in_words(experiment);
  results.environment = directory.campaign().environment;
  results.class_names = assets.class_names;
  ASSAY_TRY(const Peaks peaks, read_peaks(experiment, directory));
  results.peaks = all_peaks(peaks, evidence);
  for (const record::RowEvidence& row : evidence) results.rows.push_back(metric::derive_row(row));
  verdict::judge_results(experiment, evidence, results);
  const auto plan = make_plan(experiment);
  results.complete = std::all_of(plan.begin(), plan.end(), [&](const Step& step) {
    const bool lost = step.row != kReference && !evidence[step.row].artifact.failure.reason.empty();
    const bool never = step.row != kReference && is_timing(step.kind) && !evidence[step.row].untimed.empty();
    return lost || never || directory.has_run(step.id);
  });
  if (results.complete) results.finished_utc = last_step_utc(directory);
  return results;
}

}  // namespace assay::campaign
