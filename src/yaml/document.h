// A text that has to be one YAML document, and the problems found in reading it. For what users write by
// hand.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "base/status.h"
#include "yaml/reader.h"

namespace assay::yaml {

/// Hands the document to `read`, which notes what is wrong with it. Errors: kInvalidInput (over 1 MiB, not
/// UTF-8, not well-formed, not one document; and the problems noted, each with file, line and column). `what`
/// says what the file should be: "a spec".
Result<void> read_yaml(std::string_view yaml, const std::filesystem::path& source, const std::string& what,
                       const std::function<void(const YAML::Node& document, Problems& problems)>& read);

}  // namespace assay::yaml
