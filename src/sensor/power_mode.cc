#include "sensor/power_mode.h"

#include <set>
#include <vector>

#include "base/text.h"
#include "sensor/sources.h"
#include "sensor/tree.h"
#include "sensor/value_file.h"

namespace assay::sensor {
namespace {

namespace fs = std::filesystem;

/// The file's words over all folders; different ones joined by ", ".
std::string words_of(const std::vector<fs::path>& folders, const char* file) {
  std::set<std::string> words;
  for (const fs::path& folder : folders)
    if (std::string word = text_of(folder / file); !word.empty()) words.insert(std::move(word));
  std::string joined;
  for (const std::string& word : words) joined += (joined.empty() ? "" : ", ") + word;
  return joined;
}

std::string nvpmodel_mode(const fs::path& root) {
  const auto id = parse_nvpmodel_status(text_of(root / "var/lib/nvpmodel/status"));
  if (!id) return "";
  const std::string name = find_nvpmodel_name(text_of(root / "etc/nvpmodel.conf"), *id);
  return name.empty() ? "mode " + std::to_string(*id) : name + " (mode " + std::to_string(*id) + ")";
}

}  // namespace

std::optional<int> parse_nvpmodel_status(std::string_view text) {
  constexpr std::string_view kName = "pmode:";
  const auto at = text.find(kName);
  if (at == std::string_view::npos) return std::nullopt;
  text.remove_prefix(at + kName.size());
  const auto number = parse_integer(text.substr(0, text.find_first_of(" \t\r\n")));
  if (!number || *number < 0 || *number > 9999) return std::nullopt;
  return static_cast<int>(*number);
}

std::string find_nvpmodel_name(std::string_view conf, int id) {
  for (const std::string& raw : split(conf, '\n')) {
    const std::string_view line = trim(raw);
    if (!line.starts_with('<') || line.find("POWER_MODEL") == std::string_view::npos) continue;
    std::string name;
    std::optional<std::int64_t> number;
    for (const std::string& word : split(line, ' ')) {
      if (word.starts_with("ID=")) number = parse_integer(std::string_view(word).substr(3));
      if (word.starts_with("NAME=")) name = word.substr(5);
    }
    if (name.ends_with('>')) name.pop_back();
    if (number == id) return name;
  }
  return "";
}

std::map<std::string, std::string> power_settings(const fs::path& root) {
  std::map<std::string, std::string> settings;
  const auto policies = entries(root / "sys/devices/system/cpu/cpufreq", "policy");
  settings["power_mode"] = nvpmodel_mode(root);
  settings["governor"] = words_of(policies, "scaling_governor");
  settings["energy_performance_preference"] = words_of(policies, "energy_performance_preference");
  settings["platform_profile"] = text_of(root / "sys/firmware/acpi/platform_profile");
  std::erase_if(settings, [](const auto& setting) { return setting.second.empty(); });
  return settings;
}

void find_power_mode(const Places& places, Found& found) {
  for (auto& [name, value] : power_settings(places.root)) found.facts[name] = value;
}

}  // namespace assay::sensor
