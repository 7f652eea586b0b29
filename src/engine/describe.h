// What a plugin says of itself without opening anything: for `assay doctor` and for messages.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/status.h"

namespace assay::engine {

struct AcceleratorInfo {
  std::string name;       ///< As a spec names it: "CPU".
  std::string full_name;  ///< The hardware's own.
  bool available = false;
  std::string reason;  ///< Why not, when it is not.
};

struct PluginDescription {
  std::string name, plugin_version;
  std::string runtime_version;  ///< Empty when the vendor's library cannot be loaded.
  std::string runtime_problem;  ///< Why it cannot.
  bool simulated = false;
  std::string stack;  ///< "native SDK", "general runtime", ...; empty: not told.
  std::vector<AcceleratorInfo> accelerators;
  std::map<std::string, std::string> versions;
  std::vector<std::string> artifact_formats;
};

/// Asks a plugin in a worker of its own. Errors: kNotFound (no worker or plugin), kUnavailable (it cannot be
/// loaded or speaks another ABI version), kWorkerFailed (it crashed, hung or answered garbage).
Result<PluginDescription> describe_plugin(const std::filesystem::path& worker,
                                          const std::filesystem::path& plugin);

}  // namespace assay::engine
