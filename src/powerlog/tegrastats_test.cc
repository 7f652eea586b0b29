#include <gtest/gtest.h>

#include <algorithm>

#include "powerlog/test_logs.h"

namespace assay::powerlog {
namespace {

ImportOptions in_utc() {
  ImportOptions options;
  options.log.zone = Zone{};
  return options;
}

TEST(Tegrastats, LinesOfASecondLieEvenlyInIt) {
  const ImportedLog log = value_of(import_log(fixture("tegrastats-orin-nx.txt"), in_utc()));
  EXPECT_EQ(log.format, "tegrastats");
  const record::Series& input = series_of(log, "tegrastats.VDD_IN.power");
  EXPECT_EQ(values_of(input), (std::vector<double>{5.765, 7.421, 7.422, 7.423, 7.424, 7.425}));
  const std::int64_t base = parse_iso8601("2026-07-25T09:08:28Z")->ns;
  constexpr std::int64_t kHalf = 500'000'000;
  for (std::size_t i = 0; i < input.readings.size(); ++i) {
    // The first line was alone in its second, so it stands in the half that the others leave for it.
    EXPECT_EQ(input.readings[i].begin_ns, base + kHalf * static_cast<std::int64_t>(i + 1));
    EXPECT_EQ(input.readings[i].end_ns, base + kHalf * static_cast<std::int64_t>(i + 2));
  }
  EXPECT_EQ(input.channel.update_ns, kHalf);
  EXPECT_EQ(input.channel.kind, record::ReadingKind::kInstant);
  EXPECT_EQ(input.channel.boundary, record::Boundary::kBoard);
  EXPECT_EQ(input.channel.contains,
            (std::vector<std::string>{"tegrastats.VDD_CPU_GPU_CV.power", "tegrastats.VDD_SOC.power"}));
  EXPECT_EQ(series_of(log, "tegrastats.VDD_SOC.power").channel.boundary, record::Boundary::kRail);
  EXPECT_EQ(rejected(input, "noise line"), 1);
}

TEST(Tegrastats, OtherChannelsAndGatedZones) {
  const ImportedLog log = value_of(import_log(fixture("tegrastats-orin-nx.txt"), in_utc()));
  EXPECT_EQ(series_of(log, "tegrastats.CPU0.utilisation").readings[0].value, 25);
  EXPECT_EQ(series_of(log, "tegrastats.CPU0.frequency").readings[0].value, 1420e6);
  EXPECT_EQ(find_series(log, "tegrastats.CPU1.utilisation"), nullptr);
  EXPECT_EQ(series_of(log, "tegrastats.GR3D.utilisation").readings[0].value, 76);
  EXPECT_EQ(series_of(log, "tegrastats.GR3D.frequency").readings[0].value, 611e6);
  EXPECT_EQ(series_of(log, "tegrastats.EMC.frequency").readings[0].value, 2133e6);
  EXPECT_EQ(series_of(log, "tegrastats.APE.frequency").readings[0].value, 174e6);
  EXPECT_EQ(series_of(log, "tegrastats.CPU.temperature").readings[0].value, 42.5);
  EXPECT_EQ(series_of(log, "tegrastats.CPU.temperature").channel.unit, "degC");
  EXPECT_EQ(series_of(log, "tegrastats.RAM.memory").readings[0].value, 2840.0 * (1 << 20));
  EXPECT_TRUE(series_of(log, "tegrastats.CV0.temperature").readings.empty());
  EXPECT_EQ(rejected(series_of(log, "tegrastats.CV0.temperature"), "sensor off"), 6);
}

TEST(Tegrastats, AgxOrinHasNoTotalAndADla) {
  const ImportedLog log = value_of(import_log(fixture("tegrastats-agx-orin.txt"), in_utc()));
  EXPECT_EQ(values_of(series_of(log, "tegrastats.VDD_GPU_SOC.power")), (std::vector<double>{3.150, 5.139}));
  EXPECT_EQ(values_of(series_of(log, "tegrastats.VIN_SYS_5V0.power")), (std::vector<double>{4.968, 4.960}));
  EXPECT_EQ(series_of(log, "tegrastats.NVDLA0.frequency").readings[0].value, 1600e6);
  EXPECT_EQ(find_series(log, "tegrastats.NVDLA1.frequency"), nullptr);
  EXPECT_EQ(series_of(log, "tegrastats.GR3D_1.frequency").readings[0].value, 408e6);
  EXPECT_EQ(series_of(log, "tegrastats.VIC.frequency").readings[0].value, 115e6);
  EXPECT_EQ(series_of(log, "tegrastats.cpu.temperature").readings[0].value, 52.968);
  for (const record::Series& series : log.series) {
    // The memory's rail is fed by the 5 V rail: adding the two would count it twice.
    if (series.channel.id == "tegrastats.VIN_SYS_5V0.power") {
      EXPECT_EQ(series.channel.contains, std::vector<std::string>{"tegrastats.VDDQ_VDD2_1V8AO.power"});
    } else {
      EXPECT_TRUE(series.channel.contains.empty()) << series.channel.id;
    }
  }
}

TEST(Tegrastats, InputsThatNothingIsConnectedToAreNoRail) {
  std::string text;
  for (int i = 0; i < 30; ++i)
    text +=
        "RAM 13983/62780MB (lfb 424x4MB) CPU [90%@2201] GR3D_FREQ 14%@[407,408] tj@77.281C VDD_GPU_SOC "
        "3150mW/2971mW VDD_CPU_CV 14312mW/12415mW VIN_SYS_5V0 4968mW/5048mW NC 0mW/0mW VDDQ_VDD2_1V8AO "
        "1091mW/1091mW NC 0mW/0mW\n";
  ImportOptions options;
  options.log.interval_ns = 1'000'000'000;
  const ImportedLog log = value_of(import_text(text, options));
  EXPECT_EQ(find_series(log, "tegrastats.NC.power"), nullptr);
  for (const char* rail : {"VDD_GPU_SOC", "VDD_CPU_CV", "VIN_SYS_5V0", "VDDQ_VDD2_1V8AO"})
    EXPECT_EQ(series_of(log, "tegrastats." + std::string(rail) + ".power").readings.size(), 30U) << rail;
}

TEST(Tegrastats, WithoutStampsTheLinesAreCounted) {
  const auto silent = import_log(fixture("tegrastats-old.txt"), in_utc());
  ASSERT_FALSE(silent);
  EXPECT_TRUE(mentions(silent.error().message, "--interval")) << silent.error().message;
  ImportOptions options;
  options.log.interval_ns = 250'000'000;
  const ImportedLog log = value_of(import_log(fixture("tegrastats-old.txt"), options));
  EXPECT_EQ(log.clock, LogClock::kRelative);
  const record::Series& input = series_of(log, "tegrastats.VDD_IN.power");
  EXPECT_EQ(input.readings, (std::vector<record::Reading>{{0, 0, 5.336}, {250'000'000, 250'000'000, 5.4}}));
  EXPECT_EQ(input.channel.contains.size(), 3U);
  EXPECT_EQ(series_of(log, "tegrastats.APE.frequency").readings[0].value, 150e6);
  EXPECT_EQ(find_series(log, "tegrastats.SWAP.power"), nullptr);
  EXPECT_EQ(find_series(log, "tegrastats.fg.utilisation"), nullptr);
}

TEST(Tegrastats, StampsWithoutAZoneHaveToBeGivenOne) {
  const auto log = import_log(fixture("tegrastats-agx-orin.txt"), {});
  ASSERT_FALSE(log);
  EXPECT_TRUE(mentions(log.error().message, "zone")) << log.error().message;
}

TEST(Tegrastats, TwoLinesInOneAreNotUsed) {
  const std::string line = "RAM 1/2MB CPU [1%@2] VDD_IN 5765mW/5700mW";
  ImportOptions options;
  options.log.interval_ns = 1'000'000;
  const ImportedLog log = value_of(import_text(
      line + "\n" + line + line + "\n" + "RAM 1/2MB CPU [1%@2] VDD_IN 57x5mW\n" + line + "\n", options));
  EXPECT_EQ(series_of(log, "tegrastats.VDD_IN.power").readings.size(), 2U);
  EXPECT_EQ(rejected(series_of(log, "tegrastats.VDD_IN.power"), "garbled line"), 2);
}

}  // namespace
}  // namespace assay::powerlog
