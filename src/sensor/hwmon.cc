// Chips with a hwmon driver, other than the power monitors: power and energy of graphics cards and the like,
// temperatures, fans.
#include <algorithm>
#include <array>

#include "sensor/file_sensor.h"
#include "sensor/hwmon_chip.h"
#include "sensor/sources.h"
#include "sensor/tree.h"

namespace assay::sensor {
namespace {

using record::Boundary;
using record::Channel;
using record::ReadingKind;

struct ChipBoundary {
  std::string_view name;
  Boundary boundary;
};
/// What the power of these drivers includes; of others it is taken for one rail.
constexpr auto kBoundaries = std::to_array<ChipBoundary>({
    {"amdgpu", Boundary::kChip},
    {"i915", Boundary::kChip},
    {"xe", Boundary::kChip},
    {"nouveau", Boundary::kChip},
    {"fam15h_power", Boundary::kPackage},
    {"power_meter", Boundary::kBoard},  // ACPI's: what the firmware says of the whole machine.
});

Boundary boundary_of(std::string_view name) {
  const auto at =
      std::find_if(kBoundaries.begin(), kBoundaries.end(), [&](const auto& b) { return b.name == name; });
  // What an unknown driver measures may be a fan's supply or the light of an optical module.
  return at == kBoundaries.end() ? Boundary::kChip : at->boundary;
}

/// Read elsewhere, each by the source that knows what its files mean.
bool is_read_elsewhere(std::string_view name) {
  return name == "ina3221" || name == "soctherm_oc" || name == "rpi_volt" || is_one_rail_chip(name);
}

std::optional<std::int64_t> average_interval_ms(const HwmonChip& chip, int n) {
  const auto ms = number_of(chip.folder / ("power" + std::to_string(n) + "_average_interval"));
  if (!ms || *ms <= 0 || *ms >= 3'600'000) return std::nullopt;
  return *ms;
}

class ChipFiles {
 public:
  ChipFiles(const HwmonChip& chip, FileSensorBuilder& builder) : chip_(chip), builder_(builder) {}

  void add_power() {
    for (const int n : hwmon_indices(chip_, "power", "input")) {
      const std::string stem = "power" + std::to_string(n);
      builder_.add(chip_.folder / (stem + "_input"), power(stem, "power", "W"), 1e-6);
    }
    for (const int n : hwmon_indices(chip_, "power", "average")) {
      const std::string stem = "power" + std::to_string(n);
      Channel channel = power(stem, "power_average", "W");
      // The same current as power<n>_input, where that is there too.
      if (std::filesystem::exists(chip_.folder / (stem + "_input")))
        channel.contains.push_back(power(stem, "power", "W").id);
      channel.quantity = "power";
      channel.kind = ReadingKind::kMean;
      if (const auto ms = average_interval_ms(chip_, n)) channel.update_ns = *ms * 1'000'000;
      builder_.add(chip_.folder / (stem + "_average"), std::move(channel), 1e-6);
    }
    for (const int n : hwmon_indices(chip_, "energy", "input")) {
      const std::string stem = "energy" + std::to_string(n);
      Channel channel = power(stem, "energy", "J");
      channel.kind = ReadingKind::kCounter;
      builder_.add(chip_.folder / (stem + "_input"), std::move(channel), 1e-6);
    }
  }

  void add_temperatures() {
    for (const int n : hwmon_indices(chip_, "temp", "input")) {
      const std::string stem = "temp" + std::to_string(n);
      Channel channel = named(stem, "temperature", "degC");
      for (const char* limit : {"_crit", "_max"}) {
        const auto milli = number_of(chip_.folder / (stem + limit));
        // Unset limits are told as 0 or as absurd numbers.
        if (!milli || *milli <= 0 || *milli > 200'000) continue;
        channel.limit = static_cast<double>(*milli) * 1e-3;
        channel.facts["limit"] = stem + limit;
      }
      builder_.add(chip_.folder / (stem + "_input"), std::move(channel), 1e-3, check_temperature);
    }
  }

  void add_fans() {
    for (const int n : hwmon_indices(chip_, "fan", "input")) {
      const std::string stem = "fan" + std::to_string(n);
      builder_.add(chip_.folder / (stem + "_input"), named(stem, "speed", "rpm"), 1, check_not_negative);
    }
    // Jetson's tachometer (pwm_tach) keeps a name of its own.
    builder_.add(chip_.folder / "rpm", named("rpm", "speed", "rpm"), 1, check_not_negative);
    for (int n = 1; n <= 8; ++n) {
      const std::string stem = "pwm" + std::to_string(n);
      builder_.add(chip_.folder / stem, named(stem, "speed", "%"), 100.0 / 255, check_not_negative);
    }
  }

 private:
  Channel named(const std::string& stem, const std::string& quantity, const char* unit) {
    std::string label = text_of(chip_.folder / (stem + "_label"));
    Channel channel;
    // The stem stays in the id: labels of one chip may repeat, or lack.
    channel.id = chip_.id + "." + (label.empty() ? stem : stem + "-" + safe_id(label)) + "." + quantity;
    channel.quantity = quantity;
    channel.unit = unit;
    if (!label.empty()) channel.facts["label"] = std::move(label);
    return channel;
  }
  Channel power(const std::string& stem, const std::string& quantity, const char* unit) {
    Channel channel = named(stem, quantity, unit);
    channel.boundary = boundary_of(chip_.name);
    return channel;
  }

  const HwmonChip& chip_;
  FileSensorBuilder& builder_;
};

record::Source source_of(const HwmonChip& chip, const std::string& suffix) {
  record::Source source;
  source.id = chip.id + suffix;
  source.description = chip.name + (chip.device.empty() ? "" : " (" + chip.device + ")");
  return source;
}

}  // namespace

void find_hwmon(const Places& places, Found& found) {
  using std::chrono::milliseconds;
  for (const HwmonChip& chip : hwmon_chips(places.root)) {
    if (is_read_elsewhere(chip.name)) continue;
    // Two sensors, so that power can be read often without waking slow thermometers.
    // An average looks back over an interval: read more often it would be taken for shorter ones.
    std::int64_t period_ms = 10;
    for (const int n : hwmon_indices(chip, "power", "average"))
      period_ms = std::max(period_ms, average_interval_ms(chip, n).value_or(0));
    FileSensorBuilder power(places, found, source_of(chip, ""), milliseconds(period_ms));
    ChipFiles(chip, power).add_power();
    power.finish();
    FileSensorBuilder slow(places, found, source_of(chip, "-state"), milliseconds(1000));
    ChipFiles files(chip, slow);
    files.add_temperatures();
    files.add_fans();
    slow.finish();
  }
}

}  // namespace assay::sensor
