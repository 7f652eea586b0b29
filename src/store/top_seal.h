// SHA256SUMS of a run directory, over results.json and what it rests on: the directory may have gone on
// since.
#pragma once

#include <string>
#include <vector>

#include "base/status.h"
#include "store/run_directory.h"
#include "store/seal.h"

namespace assay::store {

/// How a run directory stands to the seal over its results.
struct TopSeal {
  SealCheck check;  ///< Of the files that it names. A run that was superseded is neither changed nor missing.
  std::vector<std::string> added;       ///< Sealed runs that it does not name.
  std::vector<std::string> superseded;  ///< Runs that it names, and that lie in superseded/ as they were.
  /// Whether the runs have gone on since, as far as is known.
  bool older() const { return !added.empty() || !superseded.empty(); }
  bool intact() const { return check.intact() && !older(); }
};

/// "runs/ID/SHA256SUMS": what stands for a run in the seal.
std::string run_seal(const std::string& id);
/// "runs/ID/SHA256SUMS", or of "superseded/ID.N/why": ID. "" of what belongs to no run.
std::string run_of_sealed(const std::string& name);

/// Every file that the seal over the results is to name: the results, the spec, the campaign, the seals of
/// the runs, and the seals of those that were superseded, with why. Errors: those of listing superseded/.
Result<std::vector<std::string>> top_names(const RunDirectory& directory);

/// `seal` is what read_seal told before anything that it names was read; `read` as in check_files. Where
/// another seal is there by now, a campaign is writing: nothing is held against either then, and the answer
/// is that of a directory without a seal.
TopSeal check_top(const RunDirectory& directory, const Digests& seal, const Digests& read = {});

/// Errors: kConflict where files are not as the seal over the results has them: who goes on would seal them
/// anew, and nobody could tell any more. results.json may differ, since it is derived again. No seal is fine.
Result<void> refuse_edited(const RunDirectory& directory);

}  // namespace assay::store
