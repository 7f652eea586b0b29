// What of a run directory a trace shows: which runs belong to which row, and how their clocks become one.
// Private to report/.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/status.h"
#include "record/results.h"

namespace assay::report {

/// One finished run: "timed.openvino-cpu-int8.r2".
struct RunRef {
  std::string id;
  int repeat = 0;  ///< Counts from 1; 0 where the id names none.
};

struct RowRuns {
  std::string row;                                ///< Id.
  const record::Row* result = nullptr;            ///< Of the results, which outlive this; null: not in them.
  std::vector<RunRef> timed, pipeline, profiled;  ///< In order of repeats.
};

struct RunIndex {
  std::vector<RowRuns> rows;  ///< In the order of the results, then those that these do not have.
  std::vector<RunRef> idle, patterns, imports;
};

/// From the ids of a directory's runs. Ids of other steps (artifacts, accuracy) are left out: nobody recorded
/// when they ran.
RunIndex index_runs(std::span<const std::string> ids, const record::Results* results);

/// Ids of the finished runs, sorted. Errors: kNotFound (no run directory).
Result<std::vector<std::string>> finished_runs(const std::filesystem::path& directory);

/// One boot of a machine: CLOCK_MONOTONIC begins anew with each.
struct Boot {
  std::string id;
  std::optional<std::int64_t> utc_offset_ns;  ///< UTC less CLOCK_MONOTONIC, as its first timed run saw it.
  std::optional<std::int64_t> seen_ns;        ///< CLOCK_MONOTONIC at which that was.
};

/// Brings the clocks of several boots onto one: that of the first of them by the wall clock, on which the
/// others are laid by what the wall clock showed in each. Only one offset is taken of each boot, so that
/// durations and distances within it stay exact.
class TraceClock {
 public:
  explicit TraceClock(std::vector<Boot> boots);

  /// Absent: the boot's wall clock is unknown and there are others. "" stands for a run that does not tell
  /// its boot: it is taken for the only one's, where there is one only.
  std::optional<std::int64_t> offset_ns(const std::string& boot_id) const;
  const Boot* base() const { return boots_.empty() ? nullptr : &boots_.front(); }
  const std::vector<Boot>& boots() const { return boots_; }  ///< The base first.

 private:
  std::vector<Boot> boots_;
};

/// The boots of all runs in the index. Errors: those of the records.
Result<std::vector<Boot>> find_boots(const std::filesystem::path& directory, const RunIndex& index);

std::filesystem::path run_folder(const std::filesystem::path& directory, const std::string& id);

}  // namespace assay::report
