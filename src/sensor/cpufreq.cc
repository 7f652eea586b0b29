// Clocks of the processor: what the governor set (scaling_cur_freq) beside what the hardware says it runs at
// (cpuinfo_cur_freq). They can differ by a factor of four.
#include "sensor/file_sensor.h"
#include "sensor/sources.h"
#include "sensor/tree.h"

namespace assay::sensor {

void find_cpufreq(const Places& places, Found& found) {
  record::Source source;
  source.id = "cpufreq";
  source.description = "processor clocks";
  // On x86 a read may wake an idle core.
  FileSensorBuilder builder(places, found, source, std::chrono::milliseconds(200));
  builder.remedy("only root may ask the hardware: run assay as root (scaling_cur_freq is read without)");
  for (const auto& policy : entries(places.root / "sys/devices/system/cpu/cpufreq", "policy")) {
    record::Channel channel;
    channel.quantity = "frequency";
    channel.unit = "Hz";
    channel.facts["cpus"] = text_of(policy / "affected_cpus");
    channel.facts["driver"] = text_of(policy / "scaling_driver");
    channel.facts["governor"] = text_of(policy / "scaling_governor");
    std::erase_if(channel.facts, [](const auto& fact) { return fact.second.empty(); });
    const std::string name = policy.filename().string();
    for (const char* kind : {"scaling", "cpuinfo"}) {
      record::Channel one = channel;
      one.id = "cpufreq." + safe_id(name) + "." + kind;
      // Files are in kHz.
      const auto highest = number_of(policy / (std::string(kind) + "_max_freq"));
      if (highest && *highest > 0) one.limit = static_cast<double>(*highest) * 1e3;
      builder.add(policy / (std::string(kind) + "_cur_freq"), std::move(one), 1e3, check_not_negative);
    }
  }
  builder.finish();
}

}  // namespace assay::sensor
