#include <gtest/gtest.h>

#include "verdict/test_subject.h"

namespace assay::verdict {
namespace {

using record::Severity;
using testing::Fires;
using testing::Subject;

const std::vector<std::string>& of_target() { return target_figures(); }

const std::vector<std::string>& ratio_alone() {
  static const std::vector<std::string> kRatio{"performance_ratio"};
  return kRatio;
}

/// A row on the board that it names, in the mode that it states, with the sensors that it should have.
Subject on_target() {
  Subject s = testing::metered();
  record::TargetFacts& target = s.evidence.target.emplace();
  target.id = "jetson-orin-nx-8gb";
  target.name = "NVIDIA Jetson Orin NX 8GB";
  target.unit = "GPU";
  target.power_mode = "15W";
  target.power_mode_names = {"15W", "MODE_15W"};
  target.known_power_modes = {"15W", "MODE_15W", "MAXN"};
  target.temperature_limit_c = record::Cited{99, "Design Guide"};
  target.supply_limit_w = record::Cited{40, "Carrier board"};
  target.recognised_by = {"p3767-0001", "Orin NX Engineering"};
  target.sensors = {"thermal.CPU"};
  s.evidence.machine = {{"board", "NVIDIA Jetson Orin NX Engineering Reference Developer Kit"},
                        {"cpu", "ARMv8 Processor rev 1"},
                        {"power_mode", "MODE_15W (mode 2)"}};
  return s;
}

void elsewhere(Subject& s) { s.evidence.machine = {{"board", "Compute Engine"}, {"cpu", "AMD EPYC 7B13"}}; }

void simulate(Subject& s) {
  elsewhere(s);
  s.row.simulated = true;
}

const Fires kTargetFires[] = {
    {"target-mismatch", Severity::kInvalid, "found Compute Engine; AMD EPYC 7B13", elsewhere, of_target},
    {"target-mismatch", Severity::kOk, "simulated on another machine than the target", simulate,
     testing::whole_row},
    {"target-mismatch", Severity::kUnmeasured, "nothing tells",
     [](Subject& s) { s.evidence.machine.clear(); }, testing::whole_row},
    {"target-mismatch", Severity::kInvalid, "found Tesla T4",
     [](Subject& s) {
       s.evidence.target->card = true;
       for (auto& run : s.evidence.timed) run.session.accelerator_name = "Tesla T4";
     },
     of_target},
    {"power-mode", Severity::kInvalid, "says 15W, but the board is in MAXN (mode 0)",
     [](Subject& s) { s.evidence.machine["power_mode"] = "MAXN (mode 0)"; }, of_target},
    {"power-mode", Severity::kUnmeasured, "was not found",
     [](Subject& s) { s.evidence.machine.erase("power_mode"); }, testing::whole_row},
    {"power-mode", Severity::kUnmeasured, "neither stated (power_mode) nor found",
     [](Subject& s) {
       s.evidence.machine.erase("power_mode");
       s.evidence.target->power_mode.clear();
     },
     testing::whole_row},
    {"power-mode", Severity::kWarn, "its peaks are those of the highest",
     [](Subject& s) {
       s.evidence.machine.erase("power_mode");
       s.evidence.target->power_mode.clear();
       s.row.executed_precision = "int8";
       s.evidence.peaks = {{"int8", "CPU", 1000, "target"}};
       s.evidence.peaks[0].of_target = true;
     },
     ratio_alone},
    {"power-mode", Severity::kUnmeasured,
     "in the power mode MINE (mode 9), which the catalogue does not know",
     [](Subject& s) {
       s.evidence.machine["power_mode"] = "MINE (mode 9)";
       s.evidence.target->power_mode.clear();
     },
     testing::whole_row},
    {"target-sensors", Severity::kUnmeasured, "not found: VDD_IN",
     [](Subject& s) { s.evidence.target->sensors.push_back("VDD_IN"); }, testing::whole_row},
    {"temperature", Severity::kInvalid, "not below 60 degC (jetson-orin-nx-8gb: Design Guide)",
     [](Subject& s) { s.evidence.target->temperature_limit_c->value = 60; }, timed_figures},
    {"supply-limit", Severity::kWarn, "over what the supply of jetson-orin-nx-8gb gives (Carrier board), 4 W",
     [](Subject& s) { s.evidence.target->supply_limit_w->value = 4; }},
};

bool has(const Subject& s, std::string_view rule) {
  return std::ranges::any_of(s.judge(), [&](const auto& finding) { return finding.rule == rule; });
}

TEST(TargetRules, EachFires) { testing::expect_each_fires(kTargetFires, on_target); }

TEST(TargetRules, AreSilentOnTheTargetItself) {
  const Subject s = on_target();
  EXPECT_TRUE(s.judge().empty()) << testing::in_words(s.judge());
}

TEST(TargetRules, AreSilentWithoutATarget) {
  Subject s = on_target();
  elsewhere(s);
  s.evidence.target.reset();
  EXPECT_TRUE(s.judge().empty()) << testing::in_words(s.judge());
}

TEST(TargetRules, OfAnotherMachineNeitherModeNorSensorsAreAskedFor) {
  Subject s = on_target();
  elsewhere(s);
  s.evidence.target->sensors.push_back("VDD_IN");
  EXPECT_FALSE(has(s, "power-mode"));
  EXPECT_FALSE(has(s, "target-sensors"));
}

TEST(TargetRules, SensorsThatTheSpecLeavesOutAreNotMissed) {
  Subject s = on_target();
  s.evidence.target->sensors.push_back("VDD_IN");
  s.experiment.power.sensors = false;
  EXPECT_FALSE(has(s, "target-sensors"));
}

TEST(TargetRules, ACardIsKnownByItsRuntimeAlone) {
  Subject s = on_target();
  elsewhere(s);
  s.evidence.machine["power_mode"] = "15W";
  s.evidence.target->card = true;
  s.evidence.target->recognised_by = {"A100"};
  for (auto& run : s.evidence.timed) run.session.accelerator_name = "NVIDIA A100-PCIE-40GB";
  EXPECT_TRUE(s.judge().empty()) << testing::in_words(s.judge());
}

TEST(TargetRules, OfAnotherMachineNoLimitIsTaken) {
  Subject s = on_target();
  elsewhere(s);
  s.evidence.target->temperature_limit_c->value = 60;
  s.evidence.target->supply_limit_w->value = 4;
  EXPECT_FALSE(has(s, "temperature")) << "The machine's 61 degC are nothing to the target's 60.";
  EXPECT_FALSE(has(s, "supply-limit"));
}

TEST(TargetRules, ATargetThatMayBeHotterIsNoLeave) {
  Subject s = on_target();  // 99 degC
  testing::set_from(testing::series_of(s.evidence.timed[1], "thermal.cpu"), 0, 90);
  const auto findings = s.judge();
  const auto found = std::ranges::find(findings, "temperature", &record::Finding::rule);
  ASSERT_NE(found, findings.end());
  EXPECT_EQ(found->severity, Severity::kInvalid);
  EXPECT_TRUE(found->evidence.starts_with("not below 85 degC all through")) << found->evidence;
}

TEST(TargetRules, AMismatchVoidsWhatRestsOnTheCatalogueAndNothingElse) {
  Subject s = on_target();
  elsewhere(s);
  s.row.executed_precision = "int8";
  s.evidence.peaks = {{"int8", "CPU", 1000, "target"}};
  s.evidence.peaks[0].of_target = true;
  record::Row row = s.row;
  apply_findings(s.judge(), row);
  EXPECT_EQ(row.verdict, "WARN");
  for (const std::string& name : target_figures())
    for (const auto& metric : record::metrics())
      if (metric.name == name) {
        EXPECT_EQ((row.figures.*metric.member).status, record::FigureStatus::kInvalid) << name;
      }
  EXPECT_EQ(row.figures.latency_mean.status, record::FigureStatus::kOk);
  EXPECT_EQ(row.figures.capacity.status, record::FigureStatus::kOk);
  s.evidence.peaks[0].of_target = false;
  apply_findings(s.judge(), s.row);
  EXPECT_EQ(s.row.figures.performance_ratio.status, record::FigureStatus::kOk) << "Of a declared peak.";
}

TEST(TargetRules, TheSpecsLimitsStandAboveTheTargets) {
  Subject s = on_target();
  s.evidence.target->temperature_limit_c->value = 60;
  s.experiment.conditions.temperature_limit_c = 95;
  s.evidence.target->supply_limit_w->value = 4;
  s.experiment.power.supply_limit_w = 40;
  EXPECT_TRUE(s.judge().empty()) << testing::in_words(s.judge());
}

}  // namespace

std::span<const Fires> testing::target_cases() { return kTargetFires; }

}  // namespace assay::verdict
