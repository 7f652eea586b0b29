// Power mode and quiescence: pure functions of text and readings.
#include <gtest/gtest.h>

#include "sensor/power_mode.h"
#include "sensor/quiescence.h"
#include "sensor/test_tree.h"

namespace assay::sensor {
namespace {

TEST(PowerMode, StatusOfNvpmodel) {
  EXPECT_EQ(parse_nvpmodel_status("pmode:0002"), 2);
  EXPECT_EQ(parse_nvpmodel_status("pmode:0010 fmode:quiet\n"), 10);
  for (const char* bad : {"", "2", "pmode:", "pmode:x", "pmode:-1", "pmode:99999"})
    EXPECT_EQ(parse_nvpmodel_status(bad), std::nullopt) << bad;
}

TEST(PowerMode, NameOfAMode) {
  const std::string conf =
      "# < POWER_MODEL ID=1 NAME=COMMENT >\n< PARAM TYPE=FILE NAME=X >\n  < POWER_MODEL ID=0 NAME=MAXN >\n"
      "< POWER_MODEL ID=1 NAME=MODE_15W>\n< PM_CONFIG DEFAULT=1 >\n";
  EXPECT_EQ(find_nvpmodel_name(conf, 0), "MAXN");
  EXPECT_EQ(find_nvpmodel_name(conf, 1), "MODE_15W");
  EXPECT_EQ(find_nvpmodel_name(conf, 2), "");
}

TEST(PowerMode, SettingsOfATree) {
  TestTree tree;
  tree.put("var/lib/nvpmodel/status", "pmode:0007\n");
  tree.put("sys/devices/system/cpu/cpufreq/policy0/scaling_governor", "schedutil\n");
  tree.put("sys/devices/system/cpu/cpufreq/policy4/scaling_governor", "performance\n");
  const auto settings = power_settings(tree.root());
  EXPECT_EQ(settings.at("power_mode"), "mode 7") << "no name for it";
  EXPECT_EQ(settings.at("governor"), "performance, schedutil") << "policies differ, and that is said";
  EXPECT_EQ(settings.size(), 2u);
}

QuietReadings calm() {
  QuietReadings readings;
  readings.cpu_percent = 1;
  readings.accelerator_percent = {{"gpu.load", 0}};
  readings.foreign = ForeignLoad{2, {1, "systemd", 1}};
  readings.celsius = {{"thermal.cpu-thermal", 40}};
  readings.memory_available_bytes = 4e9;
  return readings;
}

QuietLimits all_limits() {
  QuietLimits limits;
  limits.celsius = 50;
  limits.memory_available_bytes = 1e9;
  return limits;
}

TEST(Quiet, ACalmMachine) {
  const Quiet quiet = judge_quiet(calm(), all_limits());
  EXPECT_TRUE(quiet.quiet);
  EXPECT_TRUE(quiet.disturbances.empty());
  EXPECT_TRUE(quiet.unknown.empty());
}

TEST(Quiet, NamesWhoDisturbs) {
  QuietReadings readings = calm();
  readings.foreign = ForeignLoad{103, {812, "firefox", 87}};
  const Quiet quiet = judge_quiet(readings, all_limits());
  EXPECT_FALSE(quiet.quiet);
  ASSERT_EQ(quiet.disturbances.size(), 2u);
  EXPECT_EQ(quiet.disturbances[0], "firefox (pid 812) takes 87 % of a processor (limit 5 % of a processor)");
}

TEST(Quiet, EachLimitFiresAlone) {
  const auto fires = [](const char* word, auto change) {
    QuietReadings readings = calm();
    change(readings);
    const Quiet quiet = judge_quiet(readings, all_limits());
    EXPECT_FALSE(quiet.quiet) << word;
    ASSERT_EQ(quiet.disturbances.size(), 1u) << word;
    EXPECT_TRUE(contains(quiet.disturbances[0], word)) << quiet.disturbances[0];
  };
  fires("processor", [](QuietReadings& r) { r.cpu_percent = 11; });
  fires("npu.load", [](QuietReadings& r) { r.accelerator_percent["npu.load"] = 6; });
  fires("other programs", [](QuietReadings& r) { r.foreign->percent = 12; });
  fires("make", [](QuietReadings& r) { r.foreign->heaviest = {5, "make", 6}; });
  fires("thermal.gpu", [](QuietReadings& r) { r.celsius["thermal.gpu"] = 51; });
  fires("memory", [](QuietReadings& r) { r.memory_available_bytes = 9e8; });
}

TEST(Quiet, AtTheLimitIsQuiet) {
  QuietReadings readings = calm();
  readings.cpu_percent = 10;
  readings.celsius["thermal.cpu-thermal"] = 50;
  EXPECT_TRUE(judge_quiet(readings, all_limits()).quiet);
}

TEST(Quiet, WhatCannotBeReadIsUnknownNotQuietByProof) {
  const Quiet quiet = judge_quiet({}, all_limits());
  EXPECT_TRUE(quiet.quiet) << "nothing is known to disturb";
  EXPECT_EQ(quiet.unknown.size(), 5u) << "but nothing is known at all, and that is said";
  QuietLimits none;
  none.cpu_percent = none.accelerator_percent = none.foreign_percent = none.program_percent = std::nullopt;
  EXPECT_TRUE(judge_quiet({}, none).unknown.empty()) << "what is not asked is not missed";
}

}  // namespace
}  // namespace assay::sensor
