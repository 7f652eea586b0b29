// The chips of /sys/class/hwmon, by name.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace assay::sensor {

struct HwmonChip {
  std::filesystem::path folder;
  std::string name;    ///< "ina3221"
  std::string device;  ///< The device's own name, "1-0040" for an I2C chip; "" where it has none.
  std::string id;      ///< Unique here and the same after a reboot: "ina3221-0040", "coretemp", "nvme-nvme1".
};

/// In the order of their numbers. What only mirrors a thermal zone is left out: the zone itself is read.
std::vector<HwmonChip> hwmon_chips(const std::filesystem::path& root);

/// The numbers n of the files PREFIXn_SUFFIX in a chip's folder, in order.
std::vector<int> hwmon_indices(const HwmonChip& chip, const std::string& prefix, const std::string& suffix);

/// Whether the name is one of the power monitors with one rail (drivers ina2xx and ina238).
bool is_one_rail_chip(std::string_view name);

}  // namespace assay::sensor
