// Readings to findings: what metric/ tells of them and what the rules of power look at are the same thing.
#include <gtest/gtest.h>

#include <algorithm>

#include "metric/power.h"
#include "verdict/test_subject.h"

namespace assay::verdict {
namespace {

using record::Boundary;
using record::Severity;
using testing::metered;
using testing::series_of;
using testing::Subject;

/// Power, idle power and all that follows, formed from the readings as a campaign does.
Subject derived(void (*change)(record::Observation&)) {
  Subject s = metered();
  for (auto& idle : s.evidence.idle) {
    idle.begin_ns = 0;
    idle.end_ns = 30 * testing::kSecond;
    idle.observation.series = {testing::watched("wt300e.power", "power", "W", 4)};
    auto& series = idle.observation.series[0];
    series.channel = series_of(s.evidence.timed[0], "wt300e.power").channel;
    series.readings.clear();
    for (std::int64_t at = -testing::kSecond; at <= 31 * testing::kSecond; at += testing::kSecond / 10)
      series.readings.push_back({at, at + 1'000'000, 4});
  }
  const auto set = [&](record::Observation& seen) {
    for (auto& series : seen.series)
      if (series.channel.quantity == "power") {
        series.channel.kind = record::ReadingKind::kMean;
        series.channel.boundary = Boundary::kDcInput;
        series.channel.update_ns = testing::kSecond / 10;
        series.channel.accuracy = record::Accuracy{0.001, 0.001, 15, "data sheet"};
      }
    change(seen);
  };
  for (auto& run : s.evidence.timed) set(run.observation);
  for (auto& idle : s.evidence.idle) set(idle.observation);
  s.row.power_sources.clear();
  metric::power_figures(s.evidence, s.row);
  // No loaded idle time was asked for, and operations are unknown: no fault of the power.
  return s;
}

std::vector<std::string> rules_of(const Subject& s) {
  std::vector<std::string> names;
  for (const auto& finding : s.judge()) names.push_back(finding.rule);
  return names;
}

TEST(PowerRules, ReadingsOfASoundMeter) {
  const Subject s = derived([](record::Observation&) {});
  EXPECT_TRUE(s.judge().empty()) << testing::in_words(s.judge());
  EXPECT_NEAR(*s.row.figures.power.value, 12, 1e-9);
}

TEST(PowerRules, ReadingsWithAGap) {
  const Subject s = derived([](record::Observation& seen) {
    std::erase_if(seen.series[0].readings,
                  [](const auto& r) { return r.begin_ns > 102.05e9 && r.begin_ns < 102.65e9; });
  });
  const auto findings = s.judge();
  ASSERT_EQ(findings.size(), 1u) << testing::in_words(findings);
  EXPECT_EQ(findings[0].rule, "power-window");
  EXPECT_NE(findings[0].evidence.find(
                "repeat 3: readings cover 88 % of the window, at least 90 % are needed, a gap of"),
            std::string::npos)
      << findings[0].evidence;
}

TEST(PowerRules, ReadingsOutsideOfTheWindowOnly) {
  Subject s = derived([](record::Observation& seen) {
    std::erase_if(seen.series[0].readings,
                  [](const auto& r) { return r.begin_ns > 99e9 && r.begin_ns < 106e9; });
  });
  const auto findings = s.judge();
  ASSERT_EQ(findings.size(), 1u) << testing::in_words(findings);
  EXPECT_EQ(findings[0].rule, "power-unmeasured");
  EXPECT_EQ(findings[0].severity, Severity::kUnmeasured);
  EXPECT_TRUE(findings[0].evidence.starts_with("wt300e.power: ")) << findings[0].evidence;
  apply_findings(findings, s.row);
  EXPECT_EQ(s.row.verdict, "OK");
}

TEST(PowerRules, ReadingsOfRailsOnly) {
  const Subject s = derived([](record::Observation& seen) {
    auto& rail = seen.series[0];
    rail.channel.boundary = Boundary::kRail;
    rail.channel.kind = record::ReadingKind::kInstant;
    rail.channel.accuracy.reset();
    rail.channel.id = "ina.VDD_CPU", rail.channel.source = "ina";
    auto other = rail;
    other.channel.id = "ina.VDD_SOC";
    seen.series.push_back(other);
  });
  EXPECT_EQ(rules_of(s), (std::vector<std::string>{"power-boundary", "power-in-step", "power-accuracy"}));
  EXPECT_NE(s.judge()[0].evidence.find("rail power by ina.VDD_CPU + ina.VDD_SOC"), std::string::npos);
}

TEST(PowerRules, ReadingsOfABoardThatContradictTheMeter) {
  const Subject s = derived([](record::Observation& seen) {
    auto board = seen.series[0];
    board.channel.id = "ina.VDD_IN", board.channel.source = "ina";
    board.channel.boundary = Boundary::kBoard;
    for (auto& reading : board.readings) reading.value *= 1.1;
    seen.series.push_back(board);
  });
  EXPECT_EQ(rules_of(s), std::vector<std::string>{"power-reconciliation"});
}

}  // namespace
}  // namespace assay::verdict
