// What the target catalogue says of a campaign's rows, and whose word on a peak counts.
#pragma once

#include <span>
#include <vector>

#include "base/status.h"
#include "record/evidence.h"
#include "spec/experiment.h"
#include "store/run_directory.h"

namespace assay::campaign {

/// Folder of a run directory that holds the files of the rows' targets as they were when the campaign began.
inline constexpr const char* kTargetsRun = "targets";

/// That each row's target, unit and power mode are in the catalogue. Errors: kInvalidInput, naming the row.
Result<void> check_targets(const spec::Experiment& experiment);

/// Copies those files into the run directory, once: results are derived from the copy. Errors: the
/// catalogue's.
Result<void> keep_targets(const spec::Experiment& experiment, store::RunDirectory& directory);

/// Peaks that hold for every row.
struct Peaks {
  std::vector<record::Peak> declared, measured;
};
Result<Peaks> read_peaks(const spec::Experiment& experiment, const store::RunDirectory& directory);

/// Fills target, machine and peaks of a row. A declared peak is the user's word on the very unit and stands
/// above the catalogue's; what was measured fills in where neither tells. Errors: the catalogue's.
Result<void> add_target(const spec::RowSpec& spec, const Peaks& peaks, const store::RunDirectory& directory,
                        record::RowEvidence& row);

/// Declared, the catalogue's and measured ones, each once; a declared one takes the place of a measured one.
std::vector<record::Peak> all_peaks(const Peaks& peaks, std::span<const record::RowEvidence> rows);

/// Whether the row's artifact was built to skip zeros: the option "sparsity" of its backend or toolchain.
bool uses_sparsity(const spec::RowSpec& row);

}  // namespace assay::campaign
