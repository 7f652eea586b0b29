// All that is known of one row before anything is computed: what metric/ derives figures from and verdict/
// judges.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "record/results.h"
#include "record/run.h"
#include "record/target.h"

namespace assay::record {

/// A failed run that was to be made again on request.
struct SupersededRun {
  std::string id;           ///< "timed.openvino-cpu-fp32.r2"
  std::string why;          ///< "killed by SIGKILL ..."
  bool made_again = false;  ///< The new one has ended, well or not.
};

struct RowEvidence {
  RowKey key;
  ArtifactRecord artifact;
  std::vector<TimedRun> timed;        ///< One for each planned repeat that ran, failed ones included.
  std::vector<IdleRun> idle;          ///< Of the campaign: before and after the timed runs.
  std::vector<PipelineRun> pipeline;  ///< The same of the end-to-end loops.
  std::optional<AccuracyRun> accuracy;
  std::optional<AccuracyRun> reference;  ///< FP32 ONNX Runtime on the CPU, same images.
  std::optional<ProfiledRun> profiled;
  std::optional<double> operations;  ///< Of one inference (whole batch) of the FP32 source graph; 1 MAC = 2.
  std::string operations_note;       ///< Why operations are unknown, or what was not counted.
  std::string model_digest, dataset_digest, calibration_digest;
  Environment environment;           ///< Of the machine that the row ran on.
  std::string environment_digest;    ///< The campaign's: of a row whose runs never came to tell theirs.
  std::string calibration_relation;  ///< "same images as validation", "disjoint", "none"
  std::vector<Peak> peaks;  ///< One for each precision and accelerator: whose word counts has been settled.
  std::optional<TargetFacts> target;  ///< What the row names in the catalogue.
  MachineFacts machine;
  int image_width = 0, image_height = 0;     ///< As the model sees it; 0: not known.
  std::optional<double> case_temperature_c;  ///< What the product allows its case.
  int planned_repeats = 0;
  /// Why the row's time is not measured at all, by intent: a simulator's is no device's. Empty: it is
  /// measured.
  std::string untimed;
  std::vector<SupersededRun> superseded;
};

}  // namespace assay::record
