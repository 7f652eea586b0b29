// What every pass needs to start a worker: which plugin on which artifact with which settings, and how long
// to wait.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace assay::engine {

struct WorkerSpec {
  std::filesystem::path worker;  ///< The assay-worker binary; see default_worker().
  std::filesystem::path plugin;  ///< backend::plugin_path(), or a plugin of the user's own.
  std::filesystem::path artifact;
  std::string accelerator = "CPU";
  std::string precision = "fp32";
  std::map<std::string, std::string> options;               ///< The backend's own.
  std::map<std::string, std::vector<std::int64_t>> shapes;  ///< By input name, for dynamic shapes.
  std::filesystem::path log;  ///< The worker's stdout and stderr; empty: dropped.
  std::chrono::nanoseconds open_timeout = std::chrono::minutes(10);   ///< Load + compile.
  std::chrono::nanoseconds stall_timeout = std::chrono::seconds(60);  ///< No single inference takes longer.
  std::chrono::nanoseconds run_timeout = std::chrono::minutes(60);    ///< The whole pass.
};

/// assay-worker beside the running program. Errors: kNotFound.
Result<std::filesystem::path> default_worker();

/// Tensors of one inference, in the order of the session's inputs (or outputs).
using TensorSet = std::vector<std::vector<std::byte>>;

struct Progress {
  std::string_view phase;  ///< "open", "warm-up", "timed", "profile"
  std::int64_t done = 0;   ///< Inferences of this phase.
  std::int64_t total = 0;  ///< Fewest inferences that end the phase; 0: unknown.
  double fraction = 0;     ///< Of count and duration, whichever is behind: 0..1.
  double rate = 0;         ///< Inferences/s so far in this phase.
};
/// Called a few times a second from the calling thread.
using ProgressFn = std::function<void(const Progress&)>;

}  // namespace assay::engine
