// A mapping as a user writes it, in YAML: docs/importing_power_logs.md lists its keys.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/status.h"
#include "powerlog/mapping.h"
#include "record/reading.h"

namespace assay::powerlog {

struct MappingFile {
  Mapping mapping;
  std::optional<record::Boundary> boundary;  ///< What the meter was connected to, where the file says it.
  std::optional<record::Accuracy> accuracy;  ///< Of the meter's power.
  std::string text;                          ///< As it was read: to be kept with what it was used for.
};

/// `source` names the file in messages. Errors: kInvalidInput, each problem with line and column: a key that
/// is unknown (with the nearest right one), a unit that is none, what power_formula() and the time refuse.
Result<MappingFile> parse_mapping(std::string_view yaml, const std::filesystem::path& source);

/// Errors: read_file's, parse_mapping's.
Result<MappingFile> load_mapping(const std::filesystem::path& path);

}  // namespace assay::powerlog
