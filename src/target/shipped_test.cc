// The files of targets/: all of them load, hold the catalogue's rules, and agree with what was published.
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "target/catalogue.h"
#include "target/describe.h"

namespace assay::target {
namespace {

const Catalogue& shipped() {
  static const Catalogue kCatalogue = [] {
    auto catalogue = Catalogue::open(ASSAY_SOURCE_DIR "/targets");
    EXPECT_TRUE(catalogue) << catalogue.error().message;
    return catalogue ? *catalogue : Catalogue{};
  }();
  return kCatalogue;
}

const Target& named(const char* id) {
  const auto found = shipped().find(id);
  EXPECT_TRUE(found) << found.error().message;
  return **found;
}

const Peak& peak(const char* id, const char* unit, const char* precision, const std::string& mode = "") {
  static const Peak kNone;
  for (const Peak& one : (*unit_of(named(id), unit).value()).peaks)
    if (one.precision == precision && one.mode == mode) return one;
  ADD_FAILURE() << id << " " << unit << " has no " << precision << " peak in " << mode;
  return kNone;
}

TEST(Shipped, HasTheTargetsThatArePromised) {
  for (const char* id : {"jetson-orin-nx-8gb",
                         "jetson-agx-orin-64gb",
                         "jetson-xavier-nx",
                         "jetson-orin-nano-8gb",
                         "qcs6490",
                         "radxa-x4-n100",
                         "raspberry-pi-4",
                         "raspberry-pi-5",
                         "xeon-d-1577",
                         "epyc-3451",
                         "myriad-x-m2",
                         "coral-m2",
                         "coral-dev-board",
                         "hailo-8-m2",
                         "imx8m-plus",
                         "jetson-agx-xavier",
                         "jetson-orin-nx-16gb",
                         "jetson-tx2",
                         "jetson-nano",
                         "gtx-1660",
                         "tesla-v100-pcie",
                         "tesla-a100-pcie",
                         "zu15eg-dpu",
                         "ultra96-v2-dpu",
                         "vck190-dpu"})
    EXPECT_TRUE(shipped().find(id)) << id;
  const auto near = shipped().find("jetson-orin-nx-8g");
  ASSERT_FALSE(near);
  EXPECT_NE(near.error().message.find("did you mean 'jetson-orin-nx-8gb'?"), std::string::npos);
}

TEST(Shipped, EverySourceIsUsedAndEveryTargetCanBeRecognised) {
  for (const Target& target : shipped().targets()) {
    std::set<std::string> used;
    const auto use = [&](const Cite& cite) { used.insert(cite.source); };
    const auto maybe = [&](const auto& value) {
      if (value) use(value->cite);
    };
    for (const Unit& unit : target.units) {
      use(unit.description.cite);
      maybe(unit.formats);
      maybe(unit.on_chip_memory);
      for (const Peak& one : unit.peaks) use(one.cite);
    }
    for (const auto* words : {&target.memory, &target.supply, &target.cooling, &target.technology,
                              &target.integration, &target.availability})
      maybe(*words);
    for (const auto* value : {&target.memory_gb, &target.memory_gb_per_s, &target.tdp_w,
                              &target.temperature_limit_c, &target.supply_limit_w, &target.die_area_mm2})
      maybe(*value);
    for (const Words& one : target.io) use(one.cite);
    for (const PowerMode& mode : target.power_modes) use(mode.cite);
    for (const Price& price : target.prices) use(price.cite);
    for (const SensorHint& hint : target.sensors) use(hint.cite);
    for (const auto& [key, source] : target.sources) {
      const bool disputed = std::any_of(target.contradictions.begin(), target.contradictions.end(),
                                        [](const Contradiction& c) { return !c.found.empty(); });
      EXPECT_TRUE(used.contains(key) || disputed) << target.id << ": nothing cites " << key;
    }
    EXPECT_FALSE(target.recognised_by.empty()) << target.id;
  }
}

TEST(Shipped, ModesHaveOneDefaultAtMostAndUnitsThatExist) {
  for (const Target& target : shipped().targets()) {
    int defaults = 0;
    for (const PowerMode& mode : target.power_modes) {
      defaults += mode.is_default ? 1 : 0;
      for (const auto& [unit, mhz] : mode.clock_mhz)
        EXPECT_TRUE(unit_of(target, unit)) << target.id << " " << unit;
      for (const auto& [unit, words] : mode.active)
        EXPECT_TRUE(unit_of(target, unit)) << target.id << " " << unit;
    }
    EXPECT_LE(defaults, 1) << target.id;
    // With several modes a peak without one would hold in none of them.
    if (!target.power_modes.empty())
      for (const Unit& unit : target.units)
        for (const Peak& one : unit.peaks) {
          EXPECT_FALSE(one.mode.empty()) << target.id << " " << unit.name;
        }
  }
}

TEST(Shipped, NoUnitHasWhatTheWholeSocHas) {
  // Published totals, all of them sparse, that must be in no unit.
  const struct {
    const char* id;
    double tops;
  } kTotals[] = {{"jetson-orin-nx-8gb", 70},
                 {"jetson-orin-nx-16gb", 100},
                 {"jetson-agx-orin-64gb", 275},
                 {"jetson-xavier-nx", 21}};
  for (const auto& total : kTotals)
    for (const Unit& unit : named(total.id).units)
      for (const Peak& one : unit.peaks) {
        const double highest = one.sparse.value_or(one.dense.value_or(0));
        EXPECT_GT(std::abs(highest / 1000 - total.tops), 0.02 * total.tops) << total.id << " " << unit.name;
      }
}

TEST(Shipped, UnitsAddUpToThePublishedTotals) {
  const auto sum = [](const char* id, std::initializer_list<const char*> units, const char* mode) {
    double gops = 0;
    for (const char* unit : units) gops += peak(id, unit, "int8", mode).sparse.value_or(0);
    return gops / 1000;
  };
  EXPECT_NEAR(sum("jetson-orin-nx-8gb", {"GPU", "DLA0"}, "MAXN"), 70, 0.7);
  EXPECT_NEAR(sum("jetson-orin-nx-8gb", {"GPU", "DLA0"}, "40W"), 117, 1.2);
  EXPECT_NEAR(sum("jetson-orin-nx-16gb", {"GPU", "DLA0", "DLA1"}, "MAXN"), 100, 1);
  EXPECT_NEAR(sum("jetson-agx-orin-64gb", {"GPU", "DLA0", "DLA1"}, "MAXN"), 275, 2.8);
  EXPECT_NEAR(sum("jetson-orin-nano-8gb", {"GPU"}, "MAXN_SUPER"), 67, 0.7);
}

TEST(Shipped, TheAgxOrinAgreesWithNvidiasTableOfPowerModes) {
  // NVIDIA's README: sparse INT8 TOPS of the GPU and of two DLA cores by mode; the two that disagree with the
  // clocks of table I stand in the file as contradictions.
  const struct {
    const char* mode;
    double gpu, dla;
  } kTable[] = {{"MAXN", 171, 105}, {"50W", 109, 0}, {"30W", 41, 90}, {"15W", 0, 40}};
  for (const auto& row : kTable) {
    if (row.gpu > 0) {
      EXPECT_NEAR(*peak("jetson-agx-orin-64gb", "GPU", "int8", row.mode).sparse / 1000, row.gpu, 0.51)
          << row.mode;
    }
    if (row.dla > 0) {
      const double both = *peak("jetson-agx-orin-64gb", "DLA0", "int8", row.mode).sparse +
                          *peak("jetson-agx-orin-64gb", "DLA1", "int8", row.mode).sparse;
      EXPECT_NEAR(both / 1000, row.dla, 0.51) << row.mode;
    }
  }
  EXPECT_NEAR(*peak("jetson-agx-orin-64gb", "GPU", "fp32", "MAXN").dense / 1000, 5.3, 0.05);
}

TEST(Shipped, TheAgxOrinHasTheClocksOfThePapersTable) {
  const struct {
    const char* mode;
    double cpu, gpu, dla;
    const char *cores, *tpc;
  } kTable[] = {{"15W", 1113.6, 420.75, 614.4, "4 cores", "3 TPC"},
                {"30W", 1728, 624.75, 1369.6, "8 cores", "4 TPC"},
                {"50W", 1497.6, 828.75, 1369.6, "12 cores", "8 TPC"},
                {"MAXN", 2201.6, 1301, 1600, "12 cores", "8 TPC"}};
  for (const auto& row : kTable) {
    const PowerMode* mode = find_mode(named("jetson-agx-orin-64gb"), row.mode);
    ASSERT_NE(mode, nullptr) << row.mode;
    EXPECT_EQ(mode->clock_mhz.at("CPU"), row.cpu);
    EXPECT_EQ(mode->clock_mhz.at("GPU"), row.gpu);
    EXPECT_EQ(mode->clock_mhz.at("DLA0"), row.dla);
    EXPECT_EQ(mode->active.at("CPU"), row.cores);
    EXPECT_EQ(mode->active.at("GPU"), row.tpc);
  }
}

TEST(Shipped, RatiosOfVedliotsTablesComeOutAgain) {
  // Achieved GOPS and performance ratio in percent as VEDLIoT D3.3 prints them, of rows whose peak stands.
  const struct {
    const char *id, *unit, *precision, *mode;
    double achieved, ratio, tolerance;
  } kRows[] = {
      {"xeon-d-1577", "CPU", "fp32", "", 66.56, 10, 1e-9},  // By table 2 alone: a tenth of the peak.
      {"jetson-agx-xavier", "GPU", "int8", "MAXN", 3909.19, 17.77, 0.005},
      {"jetson-agx-xavier", "GPU", "int8", "MAXN", 8735.62, 39.71, 0.005},
      {"jetson-agx-xavier", "GPU", "fp16", "MAXN", 2517.12, 22.88, 0.005},
      {"jetson-xavier-nx", "GPU", "int8", "15W_2CORE", 2494.39, 18.46, 0.006},
      {"jetson-xavier-nx", "GPU", "fp16", "15W_2CORE", 2630.82, 38.93, 0.006},
      {"jetson-tx2", "GPU", "fp16", "MAXN", 740.37, 56.95, 0.005},
      {"jetson-tx2", "GPU", "fp32", "MAXN", 410.42, 63.14, 0.005},
      {"jetson-nano", "GPU", "fp16", "MAXN", 197.2, 41.8, 0.05},
      {"jetson-nano", "GPU", "fp32", "MAXN", 126.8, 53.7, 0.05},
      {"hailo-8-m2", "NPU", "int8", "", 2662.57, 10.24, 0.005},
      {"coral-m2", "TPU", "int8", "", 189.43, 4.74, 0.005},
      {"coral-dev-board", "TPU", "int8", "", 156.505, 3.9, 0.05},
      {"imx8m-plus", "NPU", "int8", "", 366.28, 15.9, 0.05},
      {"myriad-x-m2", "MYRIAD", "fp16", "", 157.39, 15.74, 0.005},
      {"gtx-1660", "GPU", "int8", "", 7702.0, 38.5, 0.05},
      {"tesla-a100-pcie", "GPU", "int8", "", 15528.94, 2.49, 0.005},
      {"tesla-a100-pcie", "GPU", "tf32", "", 8587.20, 5.50, 0.006},
      {"zu15eg-dpu", "B2304x3-200", "int8", "", 726.38, 52.55, 0.006},
      {"zu15eg-dpu", "B4096x2-200", "int8", "", 783.10, 47.80, 0.006},
      {"vck190-dpu", "C32B1", "int8", "", 4077, 39.81, 0.006},
      {"vck190-dpu", "C64B5", "int8", "", 24499, 23.93, 0.006},
  };
  for (const auto& row : kRows)
    EXPECT_NEAR(100 * row.achieved / *peak(row.id, row.unit, row.precision, row.mode).dense, row.ratio,
                row.tolerance)
        << row.id << " " << row.precision;
  // Of rows whose peak was the whole SoC's, sparse: what the files say of them.
  EXPECT_NEAR(100 * 21099.17 / *peak("jetson-agx-orin-64gb", "GPU", "int8", "MAXN").dense, 24.7, 0.05);
  EXPECT_NEAR(100 * 8877.67 / *peak("jetson-orin-nx-16gb", "GPU", "int8", "MAXN").dense, 29.5, 0.05);
  // Nothing that was achieved may exceed the peak that was chosen.
  EXPECT_LT(1316.53, *peak("jetson-agx-xavier", "GPU", "fp32", "MAXN").dense);
  EXPECT_LT(640.43, *peak("jetson-xavier-nx", "GPU", "fp32", "15W_2CORE").dense);
}

TEST(Shipped, MachinesAreRecognised) {
  const auto recognise = [](const char* key, const char* value) -> std::string {
    const Target* target = shipped().recognise({{key, value}});
    return target ? target->id : "";
  };
  EXPECT_EQ(recognise("compatible", "nvidia,p3768-0000+p3767-0001 nvidia,p3767-0001 nvidia,tegra234"),
            "jetson-orin-nx-8gb");
  EXPECT_EQ(recognise("compatible", "nvidia,p3768-0000+p3767-0000 nvidia,p3767-0000 nvidia,tegra234"),
            "jetson-orin-nx-16gb");
  EXPECT_EQ(recognise("compatible", "nvidia,p3737-0000+p3701-0005 nvidia,p3701-0005"),
            "jetson-agx-orin-64gb");
  EXPECT_EQ(recognise("board", "Qualcomm Technologies, Inc. Robotics RB3gen2"), "");
  EXPECT_EQ(recognise("compatible", "qcom,qcs6490-rb3gen2 qcom,qcm6490"), "qcs6490");
  EXPECT_EQ(recognise("cpu", "Intel(R) N100"), "radxa-x4-n100");
  EXPECT_EQ(recognise("board", "Raspberry Pi 5 Model B Rev 1.0"), "raspberry-pi-5");
  EXPECT_EQ(recognise("cpu", "Raspberry Pi 4 Model B Rev 1.4"), "raspberry-pi-4");
  EXPECT_EQ(recognise("cpu", "AMD EPYC 9B45"), "");
  EXPECT_EQ(recognise("power_mode", "N100"), "");
}

TEST(Shipped, NearMissesAreNotRecognised) {
  const struct {
    const char *id, *said;
    bool is;
  } kSaid[] = {
      {"tesla-a100-pcie", "NVIDIA A100-PCIE-40GB", true},
      {"tesla-a100-pcie", "NVIDIA RTX A1000", false},
      {"tesla-a100-pcie", "NVIDIA A100-SXM4-80GB", false},
      {"tesla-v100-pcie", "Tesla V100-PCIE-16GB", true},
      {"tesla-v100-pcie", "Tesla V100-SXM2-16GB", false},
      {"gtx-1660", "NVIDIA GeForce GTX 1660", true},
      {"gtx-1660", "NVIDIA GeForce GTX 1660 Ti", false},
      {"gtx-1660", "NVIDIA GeForce GTX 1660 SUPER", false},
      {"hailo-8-m2", "HAILO8L", false},
      {"jetson-agx-orin-64gb", "nvidia,p3737-0000+p3701-0004 nvidia,p3701-0004", false},
      {"jetson-agx-orin-64gb", "NVIDIA Jetson AGX Orin Developer Kit", false},
      {"jetson-orin-nano-8gb", "nvidia,p3768-0000+p3767-0004 nvidia,p3767-0004", false},
      {"jetson-orin-nano-8gb", "nvidia,p3768-0000+p3767-0005 nvidia,p3767-0005", true},
      {"jetson-nano", "nvidia,p2371-2180 nvidia,jetson-tx1 nvidia,tegra210", false},
      {"jetson-nano", "nvidia,p3449-0000-b00+p3448-0000-b00 nvidia,jetson-nano nvidia,tegra210", true},
      {"jetson-nano", "NVIDIA Jetson Nano 2GB Developer Kit", false},
      {"jetson-tx2", "nvidia,p2597-0000+p3489-0000 nvidia,tegra186", false},
      {"raspberry-pi-4", "Raspberry Pi 400 Rev 1.0", false},
      {"raspberry-pi-5", "Raspberry Pi 500 Rev 1.0", false},
      {"radxa-x4-n100", "Intel(R) Processor N1000", false},
  };
  for (const auto& c : kSaid)
    EXPECT_EQ(says(c.said, named(c.id).recognised_by), c.is) << c.id << ": " << c.said;
}

TEST(Shipped, AnotherBoardWithTheN100IsNotRadxas) {
  const Target& target = named("radxa-x4-n100");
  EXPECT_TRUE(is_board(target.board_says, {{"board", "Radxa X4"}, {"cpu", "Intel(R) N100"}}));
  EXPECT_FALSE(is_board(target.board_says, {{"board", "Mini S12"}, {"cpu", "Intel(R) N100"}}));
  EXPECT_FALSE(is_board(target.board_says, {{"cpu", "Intel(R) N100"}}));
  EXPECT_TRUE(is_board(named("raspberry-pi-5").board_says, {}));
}

TEST(Shipped, TheTableFits) {
  const std::string table = targets_table(shipped().targets());
  for (std::size_t at = 0; at < table.size();) {
    const std::size_t end = table.find('\n', at);
    const std::string line = table.substr(at, end - at);
    EXPECT_LE(line.size(), 100u) << line;
    at = end + 1;
  }
  EXPECT_NE(table.find("jetson-orin-nx-8gb"), std::string::npos);
  for (const Target& target : shipped().targets()) EXPECT_FALSE(target_text(target).empty());
  EXPECT_TRUE(targets_json(shipped().targets()));
}

}  // namespace
}  // namespace assay::target
