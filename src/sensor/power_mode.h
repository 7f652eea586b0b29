// How the machine is set to trade speed for power: Jetson's power mode, governors, platform profile.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace assay::sensor {

/// 2 for "pmode:0002" (the file that nvpmodel keeps; "fmode:..." may follow).
std::optional<int> parse_nvpmodel_status(std::string_view text);

/// "MAXN" for id 0, by the lines "< POWER_MODEL ID=0 NAME=MAXN >" of nvpmodel.conf; "" when there is no such
/// id.
std::string find_nvpmodel_name(std::string_view conf, int id);

/// "power_mode" ("MAXN (0)"), "governor" (of all policies; several are joined), "platform_profile",
/// "energy_performance_preference": what the tree has of these.
std::map<std::string, std::string> power_settings(const std::filesystem::path& root);

}  // namespace assay::sensor
