// Cooling devices of the kernel that hold clocks down: a state above 0 is heat throttling at this moment.
// State 0 proves nothing: firmware and hardware throttle without asking the kernel.
#include <algorithm>
#include <array>
#include <map>

#include "sensor/file_sensor.h"
#include "sensor/sources.h"
#include "sensor/tree.h"

namespace assay::sensor {
namespace {

/// Types of the cpufreq and devfreq coolers, old and new. Fans and the like cool without slowing down.
constexpr auto kSlowing =
    std::to_array<std::string_view>({"cpufreq-", "thermal-cpufreq-", "devfreq-", "thermal-devfreq-"});

bool slows(std::string_view type) {
  return std::any_of(kSlowing.begin(), kSlowing.end(),
                     [&](std::string_view s) { return type.starts_with(s); });
}

}  // namespace

void find_cooling(const Places& places, Found& found) {
  record::Source source;
  source.id = "cooling";
  source.description = "cooling devices that hold clocks down";
  FileSensorBuilder builder(places, found, source, std::chrono::seconds(1));
  std::map<std::string, int> taken;
  for (const auto& device : entries(places.root / "sys/class/thermal", "cooling_device")) {
    const std::string type = text_of(device / "type");
    if (!slows(type)) continue;
    record::Channel channel;
    channel.id = "cooling." + safe_id(type);
    if (const int nth = ++taken[channel.id]; nth > 1) channel.id += "-" + std::to_string(nth);
    channel.quantity = "level";
    channel.unit = "1";
    if (const auto most = number_of(device / "max_state"); most && *most > 0)
      channel.limit = static_cast<double>(*most);
    builder.add(device / "cur_state", std::move(channel), 1, check_not_negative);
  }
  builder.finish();
}

}  // namespace assay::sensor
