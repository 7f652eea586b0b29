// What the owner of each board would expect to see.
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "sensor/reasons.h"
#include "sensor/test_tree.h"

namespace assay::sensor {
namespace {

using Ids = std::vector<std::string>;
using record::Boundary;
using record::ReadingKind;

TEST(Boards, OrinNxWithL4t35) {
  const Inventory orin = take_inventory(Places::tree(board("orin-nx-35")));
  EXPECT_EQ(ids(orin.rails),
            (Ids{"ina3221-0040.VDD_IN.power", "ina3221-0040.VDD_IN.voltage", "ina3221-0040.VDD_IN.current",
                 "ina3221-0040.VDD_CPU_GPU_CV.power", "ina3221-0040.VDD_CPU_GPU_CV.voltage",
                 "ina3221-0040.VDD_CPU_GPU_CV.current", "ina3221-0040.VDD_SOC.power",
                 "ina3221-0040.VDD_SOC.voltage", "ina3221-0040.VDD_SOC.current"}));
  const InventoryEntry input = entry(orin, "ina3221-0040.VDD_IN.power");
  EXPECT_NEAR(input.value.value(), 4.984 * 1.856, 1e-9);
  EXPECT_EQ(input.channel.unit, "W");
  EXPECT_EQ(input.channel.kind, ReadingKind::kInstant);
  EXPECT_EQ(input.channel.boundary, Boundary::kBoard);
  EXPECT_EQ(input.channel.source, "ina3221-0040");
  EXPECT_EQ(input.channel.contains, (Ids{"ina3221-0040.VDD_CPU_GPU_CV.power", "ina3221-0040.VDD_SOC.power"}));
  EXPECT_EQ(input.channel.update_ns, 7'000'000);
  EXPECT_EQ(input.channel.facts.at("samples"), "1");
  EXPECT_EQ(input.channel.facts.at("update_interval"), "7");
  EXPECT_EQ(entry(orin, "ina3221-0040.VDD_SOC.power").channel.boundary, Boundary::kRail);
  EXPECT_TRUE(entry(orin, "ina3221-0040.VDD_SOC.power").channel.contains.empty());
  EXPECT_DOUBLE_EQ(entry(orin, "ina3221-0040.VDD_IN.current").channel.limit.value(), 7.784);

  EXPECT_EQ(ids(orin.zones).size(), 11u) << "nine zones and the two of the board's thermometer";
  EXPECT_DOUBLE_EQ(entry(orin, "thermal.CPU-therm").value.value(), 47.5);
  EXPECT_DOUBLE_EQ(entry(orin, "thermal.CPU-therm").channel.limit.value(), 99)
      << "the trip at which clocks fall";
  EXPECT_DOUBLE_EQ(entry(orin, "thermal.tj-therm").channel.limit.value(), 104.5) << "only a critical trip";
  EXPECT_EQ(entry(orin, "thermal.GPU-therm").value, std::nullopt);
  EXPECT_EQ(entry(orin, "thermal.GPU-therm").no_value, "gated");

  EXPECT_DOUBLE_EQ(entry(orin, "gpu-17000000_ga10b.frequency").value.value(), 918e6);
  EXPECT_NEAR(entry(orin, "gpu-17000000_ga10b.load").value.value(), 73.4, 1e-9);
  EXPECT_DOUBLE_EQ(entry(orin, "tegra-clocks.dla0.frequency").value.value(), 614.4e6);
  EXPECT_DOUBLE_EQ(entry(orin, "tegra-clocks.memory.frequency").value.value(), 3199e6);
  EXPECT_DOUBLE_EQ(entry(orin, "cpufreq.policy4.cpuinfo").value.value(), 1984e6);

  const InventoryEntry events = entry(orin, "tegra-overcurrent.oc3.events");
  EXPECT_DOUBLE_EQ(events.value.value(), 37);
  EXPECT_EQ(events.channel.kind, ReadingKind::kCounter);
  EXPECT_EQ(events.channel.facts.at("meaning"), "instantaneous over-current");
  EXPECT_DOUBLE_EQ(entry(orin, "generic_pwm_tachometer.rpm.speed").value.value(), 2140);
  EXPECT_DOUBLE_EQ(entry(orin, "pwmfan.pwm1.speed").value.value(), 40);
  EXPECT_EQ(orin.facts.at("power_mode"), "25W (mode 3)");
  EXPECT_EQ(orin.facts.at("governor"), "schedutil");
}

TEST(Boards, OrinNxWithL4t36) {
  const Inventory orin = take_inventory(Places::tree(board("orin-nx-36")));
  EXPECT_EQ(orin.rails.size(), 9u);
  EXPECT_NEAR(entry(orin, "ina3221-0040.VDD_IN.power").value.value(), 5.024 * 1.024, 1e-9);
  EXPECT_EQ(entry(orin, "thermal.cv0-thermal").no_value, "gated")
      << "0 is what a gated zone of the CV cluster answers";
  EXPECT_DOUBLE_EQ(entry(orin, "thermal.tj-thermal").value.value(), 52.968);
  EXPECT_EQ(ids(orin.clocks),
            (Ids{"cpufreq.policy0.scaling", "cpufreq.policy0.cpuinfo", "cpufreq.policy4.scaling",
                 "cpufreq.policy4.cpuinfo", "gpu-17000000_gpu.frequency", "tegra-clocks.dla0.frequency",
                 "tegra-clocks.dla1.frequency", "tegra-clocks.memory.frequency"}))
      << "vic and nvjpg are no accelerators of ours";
  EXPECT_DOUBLE_EQ(entry(orin, "cpufreq.policy0.scaling").value.value(), 1984e6) << "what the governor wants";
  EXPECT_DOUBLE_EQ(entry(orin, "cpufreq.policy0.cpuinfo").value.value(), 729.6e6)
      << "what the core really does";
  EXPECT_DOUBLE_EQ(entry(orin, "gpu-17000000_gpu.load").value.value(), 0);
  EXPECT_EQ(orin.facts.at("power_mode"), "MAXN (mode 0)");
}

TEST(Boards, AgxOrinHasNoTotal) {
  const Inventory agx = take_inventory(Places::tree(board("agx-orin")));
  std::map<std::string, double> watts;
  for (const InventoryEntry& e : agx.rails)
    if (e.channel.quantity == "power") {
      watts[e.channel.facts.at("label")] = e.value.value();
      EXPECT_EQ(e.channel.boundary, Boundary::kRail) << "no rail of this board is its input";
    }
  ASSERT_EQ(watts.size(), 4u) << "channels that are not connected (NC) are no rails";
  EXPECT_NEAR(watts["VDD_GPU_SOC"], 3.150, 0.001);
  EXPECT_NEAR(watts["VIN_SYS_5V0"], 4.968, 0.001);
  EXPECT_NEAR(watts["VDDQ_VDD2_1V8AO"], 1.091, 0.001);
  EXPECT_EQ(entry(agx, "ina3221-0040.VIN_SYS_5V0.power").channel.contains,
            (Ids{"ina3221-0041.VDDQ_VDD2_1V8AO.power"}));
  EXPECT_TRUE(entry(agx, "ina3221-0040.VDD_CPU_CV.power").channel.contains.empty());
  EXPECT_EQ(agx.zones.size(), 11u);
  EXPECT_DOUBLE_EQ(entry(agx, "thermal.tboard-thermal").channel.limit.value(), 107);
  EXPECT_EQ(agx.facts.at("power_mode"), "MAXN (mode 0)");
}

TEST(Boards, Qcs6490) {
  const Inventory board_now = take_inventory(Places::tree(board("qcs6490")));
  EXPECT_TRUE(board_now.rails.empty());
  EXPECT_EQ(absence(board_now.absent, "power monitors").reason,
            "this board has no such chip, or its kernel no driver for it");
  EXPECT_EQ(board_now.zones.size(), 27u) << "a hwmon chip that mirrors a zone is not counted twice";
  const InventoryEntry npu = entry(board_now, "thermal.nspss0-thermal");
  EXPECT_DOUBLE_EQ(npu.value.value(), 47.9);
  EXPECT_DOUBLE_EQ(npu.channel.limit.value(), 90) << "a hot trip";
  EXPECT_DOUBLE_EQ(entry(board_now, "thermal.cpu11-thermal").channel.limit.value(), 90)
      << "the lower of two passive trips";
  EXPECT_DOUBLE_EQ(entry(board_now, "thermal.gpuss1-thermal").channel.limit.value(), 95);
  EXPECT_DOUBLE_EQ(entry(board_now, "gpu-3d00000_gpu.frequency").channel.limit.value(), 812e6);
  EXPECT_DOUBLE_EQ(entry(board_now, "cpufreq.policy7.scaling").value.value(), 2707.2e6);
  EXPECT_EQ(ids(board_now.counters), (Ids{"cooling.cpufreq-cpu0", "cooling.cpufreq-cpu4",
                                          "cooling.cpufreq-cpu7", "cooling.devfreq-3d00000_gpu"}));
  EXPECT_DOUBLE_EQ(entry(board_now, "cooling.cpufreq-cpu7").value.value(), 3);
  EXPECT_DOUBLE_EQ(entry(board_now, "cooling.cpufreq-cpu7").channel.limit.value(), 19);
  EXPECT_EQ(absence(board_now.absent, "tegra clocks").reason, "not a Jetson");
}

TEST(Boards, N100) {
  const Inventory n100 = take_inventory(Places::tree(board("n100")));
  EXPECT_EQ(ids(n100.rails), (Ids{"rapl.package-0.energy", "rapl.package-0.core.energy",
                                  "rapl.package-0.uncore.energy", "rapl.psys.energy"}))
      << "the copy under intel-rapl-mmio is left out";
  const InventoryEntry package = entry(n100, "rapl.package-0.energy");
  EXPECT_NEAR(package.value.value(), 201234.567890, 1e-6);
  EXPECT_EQ(package.channel.unit, "J");
  EXPECT_EQ(package.channel.kind, ReadingKind::kCounter);
  EXPECT_EQ(package.channel.boundary, Boundary::kPackage);
  EXPECT_NEAR(package.channel.wraps_at.value(), 262143.328850, 1e-6);
  EXPECT_EQ(package.channel.contains, (Ids{"rapl.package-0.core.energy", "rapl.package-0.uncore.energy"}));
  const InventoryEntry psys = entry(n100, "rapl.psys.energy");
  EXPECT_EQ(psys.channel.boundary, Boundary::kBoard);
  EXPECT_EQ(psys.channel.contains.size(), 3u) << "psys is never added to the package";

  EXPECT_EQ(n100.zones.size(), 3u + 5u + 1u);
  EXPECT_FALSE(entry(n100, "thermal.x86_pkg_temp").channel.limit) << "its trip points are switched off";
  EXPECT_DOUBLE_EQ(entry(n100, "coretemp.temp1-Package_id_0.temperature").value.value(), 51);
  EXPECT_DOUBLE_EQ(entry(n100, "coretemp.temp5-Core_3.temperature").channel.limit.value(), 105);
  EXPECT_DOUBLE_EQ(entry(n100, "nvme.temp1-Composite.temperature").channel.limit.value(), 81.85);

  EXPECT_DOUBLE_EQ(entry(n100, "intel-throttle.core.events").value.value(), 0 + 2 + 4 + 6);
  EXPECT_DOUBLE_EQ(entry(n100, "intel-throttle.core.time").value.value(), 0.030);
  EXPECT_DOUBLE_EQ(entry(n100, "intel-throttle.package.events").value.value(), 78)
      << "each core tells the same count";
  EXPECT_DOUBLE_EQ(entry(n100, "intel-throttle.package.time").value.value(), 0.153);

  EXPECT_DOUBLE_EQ(entry(n100, "i915-card1-gt0.frequency").value.value(), 450e6);
  EXPECT_DOUBLE_EQ(entry(n100, "i915-card1-gt0.frequency").channel.limit.value(), 750e6);
  const InventoryEntry reasons = entry(n100, "i915-card1-gt0.reasons");
  EXPECT_EQ(throttle_reasons(reasons.channel, reasons.value.value()), (Ids{"pl1"}));
  EXPECT_DOUBLE_EQ(entry(n100, "cpufreq.policy3.scaling").value.value(), (2900000 - 3 * 100013) * 1e3);
  EXPECT_EQ(n100.facts.at("platform_profile"), "balanced");
  EXPECT_EQ(n100.facts.at("energy_performance_preference"), "balance_performance");
}

TEST(Boards, RaspberryPi5) {
  const Inventory pi = take_inventory(Places::tree(board("raspberry-pi-5")));
  EXPECT_TRUE(pi.rails.empty());
  EXPECT_TRUE(contains(absence(pi.absent, "rpi-pmic").remedy, "vcgencmd"));
  EXPECT_TRUE(contains(absence(pi.absent, "rpi-throttled").remedy, "vcgencmd"));
  EXPECT_EQ(ids(pi.zones), (Ids{"rp1_adc.temp1.temperature", "thermal.cpu-thermal"}));
  EXPECT_DOUBLE_EQ(entry(pi, "thermal.cpu-thermal").channel.limit.value(), 110)
      << "active trips start the fan only";
  EXPECT_EQ(ids(pi.counters), (Ids{"rpi-voltage.reasons"})) << "a fan slows nothing down";
  EXPECT_DOUBLE_EQ(entry(pi, "rpi-voltage.reasons").value.value(), 0);
  EXPECT_DOUBLE_EQ(entry(pi, "pwmfan.fan1.speed").value.value(), 2987);
  EXPECT_DOUBLE_EQ(entry(pi, "cpufreq.policy0.cpuinfo").value.value(), 2.4e9);
}

TEST(Boards, AServerWithoutAnythingSaysSoOfEachSource) {
  const Inventory server = take_inventory(Places::tree(board("x86-server")));
  EXPECT_TRUE(server.rails.empty());
  EXPECT_TRUE(server.zones.empty());
  EXPECT_TRUE(server.clocks.empty());
  EXPECT_TRUE(server.counters.empty());
  EXPECT_EQ(ids(server.load), (Ids{"load.cpu", "foreign-load.all", "foreign-load.heaviest",
                                   "memory.available", "memory.swap_used"}));
  EXPECT_EQ(entry(server, "load.cpu").no_value, "first reading");
  EXPECT_DOUBLE_EQ(entry(server, "memory.available").value.value(), 6500000.0 * 1024);
  std::set<std::string> absent;
  for (const Absence& a : server.absent) {
    absent.insert(a.source);
    EXPECT_FALSE(a.what.empty());
    EXPECT_FALSE(a.reason.empty());
  }
  for (const SourceKind& kind : source_kinds())
    EXPECT_EQ(absent.count(std::string(kind.name)), kind.name == "load" || kind.name == "memory" ? 0u : 1u)
        << kind.name;
}

TEST(Boards, IdsAreUniqueAndFitForFileNames) {
  for (const char* name :
       {"orin-nx-35", "orin-nx-36", "agx-orin", "qcs6490", "n100", "raspberry-pi-5", "x86-server", "odd"}) {
    const Found found = discover(Places::tree(board(name)));
    std::set<std::string> sources, channels;
    for (const auto& sensor : found.sensors) {
      EXPECT_TRUE(sources.insert(sensor->source().id).second) << name << ": " << sensor->source().id;
      EXPECT_GT(sensor->natural_period().count(), 0) << sensor->source().id;
      EXPECT_FALSE(sensor->channels().empty()) << sensor->source().id;
      for (const record::Channel& channel : sensor->channels()) {
        EXPECT_TRUE(channels.insert(channel.id).second) << name << ": " << channel.id;
        EXPECT_EQ(channel.id.find_first_not_of(
                      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-+"),
                  std::string::npos)
            << channel.id;
        EXPECT_EQ(channel.source, sensor->source().id);
        EXPECT_FALSE(channel.unit.empty());
        const bool power = channel.quantity == "power" || channel.quantity == "energy";
        EXPECT_EQ(channel.boundary != Boundary::kNone, power) << channel.id;
        const auto file = channel.facts.find("file");
        EXPECT_TRUE(file == channel.facts.end() || file->second.starts_with("/sys/")) << channel.id;
      }
    }
  }
}

TEST(Boards, TheJsonIsTheInventory) {
  const Inventory orin = take_inventory(Places::tree(board("orin-nx-35")));
  const std::string text = inventory_json(orin);
  const auto json = nlohmann::json::parse(text);
  EXPECT_EQ(json.at("rails").size(), 9u);
  EXPECT_EQ(json.at("rails")[0].at("id"), "ina3221-0040.VDD_IN.power");
  EXPECT_EQ(json.at("rails")[0].at("boundary"), "board");
  EXPECT_NEAR(json.at("rails")[0].at("value").get<double>(), 9.250304, 1e-9);
  EXPECT_FALSE(json.at("rails")[1].contains("boundary")) << "a voltage includes nothing";
  EXPECT_TRUE(json.at("zones")[2].contains("value"));
  EXPECT_EQ(json.at("facts").at("power_mode"), "25W (mode 3)");
  EXPECT_FALSE(json.at("absent").empty());
  for (const auto& list : {"rails", "zones", "clocks", "counters", "load"})
    for (const auto& e : json.at(list)) {
      EXPECT_EQ(e.at("value").is_null(), e.contains("no_value")) << e;
    }
  EXPECT_EQ(text, inventory_json(take_inventory(Places::tree(board("orin-nx-35")))))
      << "the same tree, the same text";
  EXPECT_FALSE(contains(text, ASSAY_SOURCE_DIR)) << "paths are those of the board";
}

TEST(Boards, LabelsOfAnyBytesGiveValidJson) {
  TestTree tree;
  tree.put("sys/class/thermal/thermal_zone0/type", "hot\xff\xc3(\n");
  tree.put("sys/class/thermal/thermal_zone0/temp", "40000\n");
  const std::string text = inventory_json(take_inventory(tree.places()));
  EXPECT_NO_THROW({ EXPECT_EQ(nlohmann::json::parse(text).at("zones").size(), 1u); });
}

}  // namespace
}  // namespace assay::sensor
