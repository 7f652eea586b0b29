// Looking around under a root path, once, when sensors are made: what is not there is empty, never an error.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace assay::sensor {

/// What in `folder` has a name that begins with `prefix`, hwmon2 before hwmon10.
std::vector<std::filesystem::path> entries(const std::filesystem::path& folder, std::string_view prefix = "");

/// The file's text without blanks and NUL bytes around it; "" if it cannot be read.
std::string text_of(const std::filesystem::path& file);

std::optional<std::int64_t> number_of(const std::filesystem::path& file);

/// `text` with everything but letters, digits, '_', '-' and '+' replaced by '_': part of a channel's id.
std::string safe_id(std::string_view text);

/// The name of the folder that a symbolic link ends at ("1-0040"), or "" when there is no such folder.
std::string target_name(const std::filesystem::path& link);

bool is_there(const std::filesystem::path& path);

/// Whether one of the strings of the device tree's /compatible begins with `prefix`: "nvidia,tegra",
/// "raspberrypi,".
bool is_compatible(const std::filesystem::path& root, std::string_view prefix);

}  // namespace assay::sensor
