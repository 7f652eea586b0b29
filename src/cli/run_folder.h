// What commands that measure a spec share: which rows, and where the results go.
#pragma once

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "spec/experiment.h"

namespace assay::cli {

/// Leaves the rows named; all of them where none is. Errors: kInvalidInput (the spec has no such row).
inline Result<void> keep_rows(spec::Experiment& experiment, const std::vector<std::string>& ids) {
  if (ids.empty()) return {};
  for (const std::string& id : ids)
    if (std::none_of(experiment.rows.begin(), experiment.rows.end(),
                     [&](const auto& row) { return row.id == id; }))
      return fail(Code::kInvalidInput, "--row " + id + ": the spec has no such row");
  std::erase_if(experiment.rows,
                [&](const auto& row) { return std::find(ids.begin(), ids.end(), row.id) == ids.end(); });
  return {};
}

/// runs/NAME-TIME (UTC).
inline std::filesystem::path fresh_run_folder(const std::string& name) {
  std::string stamp = utc_iso8601(wall_anchor().utc_ns).substr(0, 19);
  std::erase_if(stamp, [](char c) { return c == ':' || c == '-'; });
  return std::filesystem::path("runs") / (name + "-" + stamp);
}

}  // namespace assay::cli
