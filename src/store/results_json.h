// results.json: the public face of a campaign. Its schema stands beside this file (results-1.3.schema.json),
// and holds for 1.0 to 1.2 as well: what 1.1 added, power sources and figures of power and heat, 1.2, times
// on the device, the stack, the target and figures that rest on it, and 1.3, the windows of idle power, it
// does not require.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/status.h"
#include "record/results.h"
#include "store/run_directory.h"

namespace assay::store {

/// Errors: kInternal for a non-finite number, naming the figure: such a number is never written.
Result<std::string> results_to_json(const record::Results& results);

/// Reads any version up to this major; unknown keys of a newer minor are ignored, figures and power sources
/// that an older one did not know are unmeasured and none. Errors: kCorrupt (not JSON, a key missing or of a
/// wrong type, with its path), kConflict (a newer major, named).
Result<record::Results> results_from_json(std::string_view text);

/// `{"value", "unit", "lo", "hi", "status", "reasons"}` of one figure. Errors: as results_to_json.
Result<std::string> figure_to_json(const record::Figure& figure);

/// Whole file, atomic. Errors: those above and of write_file / read_file.
Result<void> write_results(const std::filesystem::path& path, const record::Results& results);
/// results.json of a run directory, and SHA256SUMS over it and what it was derived from (top_names): what is
/// taken away or exchanged is missed. Errors: as above.
Result<void> save_results(const RunDirectory& directory, const record::Results& results);
Result<record::Results> read_results(const std::filesystem::path& path);

}  // namespace assay::store
