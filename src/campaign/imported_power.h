// What imported power logs tell, put beside what was observed live.
#pragma once

#include <span>
#include <vector>

#include "base/status.h"
#include "record/evidence.h"
#include "record/power_import.h"
#include "store/run_directory.h"

namespace assay::campaign {

/// Every import of a run directory. Errors: those of the records.
Result<std::vector<record::PowerImport>> load_imports(const store::RunDirectory& directory);

/// Adds the source and the channels of every import to the observation of each timed run and each idle time,
/// cut to its time: from then on a log is a source as any other. A run of a boot that the log could not be
/// laid over, or that was made after the import, gets the source with its failure and channels without
/// readings: its power is then missing with a reason. Errors: those of the records.
Result<void> add_imported_power(const store::RunDirectory& directory, std::span<record::RowEvidence> rows,
                                std::span<record::IdleRun> idle);
/// The same for one timed run, from imports that were loaded before.
void add_imported_power(std::span<const record::PowerImport> imports, record::TimedRun& run);

}  // namespace assay::campaign
