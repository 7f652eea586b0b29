// What commands that measure a spec share: which rows, and where the results go.
#pragma once

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/output.h"
#include "base/status.h"
#include "base/text.h"
#include "spec/experiment.h"
#include "spec/validate.h"

namespace assay::cli {

/// What a spec's rows are cut down to for one campaign.
struct RowChoice {
  std::vector<std::string> rows;  ///< By id; empty: all.
  std::string device;             ///< What the spec calls this machine; empty: "local".
};

/// Leaves the rows of this machine, and of those the ones that are named. Errors: kInvalidInput (no such row
/// or device, or none is left: the spec's devices are listed; a peak of a device that no row is of).
inline Result<void> keep_rows(spec::Experiment& experiment, const RowChoice& choice) {
  ASSAY_OK(spec::check_peak_devices(experiment));
  const std::vector<std::string>& ids = choice.rows;
  const std::string& given = choice.device;
  const std::string device = given.empty() ? "local" : given;
  std::vector<std::string_view> devices;
  for (const spec::RowSpec& row : experiment.rows)
    if (std::find(devices.begin(), devices.end(), row.device) == devices.end()) devices.push_back(row.device);
  if (std::find(devices.begin(), devices.end(), device) == devices.end())
    return fail(Code::kInvalidInput,
                given.empty() ? "the rows of this spec are for " + join_or(devices) +
                                    ": say with --device which of them this machine is"
                              : "--device " + given + ": the rows of this spec are for " + join_or(devices));
  for (const std::string& id : ids)
    if (std::none_of(experiment.rows.begin(), experiment.rows.end(),
                     [&](const auto& row) { return row.id == id; }))
      return fail(Code::kInvalidInput, "--row " + id + ": the spec has no such row");
  std::erase_if(experiment.rows, [&](const auto& row) {
    return !ids.empty() && std::find(ids.begin(), ids.end(), row.id) == ids.end();
  });
  std::erase_if(experiment.rows, [&](const auto& row) { return row.device != device; });
  if (experiment.rows.empty())
    return fail(Code::kInvalidInput, "the rows that --row names are for another device than " + device);
  return {};
}

inline void add_row_choice(CLI::App& command, RowChoice& choice) {
  command.add_option("--row", choice.rows, "Only these rows of the spec, by id");
  command.add_option("--device", choice.device, "Which device of the spec this machine is; its rows are run");
}

/// runs/NAME-TIME (UTC).
inline std::filesystem::path fresh_run_folder(const std::string& name) {
  std::string stamp = utc_iso8601(wall_anchor().utc_ns).substr(0, 19);
  std::erase_if(stamp, [](char c) { return c == ':' || c == '-'; });
  return std::filesystem::path("runs") / (name + "-" + stamp);
}

/// Prints what was measured. Where that fails nothing is lost, and that is said whatever the exit code:
/// `where` the results are. Errors: those of write_output.
inline Result<void> print_measured(std::string_view text, const std::string& where) {
  auto printed = write_output({}, text);
  if (!printed) std::fprintf(stderr, "assay: everything was measured; results are in %s\n", where.c_str());
  return printed;
}

/// How to see a run directory's results again.
inline std::string report_again(const std::filesystem::path& directory) {
  return directory.string() + " (`assay report " + directory.string() + "`)";
}

}  // namespace assay::cli
