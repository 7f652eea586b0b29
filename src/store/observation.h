// What was observed beside a run, as files in its folder: observation.json (sources, channels, gaps, what was
// rejected) and readings.csv (channel,begin_ns,end_ns,value; channel counts from 0 in the order of the JSON).
#pragma once

#include <filesystem>

#include "base/status.h"
#include "record/reading.h"

namespace assay::store {

/// Errors: write_file's (kResource: disk full).
Result<void> save_observation(const std::filesystem::path& folder, const record::Observation& observation);

/// An equal observation; nothing at all where the folder holds none. Errors: kCorrupt with file and line.
Result<record::Observation> load_observation(const std::filesystem::path& folder);

/// readings.csv alone. Exposed for fuzzing: any text gives readings for `series` or an error, kCorrupt.
std::string readings_to_csv(const std::vector<record::Series>& series);
Result<void> readings_from_csv(std::string_view text, std::vector<record::Series>& series);

}  // namespace assay::store
