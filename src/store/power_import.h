// An imported power log in a run directory, as a run of its own: import.json (what the log was) and part-<n>/
// for each boot (observation.json, readings.csv). Their digests are in import.json: what was derived from a
// log can be traced to it, and a changed reading is found out.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "record/power_import.h"
#include "store/run_directory.h"

namespace assay::store {

/// In front of a source's name: the id of its run in the directory.
inline constexpr std::string_view kImportPrefix = "power.";

/// Ids of all that was imported, sorted.
std::vector<std::string> power_imports(const RunDirectory& directory);

/// Writes into an existing folder. Errors: write_file's.
Result<void> save_power_import(const std::filesystem::path& folder, const record::PowerImport& import);

/// An equal record. Errors: kNotFound, kCorrupt (with file and key path; files that are not the sealed ones).
Result<record::PowerImport> load_power_import(const std::filesystem::path& folder);

/// What the log was, without its readings: cheap, whatever their number.
Result<record::ImportFacts> load_import_facts(const std::filesystem::path& folder);

}  // namespace assay::store
