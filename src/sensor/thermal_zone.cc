// Thermal zones and their trip points.
#include <algorithm>
#include <cctype>
#include <map>

#include "sensor/file_sensor.h"
#include "sensor/sources.h"
#include "sensor/tree.h"

namespace assay::sensor {
namespace {

namespace fs = std::filesystem;
using record::Channel;

/// Jetson's GPU and CV (vision) zones answer 0, -256000 or an error while their unit has no power.
bool is_gated_kind(std::string type) {
  std::transform(type.begin(), type.end(), type.begin(), [](unsigned char c) { return std::tolower(c); });
  return type.starts_with("cv") || type.starts_with("gpu");
}

/// The lowest trip at which the system acts on heat: passive (clocks fall) or hot, else critical (it shuts
/// down). Active trips start fans, and are no limit.
void add_trips(const fs::path& zone, Channel& channel) {
  std::optional<double> acts, critical;
  for (int n = 0; n < 32; ++n) {
    const std::string stem = "trip_point_" + std::to_string(n);
    const std::string type = text_of(zone / (stem + "_type"));
    if (type.empty()) break;
    const auto milli = number_of(zone / (stem + "_temp"));
    // Disabled trips are told as 0, negative or INT_MAX.
    if (!milli || *milli <= 0 || *milli > 250'000) continue;
    const double celsius = static_cast<double>(*milli) * 1e-3;
    channel.facts["trip_" + std::to_string(n)] = type + " " + std::to_string(*milli) + " mdegC";
    if (type == "passive" || type == "hot") acts = std::min(acts.value_or(celsius), celsius);
    if (type == "critical") critical = std::min(critical.value_or(celsius), celsius);
  }
  channel.limit = acts ? acts : critical;
}

}  // namespace

void find_thermal_zones(const Places& places, Found& found) {
  record::Source source;
  source.id = "thermal";
  source.description = "thermal zones";
  // A zone of Jetson asks another processor, one of ACPI the firmware: not more often than heat needs.
  FileSensorBuilder builder(places, found, source, std::chrono::seconds(1));
  std::map<std::string, int> taken;
  for (const fs::path& zone : entries(places.root / "sys/class/thermal", "thermal_zone")) {
    const std::string type = text_of(zone / "type");
    if (type.empty()) continue;
    Channel channel;
    channel.id = "thermal." + safe_id(type);
    if (const int nth = ++taken[channel.id]; nth > 1) channel.id += "-" + std::to_string(nth);
    channel.quantity = "temperature";
    channel.unit = "degC";
    channel.facts["zone"] = type;
    add_trips(zone, channel);
    builder.add(zone / "temp", std::move(channel), 1e-3,
                is_gated_kind(type) ? check_gated_temperature : check_temperature);
  }
  builder.finish();
}

}  // namespace assay::sensor
