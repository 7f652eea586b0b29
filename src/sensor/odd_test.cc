// Nonsense, refusals, and files that change or go away while they are read.
#include <sys/stat.h>
#include <unistd.h>

#include <cmath>

#include "sensor/file_sensor.h"
#include "sensor/test_tree.h"

namespace assay::sensor {
namespace {

namespace fs = std::filesystem;

const Inventory& odd() {
  static const Inventory inventory = take_inventory(Places::tree(board("odd")));
  return inventory;
}

bool has(const std::string& id) {
  for (const auto* list : {&odd().rails, &odd().zones, &odd().clocks, &odd().counters, &odd().load})
    for (const InventoryEntry& e : *list)
      if (e.channel.id == id) return true;
  return false;
}

/// The absence of `source` that names `what`, with its reason; "" when there is none.
std::string reason_for(const std::string& source, const std::string& what) {
  for (const Absence& a : odd().absent)
    if (a.source == source && contains(a.what, what)) return a.reason;
  return "";
}

TEST(Odd, ARailNeedsBothItsNumbers) {
  const InventoryEntry garbage = entry(odd(), "ina3221-1-0040.VDD_IN.power");
  EXPECT_EQ(garbage.value, std::nullopt) << "a voltage of words gives no power";
  EXPECT_EQ(garbage.no_value, "not a number");
  EXPECT_DOUBLE_EQ(entry(odd(), "ina3221-1-0040.VDD_IN.current").value.value(), 1.856);
  EXPECT_EQ(entry(odd(), "ina3221-1-0040.VDD_SOC_x.voltage").no_value, "out of range");
  EXPECT_EQ(entry(odd(), "ina3221-1-0040.VDD_SOC_x.current").no_value, "not a number") << "an empty file";
  EXPECT_EQ(entry(odd(), "ina3221-1-0040.VDD_SOC_x.power").no_value, "out of range");
}

TEST(Odd, ANegativeCurrentIsToldAsItIs) {
  const InventoryEntry rail = entry(odd(), "ina3221-1-0040.VDD_CPU_GPU_CV.power");
  EXPECT_NEAR(rail.value.value(), 4.984 * -0.008, 1e-12);
}

TEST(Odd, TwoMonitorsOfOneAddressAndNonsenseSettings) {
  EXPECT_DOUBLE_EQ(entry(odd(), "ina3221-2-0040.in1.power").value.value(), 0.5)
      << "a rail without a label has its number";
  EXPECT_FALSE(has("ina3221-2-0040.NC.power"));
  EXPECT_FALSE(has("ina3221-2-0040.OFF.power")) << "a channel that is switched off";
  EXPECT_EQ(entry(odd(), "ina3221-1-0040.VDD_IN.power").channel.update_ns, 0)
      << "an interval of -5 ms is not told";
  EXPECT_EQ(entry(odd(), "ina3221-2-0040.in1.power").channel.update_ns, 0) << "nor one of three years";
}

TEST(Odd, Zones) {
  EXPECT_EQ(entry(odd(), "thermal.cpu-thermal").no_value, "gated");
  EXPECT_DOUBLE_EQ(entry(odd(), "thermal.cpu-thermal-2").value.value(), 41) << "two zones of one name";
  EXPECT_FALSE(entry(odd(), "thermal.cpu-thermal-2").channel.limit)
      << "trips of -1 and INT_MAX are switched off";
  EXPECT_EQ(entry(odd(), "thermal.cv0-thermal").no_value, "gated");
  EXPECT_DOUBLE_EQ(entry(odd(), "thermal.soc0-thermal").value.value(), 0)
      << "only gated kinds answer 0 for nothing";
  EXPECT_EQ(reason_for("thermal", "thermal.hot-thermal"), "out of range");
  EXPECT_EQ(reason_for("thermal", "thermal.void-thermal"), "not a number: ''");
  EXPECT_EQ(reason_for("thermal", "thermal.words-thermal"), "not a number: 'warm'");
}

TEST(Odd, CountersBeyondTheirRange) {
  EXPECT_EQ(reason_for("rapl", "rapl.package-0.energy"), "out of range") << "1 uJ above its own wrap";
  EXPECT_EQ(reason_for("rapl", "rapl.package-0.core.energy"), "out of range");
  EXPECT_DOUBLE_EQ(entry(odd(), "rapl.package-1.energy").value.value(), 262143.999938)
      << "the wrap itself is good";
  EXPECT_FALSE(entry(odd(), "rapl.package-0.dram.energy").channel.wraps_at);
  EXPECT_EQ(entry(odd(), "rapl.package-0.dram.energy").channel.boundary, record::Boundary::kChip);
  EXPECT_EQ(reason_for("rapl", "rapl.package-2.energy"), "read error") << "a folder where a file should be";
}

TEST(Odd, ClocksAndChips) {
  EXPECT_DOUBLE_EQ(entry(odd(), "cpufreq.policy0.scaling").value.value(), 2601e6);
  EXPECT_FALSE(entry(odd(), "cpufreq.policy0.scaling").channel.limit);
  EXPECT_EQ(reason_for("cpufreq", "cpufreq.policy0.cpuinfo"), "not a number: '<unknown>'");
  EXPECT_EQ(reason_for("cpufreq", "cpufreq.policy2.scaling"), "out of range");
  EXPECT_EQ(ids(odd().clocks),
            (std::vector<std::string>{"cpufreq.policy0.scaling", "cpufreq.policy10.scaling"}));
  EXPECT_EQ(reason_for("gpu-17000000_ga10b", "frequency"), "not a number: '18446744073709551616'");
  EXPECT_EQ(reason_for("gpu-17000000_ga10b", "load"), "not a number: '12.5'");

  EXPECT_DOUBLE_EQ(entry(odd(), "twin-b.temp1.temperature").value.value(), 19)
      << "named by device, not by number";
  EXPECT_DOUBLE_EQ(entry(odd(), "twin-a.temp1.temperature").value.value(), 20);
  EXPECT_FALSE(entry(odd(), "twin-b.temp1.temperature").channel.limit) << "a limit of 0 is none";
  EXPECT_EQ(entry(odd(), "twin-b.temp2.temperature").no_value, "gated");
  EXPECT_EQ(reason_for("twin-b-state", "temp3"), "out of range");
  EXPECT_EQ(reason_for("twin-b-state", "fan1"), "out of range");
  const InventoryEntry mean = entry(odd(), "twin-b.power2.power_average");
  EXPECT_DOUBLE_EQ(mean.value.value(), 7);
  EXPECT_EQ(mean.channel.kind, record::ReadingKind::kMean);
  EXPECT_EQ(mean.channel.update_ns, 1'000'000'000);
}

TEST(Odd, ProcAndSettings) {
  EXPECT_EQ(entry(odd(), "load.cpu").no_value, "not a number");
  EXPECT_EQ(absence(odd().absent, "memory").reason, "/proc/meminfo lacks MemTotal or MemAvailable");
  EXPECT_FALSE(odd().facts.count("power_mode"));
  EXPECT_FALSE(odd().facts.count("governor"));
}

TEST(Odd, AnEmptyOrAbsentTreeIsOnlyAbsences) {
  TestTree tree;
  for (const fs::path& root : {tree.root(), tree.root() / "nowhere"}) {
    const Inventory nothing = take_inventory(Places::tree(root));
    EXPECT_TRUE(nothing.rails.empty() && nothing.zones.empty() && nothing.clocks.empty() &&
                nothing.counters.empty() && nothing.load.empty());
    EXPECT_EQ(nothing.absent.size(), source_kinds().size());
  }
}

/// Files without read permission, seen by a user without rights. Root may read everything, so a test that
/// runs as root becomes somebody else meanwhile.
class AsNobody {
 public:
  AsNobody() : was_root_(::geteuid() == 0) {
    if (was_root_ && ::seteuid(65534) != 0) failed_ = true;
  }
  ~AsNobody() {
    if (was_root_ && ::seteuid(0) != 0) std::abort();
  }
  bool failed() const { return failed_; }

 private:
  bool was_root_, failed_ = false;
};

TEST(Denied, RaplSaysHowToGetIt) {
  TestTree tree;
  ASSERT_EQ(::chmod(tree.root().c_str(), 0755), 0);
  const fs::path energy = tree.put("sys/class/powercap/intel-rapl:0/energy_uj", "1000\n");
  tree.put("sys/class/powercap/intel-rapl:0/name", "package-0\n");
  tree.put("sys/class/powercap/intel-rapl:0/max_energy_range_uj", "262143328850\n");
  ASSERT_EQ(::chmod(energy.c_str(), 0), 0);
  const AsNobody nobody;
  if (nobody.failed()) GTEST_SKIP() << "cannot give up root here";
  const Inventory inventory = take_inventory(tree.places());
  EXPECT_TRUE(inventory.rails.empty());
  const Absence denied = absence(inventory.absent, "rapl");
  EXPECT_EQ(denied.what, "rapl.package-0.energy");
  EXPECT_EQ(denied.reason, "permission denied");
  EXPECT_TRUE(contains(denied.remedy, "chmod a+r")) << denied.remedy;
}

TEST(Denied, ACloseDebugfsOnAJetson) {
  TestTree tree;
  ASSERT_EQ(::chmod(tree.root().c_str(), 0755), 0);
  tree.put("proc/device-tree/compatible", std::string_view("nvidia,p3767\0nvidia,tegra234\0", 29));
  tree.put("sys/kernel/debug/bpmp/debug/clk/nafll_dla0_core/rate", "614400000\n");
  const fs::path debug = tree.root() / "sys/kernel/debug";
  ASSERT_EQ(::chmod(debug.c_str(), 0), 0);
  {
    const AsNobody nobody;
    if (nobody.failed()) GTEST_SKIP() << "cannot give up root here";
    const Inventory inventory = take_inventory(tree.places());
    EXPECT_TRUE(inventory.clocks.empty());
    EXPECT_TRUE(contains(absence(inventory.absent, "tegra-clocks").remedy, "root"));
  }
  ASSERT_EQ(::chmod(debug.c_str(), 0755), 0);
  EXPECT_EQ(take_inventory(tree.places()).clocks.size(), 1u);
}

TEST(Denied, ARailThatMayNotBeRead) {
  TestTree tree;
  ASSERT_EQ(::chmod(tree.root().c_str(), 0755), 0);
  tree.put("sys/class/hwmon/hwmon0/name", "ina3221\n");
  tree.put("sys/class/hwmon/hwmon0/in1_label", "VDD_IN\n");
  tree.put("sys/class/hwmon/hwmon0/curr1_input", "1\n");
  const fs::path bus = tree.put("sys/class/hwmon/hwmon0/in1_input", "1\n");
  ASSERT_EQ(::chmod(bus.c_str(), 0), 0);
  const AsNobody nobody;
  if (nobody.failed()) GTEST_SKIP() << "cannot give up root here";
  const Found found = discover(tree.places());
  EXPECT_EQ(absence(found.absent, "ina3221").reason, "permission denied");
}

TEST(Change, AReadSeesWhatTheFileHoldsNow) {
  TestTree tree;
  tree.put("sys/class/thermal/thermal_zone0/type", "cpu-thermal\n");
  const fs::path temp = tree.put("sys/class/thermal/thermal_zone0/temp", "41000\n");
  const Found found = discover(tree.places());
  ASSERT_EQ(found.sensors.size(), 1u);
  Sensor& sensor = *found.sensors[0];
  std::optional<double> value;
  ASSERT_TRUE(sensor.read(std::span(&value, 1)));
  EXPECT_EQ(value, 41.0);
  for (const auto& [text, expected] :
       std::vector<std::pair<std::string, std::optional<double>>>{{"42500\n", 42.5},
                                                                  {"-256000\n", std::nullopt},
                                                                  {"", std::nullopt},
                                                                  {"x\n", std::nullopt},
                                                                  {"43000\n", 43}}) {
    std::ofstream(temp) << text;
    ASSERT_TRUE(sensor.read(std::span(&value, 1)));
    EXPECT_EQ(value, expected) << "'" << text << "'";
  }
  EXPECT_EQ(sensor.rejected(0), (std::map<std::string, std::int64_t>{{"gated", 1}, {"not a number", 2}}));
}

TEST(Change, OtherPowerMonitors) {
  TestTree tree;
  const std::string chip = "sys/class/hwmon/hwmon0/";
  for (const auto& [file, text] :
       std::vector<std::pair<std::string, std::string>>{{"name", "ina238"},
                                                        {"in0_input", "3"},
                                                        {"in1_input", "12040"},
                                                        {"curr1_input", "1510"},
                                                        {"power1_input", "18170000"},
                                                        {"temp1_input", "40000"},
                                                        {"label", "VIN"},
                                                        {"shunt_resistor", "2000"}})
    tree.put(chip + file, text + "\n");
  Inventory inventory = take_inventory(tree.places());
  EXPECT_DOUBLE_EQ(entry(inventory, "ina238.VIN.power").value.value(), 18.17) << "the chip's own product";
  EXPECT_DOUBLE_EQ(entry(inventory, "ina238.VIN.voltage").value.value(), 12.04) << "the bus, not the shunt";
  EXPECT_EQ(entry(inventory, "ina238.VIN.power").channel.facts.at("shunt_resistor"), "2000");
  fs::remove(tree.root() / chip / "power1_input");
  inventory = take_inventory(tree.places());
  EXPECT_NEAR(entry(inventory, "ina238.VIN.power").value.value(), 12.04 * 1.51, 1e-9);
}

TEST(Contains, AModulesInputHoldsItsOwnRailsOnly) {
  TestTree tree;
  const auto chip = [&](const std::string& n, const std::string& name, const std::string& label) {
    const std::string folder = "sys/class/hwmon/hwmon" + n + "/";
    tree.put(folder + "name", name);
    tree.put(folder + (name == "ina3221" ? "in1_label" : "label"), label);
    tree.put(folder + "in1_input", "12000\n");
    tree.put(folder + "curr1_input", "1000\n");
  };
  chip("0", "ina3221", "VDD_IN");
  chip("1", "ina238", "carrier");  // In front of the module: VDD_IN does not contain it.
  EXPECT_TRUE(entry(take_inventory(tree.places()), "ina3221.VDD_IN.power").channel.contains.empty());
}

TEST(Contains, APackageHoldsItsCoresButNotTheMemory) {
  TestTree tree;
  const auto domain = [&](const std::string& number, const std::string& name) {
    tree.put("sys/class/powercap/intel-rapl:" + number + "/name", name);
    tree.put("sys/class/powercap/intel-rapl:" + number + "/energy_uj", "5\n");
  };
  domain("0", "package-0");
  domain("0:0", "core");
  domain("0:1", "dram");
  domain("1", "package-1");
  domain("1:0", "core");
  const Inventory inventory = take_inventory(tree.places());
  EXPECT_EQ(entry(inventory, "rapl.package-0.energy").channel.contains,
            (std::vector<std::string>{"rapl.package-0.core.energy"}));
  EXPECT_EQ(entry(inventory, "rapl.package-1.energy").channel.contains,
            (std::vector<std::string>{"rapl.package-1.core.energy"}));
}

TEST(Change, XeGraphics) {
  TestTree tree;
  const std::string gt = "sys/class/drm/card0/device/tile0/gt0/freq0/";
  tree.put(gt + "act_freq", "1900\n");
  tree.put(gt + "max_freq", "2050\n");
  tree.put(gt + "throttle/status", "1\n");
  tree.put(gt + "throttle/reason_pl1", "0\n");
  tree.put(gt + "throttle/reason_thermal", "1\n");
  const Inventory inventory = take_inventory(tree.places());
  EXPECT_DOUBLE_EQ(entry(inventory, "xe-card0-tile0-gt0.frequency").value.value(), 1900e6);
  EXPECT_DOUBLE_EQ(entry(inventory, "xe-card0-tile0-gt0.reasons").value.value(), 8);
}

TEST(Change, OldI915WithoutFolderGt) {
  TestTree tree;
  tree.put("sys/class/drm/card0/gt_act_freq_mhz", "300\n");
  tree.put("sys/class/drm/card0-eDP-1/gt_act_freq_mhz", "1\n");
  const Inventory inventory = take_inventory(tree.places());
  ASSERT_EQ(inventory.clocks.size(), 1u);
  EXPECT_DOUBLE_EQ(entry(inventory, "i915-card0-gt0.frequency").value.value(), 300e6);
}

}  // namespace
}  // namespace assay::sensor
