#include "sensor/discovery.h"

#include <unistd.h>

#include <algorithm>
#include <array>

#include "sensor/sources.h"

namespace assay::sensor {
namespace {

constexpr auto kSourceKinds = std::to_array<SourceKind>({
    {"power monitors", "power, voltage and current of the board's rails (INA3221, INA2xx)",
     "this board has no such chip, or its kernel no driver for it", "", find_power_monitors},
    {"rapl", "energy of the processor package and its parts",
     "on Intel and AMD processors only, and hidden by virtual machines", "modprobe intel_rapl_msr",
     find_rapl},
    {"hwmon", "power, temperatures and fans of chips with a driver",
     "no driver of a chip is loaded; virtual machines have none", "", find_hwmon},
    {"nvml", "power, energy, clocks and throttle reasons of NVIDIA GPUs",
     "no GPU of NVIDIA was asked for or found", "", find_nvml},
    {"thermal", "temperatures of the thermal zones and their trip points",
     "the kernel has none; virtual machines and containers have none", "", find_thermal_zones},
    {"cooling", "how far the kernel holds clocks down because of heat",
     "no cooling device of this machine does that", "", find_cooling},
    {"cpufreq", "clocks of the processor", "no cpufreq driver; virtual machines have none", "", find_cpufreq},
    {"devfreq", "clocks and load of the GPU and NPU of a system on chip", "no such device", "", find_devfreq},
    {"tegra clocks", "clocks of Jetson's DLA and memory", "not a Jetson", "", find_tegra_clocks},
    {"intel gpu", "clocks and throttle reasons of Intel graphics", "no i915 or xe device", "",
     find_intel_gpu},
    {"intel throttle", "how often and how long Intel processors were throttled",
     "no Intel processor with such counters; virtual machines have none", "", find_intel_throttle},
    {"tegra over-current", "how often Jetson was throttled for current or voltage", "not a Jetson Orin", "",
     find_tegra_overcurrent},
    {"raspberry pi", "throttling, under-voltage and rail power of a Raspberry Pi", "not a Raspberry Pi", "",
     find_raspberry_pi},
    {"load", "utilisation of the processor, and load by other programs", "no /proc/stat",
     "mount -t proc proc /proc", find_load},
    {"memory", "memory that is available", "no /proc/meminfo", "mount -t proc proc /proc", find_memory},
    {"power mode", "power mode, governor and platform profile", "this machine has no such setting", "",
     find_power_mode},
});

}  // namespace

Places Places::this_machine() { return {"/", "libnvidia-ml.so.1", "vcgencmd", ::getpid()}; }

std::string Places::in_tree(const std::filesystem::path& path) const {
  const auto relative = path.lexically_relative(root);
  return relative.empty() ? path.string() : "/" + relative.string();
}

std::span<const SourceKind> source_kinds() { return kSourceKinds; }

Found discover(const Places& places) {
  Found found;
  for (const SourceKind& kind : kSourceKinds) {
    const auto before = found.sensors.size() + found.absent.size() + found.facts.size();
    kind.find(places, found);
    if (found.sensors.size() + found.absent.size() + found.facts.size() == before)
      found.absent.push_back({std::string(kind.name), std::string(kind.tells),
                              std::string(kind.absent_because), std::string(kind.remedy)});
  }
  return found;
}

}  // namespace assay::sensor
