// The sources of the table in discovery.cc, each in the file of its name.
#pragma once

#include "sensor/discovery.h"

namespace assay::sensor {

void find_power_monitors(const Places& places, Found& found);
void find_hwmon(const Places& places, Found& found);
void find_rapl(const Places& places, Found& found);
void find_nvml(const Places& places, Found& found);
void find_thermal_zones(const Places& places, Found& found);
void find_cooling(const Places& places, Found& found);
void find_cpufreq(const Places& places, Found& found);
void find_devfreq(const Places& places, Found& found);
void find_tegra_clocks(const Places& places, Found& found);
void find_intel_gpu(const Places& places, Found& found);
void find_intel_throttle(const Places& places, Found& found);
void find_tegra_overcurrent(const Places& places, Found& found);
void find_raspberry_pi(const Places& places, Found& found);
void find_load(const Places& places, Found& found);
void find_memory(const Places& places, Found& found);
void find_power_mode(const Places& places, Found& found);

}  // namespace assay::sensor
