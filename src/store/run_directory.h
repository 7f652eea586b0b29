// A run directory holds everything raw as it happens; results.json and every report are derived from it.
//
//   spec.yaml      the resolved experiment              lock           held by the assay that writes
//   campaign.json  what binds the runs together         results.json   derived
//   runs/<id>/     one finished run each, sealed        runs/<id>.tmp  a run being written, dropped on resume
//   superseded/<id>.<n>/  failed runs that were made again by request, and why (in the file `why`)
//   work/          whatever else the campaign needs (logs, staged tensors)
//   SHA256SUMS     of the three files above and of the runs' own SHA256SUMS, which are of their files, those
//                  in superseded/ among them (seal.h, top_seal.h)
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/file.h"
#include "base/status.h"
#include "record/run.h"

namespace assay::store {

/// campaign.json: what must not change between the runs of one table.
struct Campaign {
  std::string assay_version;
  std::string binary_digest;  ///< Of assay and assay-worker.
  std::string spec_digest;
  std::map<std::string, std::string> software;  ///< Plugin, SDK and toolchain name -> digest or version.
  record::Environment environment;
  std::map<std::string, std::string> facts;  ///< Seeds and the like: kept, not compared.
  std::string created_utc;
};

/// What differs between the campaign on disk and the one about to resume it, in words with both values;
/// empty: none. Compared: assay version, binary, spec, software and environment digest (a changed fact is
/// named).
std::vector<std::string> differences(const Campaign& stored, const Campaign& now);

class RunDirectory {
 public:
  /// Makes the folder (or takes an empty one), locks it, writes spec.yaml and campaign.json.
  /// Errors: kConflict when it holds anything already, or is locked; those of write_file.
  static Result<RunDirectory> create(const std::filesystem::path& path, std::string_view spec_yaml,
                                     const Campaign& campaign);

  /// Locks an existing one and drops partial runs.
  /// Errors: kNotFound (not a run directory), kConflict (locked, or files are not as they were sealed, see
  /// refuse_edited), kCorrupt (campaign.json or SHA256SUMS unreadable).
  static Result<RunDirectory> open(const std::filesystem::path& path);

  /// open(), and kConflict when the campaign differs from `now`, naming what changed. Nothing is dropped
  /// then.
  static Result<RunDirectory> resume(const std::filesystem::path& path, const Campaign& now);

  /// One that somebody else may hold, for reading alone: nothing is locked or dropped, and no run can be
  /// added. Errors: kNotFound, kCorrupt.
  static Result<RunDirectory> view(const std::filesystem::path& path);

  const std::filesystem::path& path() const { return path_; }
  const Campaign& campaign() const { return campaign_; }
  std::filesystem::path spec_file() const { return path_ / "spec.yaml"; }
  std::filesystem::path results_file() const { return path_ / "results.json"; }
  std::filesystem::path work() const { return path_ / "work"; }
  std::filesystem::path run_folder(std::string_view id) const;

  bool has_run(std::string_view id) const;
  /// Ids of the finished runs, sorted.
  std::vector<std::string> runs() const;

  /// Moves a finished run to superseded/<id>.<n>, with `why` beside its files, so that it can be made again:
  /// evidence is never dropped. The seal over the results goes, since they rest on it. Errors: kNotFound,
  /// kConflict (a view), those of write_file.
  Result<void> supersede(std::string_view id, std::string_view why);
  /// (id, why) of what was superseded, in the order of ids and then of time. Errors: kCorrupt.
  Result<std::vector<std::pair<std::string, std::string>>> superseded() const;

  /// A run appears whole or not at all: `write` fills runs/<id>.tmp, which is then sealed, synced and renamed
  /// to runs/<id>. Errors: kConflict when the run is there already or this is a view, kInvalidInput for an id
  /// that is no file name, those of `write`.
  Result<void> add_run(std::string_view id,
                       const std::function<Result<void>(const std::filesystem::path& folder)>& write);

  /// The same, in place of others: they are superseded once the new run is whole on the disk, so that a full
  /// disk costs none of them.
  Result<void> replace_runs(const std::vector<std::string>& replaced, std::string_view why,
                            std::string_view id,
                            const std::function<Result<void>(const std::filesystem::path& folder)>& write);

 private:
  RunDirectory(std::filesystem::path path, std::optional<FileLock> lock, Campaign campaign)
      : path_(std::move(path)), lock_(std::move(lock)), campaign_(std::move(campaign)) {}
  Result<void> check_writable() const;
  std::filesystem::path path_;
  std::optional<FileLock> lock_;  ///< None: a view.
  Campaign campaign_;
};

/// campaign.json alone. Errors: kNotFound, kCorrupt.
Result<Campaign> read_campaign(const std::filesystem::path& path);

}  // namespace assay::store
