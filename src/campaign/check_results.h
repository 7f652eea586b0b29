// A run directory's results, held against its raw runs: who edits either is found out.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/status.h"
#include "record/finding.h"
#include "record/results.h"

namespace assay::campaign {

/// Rule id of findings about files that are not what the campaign wrote, and results that do not follow from
/// the runs.
inline constexpr const char* kEdited = "edited";

/// Results, marked where they are not to be taken as they stand.
struct CheckedResults {
  record::Results results;         ///< Rows carry WARN findings `edited` where something was.
  std::vector<std::string> notes;  ///< How files stand to their seals, and what could not be checked.
  bool intact = false;             ///< Everything is as it was sealed: the notes say nothing else.
  bool derived = false;  ///< Not those of results.json (absent, unsealed or older): they come from the runs.
  /// There are raw runs, and these results could be held neither against a seal nor against them: nothing is
  /// to be decided by them.
  bool unproven = false;
};

/// The run directory that a results.json lies in, or `path` as it stands.
std::filesystem::path run_directory_of(const std::filesystem::path& path);

/// Reads the results of a run directory, or a results.json (with the runs beside it, or alone), and checks
/// them: files against their SHA256SUMS, and where these are broken, figures against those that the raw runs
/// give again. Results that nothing seals or that are older than the runs, since a campaign goes on or was
/// stopped, and a directory without results.json are derived from the runs that are there. Nothing is
/// written.
/// Errors: kNotFound (no run directory: what is missing is named), kConflict (a newer schema, both versions
/// named), kCorrupt.
Result<CheckedResults> read_checked_results(const std::filesystem::path& path);

/// For each row of `stated`, findings that say what of it the derived results say otherwise. Values and
/// intervals may differ by rounding (1e-6, relative). Results of an older schema are held to their values
/// alone, since rules and intervals have changed with it.
std::vector<std::vector<record::Finding>> differences_from_runs(const record::Results& stated,
                                                                const record::Results& derived);

}  // namespace assay::campaign
