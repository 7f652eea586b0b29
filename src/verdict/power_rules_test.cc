// Rules of power: power_rules.cc, meter_rules.cc, and of what is sampled, environment_rules.cc.
#include <gtest/gtest.h>

#include <algorithm>

#include "verdict/test_subject.h"

namespace assay::verdict {
namespace {

using record::Boundary;
using record::FigureStatus;
using record::Severity;
using testing::Fires;
using testing::metered;
using testing::power_source;
using testing::series_of;
using testing::Subject;
using testing::whole_row;

const std::vector<std::string>& peak_only() {
  static const std::vector<std::string> kNames{"power_peak"};
  return kNames;
}

const std::vector<std::string>& loaded_idle_only() {
  static const std::vector<std::string> kNames{"power_loaded_idle"};
  return kNames;
}

record::PowerWindow& window(Subject& s, int repeat) {
  return s.row.power_sources[0].windows[static_cast<std::size_t>(repeat - 1)];
}

record::PowerWindow without_value(int repeat, const char* problem) {
  record::PowerWindow none;
  none.repeat = repeat;
  none.problem = problem;
  return none;
}

record::Source& meter(Subject& s, int repeat) {
  return s.evidence.timed[static_cast<std::size_t>(repeat - 1)].observation.sources[0];
}

record::PowerSource& add_source(Subject& s, const char* channel, Boundary boundary, double watts) {
  return s.row.power_sources.emplace_back(power_source(channel, boundary, watts));
}

void no_power(Subject& s, const char* why) {
  for (const auto& metric : record::metrics())
    if (std::ranges::count(metered_figures(), metric.name) > 0)
      s.row.figures.*metric.member = record::Figure::unmeasured(std::string(metric.unit), why);
}

/// As if a board's own instants were the row's power.
void instants(Subject& s) {
  s.row.power_sources[0].boundary = "board";
  for (auto& run : s.evidence.timed)
    series_of(run, "wt300e.power").channel.kind = record::ReadingKind::kInstant;
}

const Fires kPowerFires[] = {
    {"power-unmeasured", Severity::kUnmeasured, "no power source",
     [](Subject& s) { s.row.power_sources.clear(), no_power(s, "no power source"); }, metered_figures},
    {"power-unmeasured", Severity::kUnmeasured, "wt300e.power: no reading covers",
     [](Subject& s) { no_power(s, "no reading covers the window"); }, metered_figures},
    {"power-unmeasured", Severity::kInvalid, "no power in repeat 2: connection lost",
     [](Subject& s) { window(s, 2) = without_value(2, "connection lost"); }, power_figures},

    {"power-boundary", Severity::kWarn,
     "power is ac_input power by wt300e.power, not measured at the DC input",
     [](Subject& s) { s.row.power_sources[0].boundary = "ac_input"; }, metered_figures},
    {"power-boundary", Severity::kWarn, "power is rail power by a + b",
     [](Subject& s) {
       s.row.power_sources[0] = power_source("a + b", Boundary::kRail, 8);
       s.row.power_sources[0].channels = {"a", "b"};
       s.row.power_sources[0].primary = true;
     },
     metered_figures},
    {"power-simulated", Severity::kWarn, "meter wt300e.power is no instrument",
     [](Subject& s) { s.row.power_sources[0].simulated = true; }, metered_figures},

    {"power-window", Severity::kInvalid, "repeat 3: 29 power samples in 5 s, at least 30",
     [](Subject& s) { window(s, 3).samples = 29; }, power_figures},
    {"power-window", Severity::kInvalid, "50 power samples in 5 s, at least 51",
     [](Subject& s) { s.experiment.power.least_samples = 51; }, power_figures},
    {"power-window", Severity::kInvalid, "29 power samples in 5 s, at least 30",
     [](Subject& s) { s.experiment.power.least_samples = 5, window(s, 1).samples = 29; }, power_figures},
    {"power-window", Severity::kInvalid, "repeat 1: readings cover 89.9 % of the window",
     [](Subject& s) { window(s, 1).coverage = 0.899; }, power_figures},
    {"power-window", Severity::kInvalid, "repeat 2: a gap of 251 ms, with updates every 100 ms",
     [](Subject& s) { window(s, 2).longest_gap_ms = 251; }, power_figures},
    {"power-window", Severity::kInvalid, "repeat 2: 1 readings in the run that cannot be",
     [](Subject& s) { window(s, 2).breaks = 1; }, power_figures},
    {"power-window", Severity::kInvalid,
     "4 power samples in 5 s, at least 30 are needed, readings cover 10 %",
     [](Subject& s) { window(s, 2).samples = 4, window(s, 2).coverage = 0.1; }, power_figures},

    {"power-window", Severity::kOk,
     "beside the row's, means that are not to be believed: ina.VDD_IN, repeat 2",
     [](Subject& s) { add_source(s, "ina.VDD_IN", Boundary::kBoard, 9).windows[1].samples = 2; }, whole_row},

    // 20 inferences of 5 ms between two readings, off by 1/400 each: 50 readings make an eighth of a round.
    {"power-in-step", Severity::kWarn, "repeat 1: a reading every 100 ms, an inference every 5 ms, 0 rounds",
     instants, power_figures},
    {"power-in-step", Severity::kWarn,
     "repeat 2: a reading every 100.25 ms, an inference every 5 ms, 2.5 rounds",
     [](Subject& s) { instants(s), window(s, 2).interval_ms = 100.25; }, power_figures},

    {"idle-window", Severity::kUnmeasured, "no idle power was measured; idle window 1: no reading covers it",
     [](Subject& s) {
       s.row.power_sources[0].idle = {without_value(0, "no reading covers it")};
       s.row.figures.power_idle = record::Figure::unmeasured("W", "no idle power was measured");
     },
     idle_figures},
    {"idle-window", Severity::kInvalid, "idle window 2: readings cover 50 %",
     [](Subject& s) { s.row.power_sources[0].idle[1].coverage = 0.5; }, idle_figures},
    {"idle-window", Severity::kInvalid, "idle window 1: 12 power samples",
     [](Subject& s) { s.row.power_sources[0].idle[0].samples = 12; }, idle_figures},
    {"idle-window", Severity::kWarn, "idle window 1: the connection was lost",
     [](Subject& s) { s.row.power_sources[0].idle[0] = without_value(0, "the connection was lost"); },
     idle_figures},
    {"idle-window", Severity::kWarn, "idle window 1: 10 s, at least 30 s",
     [](Subject& s) { s.row.power_sources[0].idle[0].window_ms = 10'000; }, idle_figures},
    {"idle-window", Severity::kWarn, "not quiet: idle window 2: updatedb (pid 812) takes 87 %",
     [](Subject& s) { s.evidence.idle[1].disturbances = {"updatedb (pid 812) takes 87 % of a processor"}; },
     idle_figures},
    {"idle-window", Severity::kInvalid, "loaded idle time, repeat 2: 9 power samples in 5 s",
     [](Subject& s) {
       s.row.power_sources[0].loaded_idle = s.row.power_sources[0].windows;
       s.row.power_sources[0].loaded_idle[1].samples = 9;
     },
     loaded_idle_only},
    {"idle-window", Severity::kInvalid, "loaded idle time, repeat 2: connection lost",
     [](Subject& s) {
       s.row.power_sources[0].loaded_idle = s.row.power_sources[0].windows;
       s.row.power_sources[0].loaded_idle[1] = without_value(2, "connection lost");
     },
     loaded_idle_only},
    {"idle-window", Severity::kUnmeasured, "loaded idle time, repeat 1: connection lost",
     [](Subject& s) {
       s.row.power_sources[0].loaded_idle = {without_value(1, "connection lost")};
       s.row.figures.power_loaded_idle = record::Figure::unmeasured("W", "connection lost");
     },
     loaded_idle_only},
    {"idle-drift", Severity::kWarn, "idle power was 4 W before and 4.61 W after the runs, which drew 12 W",
     [](Subject& s) { s.row.power_sources[0].idle_after_w = 4.61; }, idle_figures},

    {"supply-limit", Severity::kWarn, "peak power of 15.5 W is over the supply's 15 W",
     [](Subject& s) { s.experiment.power.supply_limit_w = 15, s.row.figures.power_peak.value = 15.5; },
     peak_only},
    {"supply-limit", Severity::kUnmeasured,
     "no peak power to hold against the supply's 15 W: a sum of channels",
     [](Subject& s) {
       s.experiment.power.supply_limit_w = 15;
       s.row.figures.power_peak = record::Figure::unmeasured("W", "a sum of channels has no peak reading");
     },
     peak_only},

    {"power-range", Severity::kInvalid, "repeat 2: 3 readings of wt300e.power were refused: peak over range",
     [](Subject& s) { series_of(s.evidence.timed[1], "wt300e.power").rejected["peak over range"] = 3; },
     metered_figures},
    {"power-range", Severity::kInvalid, "repeat 1: 1 readings of wt300e.power were refused: overload",
     [](Subject& s) { series_of(s.evidence.timed[0], "wt300e.power").rejected["overload"] = 1; },
     metered_figures},
    {"power-range", Severity::kInvalid, "repeat 3: wt300e's ranges at the end of the run: changed: 30 V, 2 A",
     [](Subject& s) { meter(s, 3).facts["range_check"] = "changed: 30 V, 2 A"; }, metered_figures},
    {"power-range", Severity::kWarn, "auto range",
     [](Subject& s) { meter(s, 1).facts["range_check"] = "auto range"; }, metered_figures},
    {"power-range", Severity::kWarn, "not told: timeout",
     [](Subject& s) { meter(s, 1).facts["range_check"] = "not told: timeout"; }, metered_figures},

    {"power-integral", Severity::kWarn,
     "repeat 3: wt300e itself integrated 0.085 Wh where its readings make 0.0833",
     [](Subject& s) {
       meter(s, 3).facts["integration_wh"] = "0.085", meter(s, 3).facts["integration_s"] = "75";
     },
     metered_figures},
    {"power-integral", Severity::kInvalid, "0.166 Wh",
     [](Subject& s) {
       meter(s, 3).facts["integration_wh"] = "0.166", meter(s, 3).facts["integration_s"] = "75";
     },
     metered_figures},

    {"power-clock", Severity::kWarn,
     "repeat 2: wt300e's clock (bracketed) may be off by 101 ms, 2 % of the timed window",
     [](Subject& s) { meter(s, 2).clock.error_ns = 101'000'000, meter(s, 2).clock.method = "bracketed"; },
     power_figures},
    {"power-clock", Severity::kInvalid, "501 ms, 10 %",
     [](Subject& s) { meter(s, 2).clock.error_ns = 501'000'000; }, power_figures},
    {"power-clock", Severity::kWarn, "repeat 2: wt300e's clock stepped 2 times",
     [](Subject& s) {
       for (int repeat = 2; repeat <= 3; ++repeat) meter(s, repeat).facts["clock_steps"] = "2";
     },
     power_figures},
    {"power-clock", Severity::kWarn, "the clock of wt300e is taken as it was declared",
     [](Subject& s) { meter(s, 1).clock.method = "declared"; }, power_figures},

    {"power-accuracy", Severity::kWarn, "wt300e.power states no accuracy",
     [](Subject& s) { window(s, 2).accuracy_known = false; }, metered_figures},

    // U of the difference of two means of +-0.05 W: 0.07 W.
    {"power-reconciliation", Severity::kInvalid,
     "ina.VDD_IN (board) tells 12.08 W, more than what contains it: wt300e.power (dc_input) tells 12 W (U of "
     "the "
     "difference 0.07 W)",
     [](Subject& s) { add_source(s, "ina.VDD_IN", Boundary::kBoard, 12.08); }, metered_figures},
    {"power-reconciliation", Severity::kWarn,
     "ina.VDD_CPU (rail) tells 9.1 W, more than what contains it: ina.VDD_IN",
     [](Subject& s) {
       add_source(s, "ina.VDD_IN", Boundary::kBoard, 9).contains = {"ina.VDD_CPU"};
       add_source(s, "ina.VDD_CPU", Boundary::kRail, 9.1);
     },
     whole_row},
    {"power-reconciliation", Severity::kWarn, "ina.VDD_CPU + ina.VDD_SOC (rail) tells 9.1 W",
     [](Subject& s) {
       add_source(s, "ina.VDD_IN", Boundary::kBoard, 9).contains = {"ina.VDD_CPU", "ina.VDD_SOC"};
       add_source(s, "ina.VDD_CPU + ina.VDD_SOC", Boundary::kRail, 9.1).channels = {"ina.VDD_CPU",
                                                                                    "ina.VDD_SOC"};
     },
     whole_row},
    {"power-reconciliation", Severity::kInvalid,
     "wt300e.power (dc_input) tells 12 W, more than what contains it: wall",
     [](Subject& s) { add_source(s, "wall", Boundary::kAcInput, 11); }, metered_figures},
    {"power-reconciliation", Severity::kInvalid, "or they watch different inputs",
     [](Subject& s) { add_source(s, "ptdaemon.power", Boundary::kDcInput, 11.5); }, metered_figures},
    {"power-reconciliation", Severity::kOk, "can be true together: ina.VDD_IN is 75 % of wt300e.power",
     [](Subject& s) { add_source(s, "ina.VDD_IN", Boundary::kBoard, 9); }, whole_row},

    {"clock-step", Severity::kWarn, "the wall clock stepped by -30 ms during repeat 2",
     [](Subject& s) { s.evidence.timed[1].clock_step_ns = -30'000'000; }, whole_row},
    {"sampling", Severity::kWarn, "20 % of the sampler's ticks were skipped",
     [](Subject& s) {
       auto& seen = s.evidence.timed[2].observation;
       seen.late_ticks = 50;
       for (auto& source : seen.sources) source.reads = 200;
     },
     power_figures},
    {"sampling", Severity::kWarn, "20 % of the sampler's ticks were skipped",
     [](Subject& s) {
       auto& seen = s.evidence.timed[2].observation;
       seen.late_ticks = 50;
       for (auto& source : seen.sources) source.reads = 200;
       meter(s, 3).reads = 2000;  // It is waited for: no tick of the sampler.
       auto& log = seen.sources.emplace_back();
       log.id = "imported";
       log.reads = 50'000;  // Its lines.
     },
     power_figures},
    {"sampling", Severity::kWarn, "wt300e fell silent in a run: no route to host",
     [](Subject& s) { meter(s, 3).failure = "no route to host"; }, whole_row},
};

}  // namespace

std::span<const Fires> testing::power_cases() { return kPowerFires; }

namespace {

TEST(PowerRules, EachFires) { testing::expect_each_fires(kPowerFires, metered); }

TEST(PowerRules, NoneFiresOnAMeterAtTheInput) {
  EXPECT_TRUE(metered().judge().empty()) << testing::in_words(metered().judge());
}

TEST(PowerRules, LimitsThemselvesAreWithin) {
  Subject s = metered();
  window(s, 1).samples = 30;
  window(s, 1).coverage = 0.9;
  window(s, 1).longest_gap_ms = 250;
  s.row.power_sources[0].idle_after_w = 4.6;
  s.row.power_sources[0].idle[0].window_ms = 29'990;
  meter(s, 1).clock.error_ns = 100'000'000;
  meter(s, 3).facts["integration_wh"] = "0.0841";
  s.experiment.power.supply_limit_w = 5;
  s.evidence.timed[0].clock_step_ns = 20'000'000;
  s.evidence.timed[0].observation.late_ticks = 25;  // Beside 250 reads.
  s.evidence.timed[0].observation.cpu_ns = testing::kSecond / 2;
  EXPECT_TRUE(s.judge().empty()) << testing::in_words(s.judge());
}

TEST(PowerRules, NeverVoidALatency) {
  for (const Fires& fires : kPowerFires) {
    Subject s = metered();
    fires.spoil(s);
    apply_findings(s.judge(), s.row);
    EXPECT_EQ(s.row.figures.latency_mean.status, FigureStatus::kOk) << fires.rule << ": " << fires.words;
    EXPECT_EQ(s.row.figures.throughput.status, FigureStatus::kOk) << fires.rule << ": " << fires.words;
  }
}

TEST(PowerRules, WithoutAnySourceTheRestIsUnmeasuredAndTheVerdictStays) {
  Subject s = metered();
  s.row.power_sources.clear();
  s.evidence.idle[0].skipped = s.evidence.idle[1].skipped = "no power source";
  s.experiment.power.supply_limit_w = 15;
  for (auto& run : s.evidence.timed) run.observation.series.erase(run.observation.series.begin());
  no_power(s, "no power source");
  const auto findings = s.judge();
  ASSERT_EQ(findings.size(), 1u) << testing::in_words(findings);
  EXPECT_EQ(findings[0].evidence, "no power source");
  apply_findings(findings, s.row);
  EXPECT_EQ(s.row.verdict, "OK");
  EXPECT_EQ(s.row.figures.latency_mean.status, FigureStatus::kOk);
  EXPECT_EQ(s.row.figures.efficiency.status, FigureStatus::kUnmeasured);
  EXPECT_EQ(s.row.figures.efficiency.reasons,
            (std::vector<std::string>{"no power source", "power-unmeasured"}));
}

TEST(PowerRules, ARepeatThatFailedTakesThePowerAndLeavesIdlePower) {
  Subject s = metered();
  s.evidence.timed[2].failure = {"killed by SIGSEGV (signal 11)", "crash", 11};
  apply_findings(s.judge(), s.row);
  for (const auto* figure : {&s.row.figures.power, &s.row.figures.window_energy_per_inference})
    EXPECT_EQ(figure->status, FigureStatus::kInvalid);
  EXPECT_EQ(s.row.figures.power_idle.status, FigureStatus::kOk);
}

TEST(PowerRules, ASimulatedSourceMarksEveryFigureThatComesFromIt) {
  Subject s = metered();
  s.row.power_sources[0].simulated = true;
  apply_findings(s.judge(), s.row);
  for (const auto* figure : {&s.row.figures.power, &s.row.figures.efficiency, &s.row.figures.power_idle,
                             &s.row.figures.power_loaded_idle, &s.row.figures.power_peak})
    EXPECT_EQ(figure->reasons, std::vector<std::string>{"power-simulated"});
  EXPECT_EQ(s.row.figures.latency_mean.reasons, std::vector<std::string>{});
}

TEST(PowerRules, ASimulatedMeterContradictsNoBoard) {
  Subject s = metered();
  s.row.power_sources[0].simulated = true;
  add_source(s, "rapl.package-0", Boundary::kPackage, 30);
  for (const auto& finding : s.judge()) EXPECT_EQ(finding.rule, "power-simulated") << finding.evidence;
}

TEST(PowerRules, SourcesThatMayDifferAreNoContradiction) {
  Subject s = metered();
  add_source(s, "wall", Boundary::kAcInput, 15);
  add_source(s, "ptdaemon.power", Boundary::kDcInput, 12.06);
  add_source(s, "rapl.package-0", Boundary::kPackage, 8);
  add_source(s, "rapl.package-1", Boundary::kPackage, 3);
  const auto findings = s.judge();
  ASSERT_EQ(findings.size(), 1u) << testing::in_words(findings);
  EXPECT_EQ(findings[0].severity, Severity::kOk);
  EXPECT_NE(findings[0].evidence.find("wt300e.power is 80 % of wall"), std::string::npos);
}

// Each source beside the row's answers for itself.
TEST(PowerRules, ASourceBesideTheRowsIsMarkedByItsOwnWindows) {
  using Spoil = void (*)(record::PowerWindow&);
  for (const Spoil spoil :
       {+[](record::PowerWindow& w) { w.samples = 2; }, +[](record::PowerWindow& w) { w.coverage = 0.4; },
        +[](record::PowerWindow& w) { w.breaks = 1; },
        +[](record::PowerWindow& w) { w = without_value(2, "connection lost"); }}) {
    Subject s = metered();
    s.row.power_sources.reserve(3);
    auto& board = add_source(s, "ina.VDD_IN", Boundary::kBoard, 9);
    add_source(s, "rapl.package-0", Boundary::kPackage, 8);
    spoil(board.windows[1]);
    board.idle[1].coverage = 0.5;
    record::Results results;
    results.rows = {s.row};
    judge_results(s.experiment, {&s.evidence, 1}, results);
    const record::Row& row = results.rows[0];
    EXPECT_EQ(row.verdict, "OK");
    EXPECT_EQ(row.power_sources[0].mean.status, FigureStatus::kOk);
    EXPECT_EQ(row.power_sources[0].idle_status, FigureStatus::kOk);
    EXPECT_EQ(row.power_sources[1].mean.status, FigureStatus::kInvalid);
    EXPECT_EQ(row.power_sources[1].mean.reasons, std::vector<std::string>{"power-window"});
    EXPECT_EQ(row.power_sources[1].idle_status, FigureStatus::kInvalid);
    EXPECT_EQ(row.power_sources[2].mean.status, FigureStatus::kOk);
    EXPECT_EQ(row.power_sources[2].idle_status, FigureStatus::kOk);
  }
}

TEST(PowerRules, WhatVoidsTheRunsVoidsEverySourceAndWhatVoidsAMeterOnlyItsOwn) {
  for (const bool meter_only : {false, true}) {
    Subject s = metered();
    add_source(s, "ina.VDD_IN", Boundary::kBoard, 9);
    if (meter_only)
      window(s, 1).samples = 3, s.row.power_sources[0].idle[0].samples = 3;
    else
      s.evidence.timed[1].foreign_cpu_share = 0.6;
    record::Results results;
    results.rows = {s.row};
    judge_results(s.experiment, {&s.evidence, 1}, results);
    const auto& sources = results.rows[0].power_sources;
    EXPECT_EQ(sources[0].mean.status, FigureStatus::kInvalid);
    EXPECT_EQ(sources[0].mean.reasons, results.rows[0].figures.power.reasons);
    EXPECT_EQ(sources[0].idle_status, meter_only ? FigureStatus::kInvalid : FigureStatus::kOk);
    EXPECT_EQ(sources[1].mean.status, meter_only ? FigureStatus::kOk : FigureStatus::kInvalid);
    EXPECT_EQ(sources[1].idle_status, FigureStatus::kOk);
  }
}

TEST(PowerRules, AMeanThatIsNoneOfTheWindowContradictsNobody) {
  Subject s = metered();
  add_source(s, "ina.VDD_IN", Boundary::kBoard, 15).windows[0].coverage = 0.3;
  for (const auto& finding : s.judge()) EXPECT_NE(finding.rule, "power-reconciliation") << finding.evidence;
}

TEST(PowerRules, LoadedIdleTimesAsTheyOughtToBe) {
  Subject s = metered();
  s.row.power_sources[0].loaded_idle = s.row.power_sources[0].windows;
  EXPECT_TRUE(s.judge().empty()) << testing::in_words(s.judge());
}

TEST(PowerRules, AnUnknownAccuracyIsGivenSomeRoom) {
  // U of the difference: 2 x 12.5 x 5 % / sqrt 3 = 0.72 W.
  for (const double watts : {12.5, 13.0}) {
    Subject s = metered();
    for (auto& w : add_source(s, "ina.VDD_IN", Boundary::kBoard, watts).windows) w.accuracy_known = false;
    const auto findings = s.judge();
    ASSERT_EQ(findings.size(), 1u) << testing::in_words(findings);
    EXPECT_EQ(findings[0].severity, watts < 12.7 ? Severity::kOk : Severity::kInvalid)
        << findings[0].evidence;
  }
}

TEST(PowerRules, ARejectedReadingOfAnotherChannelIsNoneOfThisOne) {
  Subject s = metered();
  for (auto& run : s.evidence.timed) {
    auto other = series_of(run, "wt300e.power");
    other.channel.id = "wt300e.pow";  // Its name is within the other's.
    other.rejected["overload"] = 1;
    run.observation.series.push_back(other);
    series_of(run, "wt300e.power").rejected["no data"] = 1;
  }
  EXPECT_TRUE(s.judge().empty()) << testing::in_words(s.judge());
}

TEST(PowerRules, MeansAndMetersThatDriftThroughThePhasesAreNotInStep) {
  Subject s = metered();
  EXPECT_TRUE(s.judge().empty()) << "an averaging meter has seen every phase";
  instants(s);
  for (int repeat = 1; repeat <= 3; ++repeat) window(s, repeat).interval_ms = 101.7;
  for (const auto& finding : s.judge()) EXPECT_NE(finding.rule, "power-in-step") << finding.evidence;
}

TEST(PowerRules, AShortIntegralSaysNothing) {
  Subject s = metered();
  meter(s, 3).facts["integration_wh"] = "0.001";
  meter(s, 3).facts["integration_s"] = "5";
  EXPECT_TRUE(s.judge().empty());
  meter(s, 3).facts["integration_s"] = "not a number";
  EXPECT_TRUE(s.judge().empty());
}

TEST(PowerRules, LateTicksWithoutPowerDoNotLowerTheVerdict) {
  Subject s = metered();
  s.row.power_sources.clear();
  no_power(s, "no power source");
  s.evidence.timed[0].observation.late_ticks = 200;
  apply_findings(s.judge(), s.row);
  EXPECT_EQ(s.row.verdict, "OK");
  EXPECT_TRUE(std::ranges::any_of(s.row.findings, [](const auto& f) { return f.rule == "sampling"; }));
}

TEST(PowerRules, AnIdleTimeThatNobodyAskedForIsNotMissed) {
  Subject s = metered();
  s.experiment.power.idle = {};
  s.row.power_sources[0].idle.clear();
  s.row.power_sources[0].idle_before_w = s.row.power_sources[0].idle_after_w = std::nullopt;
  s.row.figures.power_idle = record::Figure::unmeasured("W", "no idle power was measured");
  EXPECT_TRUE(s.judge().empty()) << testing::in_words(s.judge());
}

}  // namespace
}  // namespace assay::verdict
