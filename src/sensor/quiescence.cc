#include "sensor/quiescence.h"

#include <cstdio>

namespace assay::sensor {
namespace {

std::string amount(double value, const char* unit) {
  char text[48];
  std::snprintf(text, sizeof text, "%.3g %s", value, unit);
  return text;
}

std::string over(const std::string& who, const char* verb, double value, double limit, const char* unit) {
  return who + " " + verb + " " + amount(value, unit) + " (limit " + amount(limit, unit) + ")";
}

/// ", most by cc1plus (pid 812)"
std::string most_of_it(const Disturber& heaviest) {
  if (heaviest.pid == 0) return "";
  return ", most by " + heaviest.name + " (pid " + std::to_string(heaviest.pid) + ")";
}

}  // namespace

Quiet judge_quiet(const QuietReadings& readings, const QuietLimits& limits) {
  Quiet result;
  // The culprit first: what else is over its limit is often its doing.
  if (limits.program_percent || limits.foreign_percent) {
    if (!readings.foreign) {
      result.unknown.push_back("load by other programs");
    } else {
      const Disturber& heaviest = readings.foreign->heaviest;
      if (limits.program_percent && heaviest.percent > *limits.program_percent)
        result.disturbances.push_back(over(heaviest.name + " (pid " + std::to_string(heaviest.pid) + ")",
                                           "takes", heaviest.percent, *limits.program_percent,
                                           "% of a processor"));
      if (limits.foreign_percent && readings.foreign->percent > *limits.foreign_percent)
        result.disturbances.push_back(over("other programs together", "take", readings.foreign->percent,
                                           *limits.foreign_percent, "% of a processor") +
                                      most_of_it(heaviest));
    }
  }
  if (limits.cpu_percent) {
    if (!readings.cpu_percent)
      result.unknown.push_back("utilisation of the processor");
    else if (*readings.cpu_percent > *limits.cpu_percent)
      result.disturbances.push_back(
          over("the processor", "is busy", *readings.cpu_percent, *limits.cpu_percent, "% of the time"));
  }
  if (limits.accelerator_percent) {
    if (readings.accelerator_percent.empty()) result.unknown.push_back("utilisation of accelerators");
    for (const auto& [id, percent] : readings.accelerator_percent)
      if (percent > *limits.accelerator_percent)
        result.disturbances.push_back(
            over(id, "is busy", percent, *limits.accelerator_percent, "% of the time"));
  }
  if (limits.celsius) {
    if (readings.celsius.empty()) result.unknown.push_back("temperature");
    for (const auto& [id, celsius] : readings.celsius)
      if (celsius > *limits.celsius)
        result.disturbances.push_back(over(id, "has", celsius, *limits.celsius, "degC"));
  }
  if (limits.memory_available_bytes) {
    if (!readings.memory_available_bytes)
      result.unknown.push_back("available memory");
    else if (*readings.memory_available_bytes < *limits.memory_available_bytes)
      result.disturbances.push_back("only " + amount(*readings.memory_available_bytes / 1e9, "GB") +
                                    " of memory are available (at least " +
                                    amount(*limits.memory_available_bytes / 1e9, "GB") + ")");
  }
  result.quiet = result.disturbances.empty();
  return result;
}

}  // namespace assay::sensor
