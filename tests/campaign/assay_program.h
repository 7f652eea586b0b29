// Runs the real `assay` binary, as a user would, and keeps what it printed.
#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "base/digest.h"
#include "base/file.h"
#include "base/subprocess.h"

namespace assay::test {

namespace fs = std::filesystem;

inline const fs::path kBinaries = ASSAY_BINARY_DIR;
inline const fs::path kSource = ASSAY_SOURCE_DIR;

struct Outcome {
  int exit_code = -1;
  std::string text;  ///< stdout and stderr together.
};

inline ProcessOptions assay_process(std::vector<std::string> arguments, const fs::path& log) {
  ProcessOptions options;
  options.argv = std::move(arguments);
  options.argv.insert(options.argv.begin(), (kBinaries / "assay").string());
  options.log = log;
  // One cache for all tests of a build: the model and the scenes are the same for all of them.
  options.extra_env["ASSAY_CACHE"] = (kBinaries / "test-cache").string();
  options.extra_env["NO_COLOR"] = "1";
  return options;
}

inline Outcome run_assay(std::vector<std::string> arguments) {
  auto dir = TemporaryDirectory::create("assay-e2e");
  auto process = Process::start(assay_process(std::move(arguments), dir->path() / "out"));
  if (!process) return {-1, process.error().message};
  const ExitState state = process->wait();
  return {state.exit_code.value_or(-1), read_file(dir->path() / "out").value_or("")};
}

inline nlohmann::json read_json(const fs::path& path) {
  return nlohmann::json::parse(read_file(path).value());
}

/// Digest of each file under a folder, by relative path.
inline std::map<std::string, std::string> digests_under(const fs::path& folder) {
  std::map<std::string, std::string> digests;
  if (!fs::exists(folder)) return digests;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file())
      digests[fs::relative(entry.path(), folder).string()] = sha256_file(entry.path()).value_or("unreadable");
  return digests;
}

}  // namespace assay::test
