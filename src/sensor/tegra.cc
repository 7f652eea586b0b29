// Jetson: clocks that only the power processor (BPMP) knows, and over-current throttling.
#include <array>

#include "sensor/file_sensor.h"
#include "sensor/hwmon_chip.h"
#include "sensor/sources.h"
#include "sensor/tree.h"

namespace assay::sensor {
namespace {

namespace fs = std::filesystem;
using record::Channel;

struct Clock {
  const char* name;  ///< As BPMP calls it.
  const char* id;
};
constexpr auto kClocks =
    std::to_array<Clock>({{"nafll_dla0_core", "dla0"}, {"nafll_dla1_core", "dla1"}, {"emc", "memory"}});

struct Event {
  int number;
  const char* meaning;  ///< NVIDIA's Jetson Linux developer guide, over-current throttling of Orin.
};
constexpr auto kEvents = std::to_array<Event>(
    {{1, "under voltage"}, {2, "average over-current"}, {3, "instantaneous over-current"}});

}  // namespace

void find_tegra_clocks(const Places& places, Found& found) {
  if (!is_compatible(places.root, "nvidia,tegra")) return;
  const fs::path debug = places.root / "sys/kernel/debug";
  record::Source source;
  source.id = "tegra-clocks";
  source.description = "clocks of the power processor (BPMP)";
  const std::string remedy =
      "debugfs is for root: run assay as root (mount -t debugfs none /sys/kernel/debug if empty)";
  FileSensorBuilder builder(places, found, source, std::chrono::milliseconds(200));
  builder.remedy(remedy);
  bool any = false;
  for (const Clock& clock : kClocks) {
    Channel channel;
    channel.id = source.id + "." + clock.id + ".frequency";
    channel.quantity = "frequency";
    channel.unit = "Hz";
    channel.facts["clock"] = clock.name;
    if (const std::string_view id = clock.id; id.starts_with("dla")) channel.facts["unit"] = id;
    any = builder.add(debug / "bpmp/debug/clk" / clock.name / "rate", channel, 1, check_not_negative) ||
          builder.add(debug / "clk" / clock.name / "clk_rate", channel, 1, check_not_negative) || any;
  }
  const std::size_t before = found.absent.size();
  builder.finish();
  // Not mounted: there is nothing that could be refused.
  if (!any && found.absent.size() == before && entries(debug).empty())
    found.absent.push_back({source.id, "clocks of DLA and memory", "debugfs is empty", remedy});
}

void find_tegra_overcurrent(const Places& places, Found& found) {
  for (const HwmonChip& chip : hwmon_chips(places.root)) {
    if (chip.name != "soctherm_oc") continue;
    record::Source source;
    source.id = "tegra-overcurrent";
    source.description = "Jetson over-current and under-voltage throttling";
    FileSensorBuilder builder(places, found, source, std::chrono::seconds(1));
    for (const Event& event : kEvents) {
      const std::string stem = "oc" + std::to_string(event.number);
      Channel channel;
      channel.id = source.id + "." + stem + ".events";
      channel.quantity = "events";
      channel.unit = "1";
      channel.kind = record::ReadingKind::kCounter;
      channel.facts["meaning"] = event.meaning;
      if (std::string on = text_of(chip.folder / (stem + "_throt_en")); !on.empty())
        channel.facts["throttling_enabled"] = std::move(on);
      builder.add(chip.folder / (stem + "_event_cnt"), std::move(channel), 1);
    }
    builder.finish();
  }
}

}  // namespace assay::sensor
