// GPU and NPU of a system on chip: clock by devfreq, and on Jetson the load.
#include <algorithm>
#include <array>
#include <optional>

#include "sensor/file_sensor.h"
#include "sensor/sources.h"
#include "sensor/tree.h"

namespace assay::sensor {
namespace {

namespace fs = std::filesystem;
using record::Channel;

struct Unit {
  std::string_view node;  ///< In the device tree node's name, or in the devfreq device's.
  std::string_view kind;
};
constexpr auto kUnits = std::to_array<Unit>({
    {"ga10b", "gpu"},  // Orin, L4T 35; L4T 36 calls it "gpu".
    {"gv11b", "gpu"},  // Xavier
    {"gp10b", "gpu"},  // TX2
    {"gb10b", "gpu"},  // Thor
    {"gpu", "gpu"},
    {"mali", "gpu"},
    {"kgsl-3d0", "gpu"},  // Qualcomm's own kernels.
    {"npu", "npu"},
});

std::optional<std::string_view> kind_of(const fs::path& device) {
  const std::string node = text_of(device / "device/of_node/name");
  // "17000000.gpu": the part behind the address; names without one are taken whole.
  std::string name = device.filename().string();
  name = name.substr(name.find('.') + 1);
  const auto at = std::find_if(kUnits.begin(), kUnits.end(), [&](const Unit& unit) {
    return unit.node == node || name.starts_with(unit.node);
  });
  if (at == kUnits.end()) return std::nullopt;
  return at->kind;
}

}  // namespace

void find_devfreq(const Places& places, Found& found) {
  for (const fs::path& device : entries(places.root / "sys/class/devfreq")) {
    const auto kind = kind_of(device);
    if (!kind) continue;
    record::Source source;
    source.id = std::string(*kind) + "-" + safe_id(device.filename().string());
    source.description = std::string(*kind) + " " + device.filename().string();
    FileSensorBuilder builder(places, found, source, std::chrono::milliseconds(100));
    Channel clock;
    clock.id = source.id + ".frequency";
    clock.quantity = "frequency";
    clock.unit = "Hz";
    clock.facts["unit"] = *kind;
    if (const auto highest = number_of(device / "max_freq"); highest && *highest > 0)
      clock.limit = static_cast<double>(*highest);
    if (std::string governor = text_of(device / "governor"); !governor.empty())
      clock.facts["governor"] = std::move(governor);
    builder.add(device / "cur_freq", std::move(clock), 1, check_not_negative);
    Channel load;
    load.id = source.id + ".load";
    load.quantity = "utilisation";
    load.unit = "%";
    builder.add(device / "device/load", std::move(load), 0.1, check_not_negative);
    builder.finish();
  }
}

}  // namespace assay::sensor
