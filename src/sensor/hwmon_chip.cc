#include "sensor/hwmon_chip.h"

#include <algorithm>
#include <array>
#include <map>

#include "sensor/tree.h"
#include "sensor/value_file.h"

namespace assay::sensor {
namespace {

namespace fs = std::filesystem;

constexpr auto kOneRailChips =
    std::to_array<std::string_view>({"ina219", "ina220", "ina226", "ina228", "ina230", "ina231", "ina234",
                                     "ina237", "ina238", "ina260", "ina780", "sq52206"});

/// "0040" of "1-0040": an I2C device is called BUS-ADDRESS.
std::string i2c_address(const std::string& device) {
  const auto dash = device.find('-');
  if (dash == std::string::npos || device.size() - dash != 5) return "";
  const auto all = [](std::string_view text, std::string_view of) {
    return !text.empty() && text.find_first_not_of(of) == std::string_view::npos;
  };
  const std::string_view name = device;
  if (!all(name.substr(0, dash), "0123456789") || !all(name.substr(dash + 1), "0123456789abcdef")) return "";
  return device.substr(dash + 1);
}

}  // namespace

std::vector<HwmonChip> hwmon_chips(const fs::path& root) {
  std::vector<HwmonChip> chips;
  for (const fs::path& folder : entries(root / "sys/class/hwmon", "hwmon")) {
    const std::string name = text_of(folder / "name"), device = target_name(folder / "device");
    if (!name.empty() && !device.starts_with("thermal_zone")) chips.push_back({folder, name, device, ""});
  }
  std::map<std::string, int> uses;
  for (HwmonChip& chip : chips) {
    const std::string address = i2c_address(chip.device);
    chip.id = safe_id(address.empty() ? chip.name : chip.name + "-" + address);
    ++uses[chip.id];
  }
  std::map<std::string, int> taken;
  for (HwmonChip& chip : chips) {
    if (uses[chip.id] > 1 && !chip.device.empty()) chip.id = safe_id(chip.name + "-" + chip.device);
    // Two chips of one device: their order within it is the same after each boot.
    if (const int nth = ++taken[chip.id]; nth > 1) chip.id += "-" + std::to_string(nth);
  }
  return chips;
}

std::vector<int> hwmon_indices(const HwmonChip& chip, const std::string& prefix, const std::string& suffix) {
  std::vector<int> indices;
  for (const fs::path& path : entries(chip.folder, prefix)) {
    const std::string file = path.filename().string();
    const auto bar = file.find('_');
    if (bar == std::string::npos || file.substr(bar + 1) != suffix) continue;
    const auto number = parse_integer(std::string_view(file).substr(prefix.size(), bar - prefix.size()));
    if (number && *number >= 0 && *number < 1000) indices.push_back(static_cast<int>(*number));
  }
  return indices;
}

bool is_one_rail_chip(std::string_view name) {
  return std::find(kOneRailChips.begin(), kOneRailChips.end(), name) != kOneRailChips.end();
}

}  // namespace assay::sensor
