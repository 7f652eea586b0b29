// From what a run directory holds to results: the same files give the same results, always.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "campaign/assets.h"
#include "record/evidence.h"
#include "record/results.h"
#include "spec/experiment.h"
#include "store/run_directory.h"

namespace assay::campaign {

/// Run folder that holds `digest`: of the calibration tensors that every target of the campaign was given.
inline constexpr std::string_view kCalibrationRun = "calibration";

/// Why the time of the row is not measured, by intent: its accuracy pass ran on a simulator. Empty: it is.
std::string untimed(const spec::RowSpec& row, const std::optional<record::AccuracyRun>& accuracy);

/// The evidence of every row, in the experiment's order. Steps that have not run yet are absent.
Result<std::vector<record::RowEvidence>> gather_evidence(const spec::Experiment& experiment,
                                                         const Assets& assets,
                                                         const store::RunDirectory& directory);

/// (step id, reason) of every run that failed. Errors: those of the records.
Result<std::vector<std::pair<std::string, std::string>>> failed_runs(const spec::Experiment& experiment,
                                                                     const store::RunDirectory& directory);

/// Figures, verdicts, and what stands around them. `finished_utc` is empty while steps are missing.
Result<record::Results> derive_results(const spec::Experiment& experiment, const Assets& assets,
                                       const store::RunDirectory& directory);

}  // namespace assay::campaign
