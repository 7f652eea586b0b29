// The JSON of this folder: what scripts say, and what the cache remembers of an artifact.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/status.h"

namespace assay::prepare {

/// One line of a script's standard output (tools/toolchains/toolchain.py says which there are).
struct Message {
  enum class Kind { kOther, kProgress, kDone, kError };
  Kind kind = Kind::kOther;
  std::string text;  ///< The phase, or the error.
  std::int64_t done = 0, total = 0;
  std::string artifact;  ///< File name of the main file.
  std::map<std::string, std::string> versions, settings;
};

/// Never fails: what is not a message of a script is kOther.
Message parse_message(std::string_view line);

/// artifact.json of a cache entry.
struct StoredArtifact {
  std::string key, toolchain, format;
  std::string artifact;  ///< Main file, in files/.
  std::string digest;    ///< Of all of files/.
  std::string model_digest, calibration_digest;
  int calibration_count = 0;
  std::map<std::string, std::string> options, versions, settings;
};

std::string to_json(const StoredArtifact& stored);
/// Errors: kCorrupt.
Result<StoredArtifact> parse_stored_artifact(std::string_view text);

}  // namespace assay::prepare
