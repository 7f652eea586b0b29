// Lays a power log of another tool over a finished campaign and keeps it with its runs.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "campaign/log_clock.h"
#include "powerlog/import.h"
#include "record/power_import.h"
#include "spec/experiment.h"
#include "store/run_directory.h"

namespace assay::campaign {

struct ImportRequest {
  std::filesystem::path log;
  powerlog::ImportOptions options;  ///< `source`, `run` and `keep` are set here.
  std::string mapping;              ///< The mapping file's text, to be kept.
  ClockRequest clock;
  std::string name;        ///< Of the source; empty: "<format>-log".
  bool simulated = false;  ///< The user says that no instrument wrote it.
  bool replace = false;    ///< Set aside what was imported of this log, or by this name, before.
  std::map<std::string, std::string> said;  ///< To be kept with it.
};

/// How far the log covers a run's window.
struct WindowCoverage {
  std::string id;
  bool timed = true;
  double coverage = 0;           ///< 0..1
  std::optional<double> mean_w;  ///< Over the covered time.
  std::string problem;           ///< Why there is no power; empty: there is.
};

struct ImportedPower {
  std::string id;  ///< Of its run in the directory.
  record::PowerImport import;
  std::string channel;  ///< That was held against the patterns and the windows.
  std::vector<WindowCoverage> windows;
  std::vector<std::string> set_aside;  ///< Imports that this one replaces.
};

/// Reads the log (twice where a pattern tells its clock), in memory that does not depend on its size but for
/// what lies in the runs, maps it to the clock of each boot and adds it to the directory as a run of its own.
/// What was measured stays as it is. Errors: those of powerlog::stream_log and align_by_pattern; kConflict
/// (it was imported before; the name is taken; it changed while it was read), kInvalidInput (its clock is
/// unknown; it covers no timed window), those of the directory. After an error the directory is as it was.
Result<ImportedPower> import_power(const spec::Experiment& experiment, store::RunDirectory& directory,
                                   const ImportRequest& request);

}  // namespace assay::campaign
