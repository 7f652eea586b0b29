// Rules of heat and quiet: heat_rules.cc, and of environment_rules.cc those that concern latency and power
// alike.
#include <gtest/gtest.h>

#include <algorithm>

#include "sensor/reasons.h"
#include "verdict/test_subject.h"

namespace assay::verdict {
namespace {

using record::FigureStatus;
using record::Severity;
using testing::Fires;
using testing::metered;
using testing::series_of;
using testing::set_from;
using testing::Subject;
using testing::whole_row;

const std::vector<std::string>& temperature_only() {
  static const std::vector<std::string> kNames{"temperature"};
  return kNames;
}

record::Series& zone(Subject& s, int repeat) {
  return series_of(s.evidence.timed[static_cast<std::size_t>(repeat - 1)], "thermal.cpu");
}
record::Series& clock_of(Subject& s, int repeat) {
  return series_of(s.evidence.timed[static_cast<std::size_t>(repeat - 1)], "cpufreq.policy0");
}
record::Series& counter(Subject& s, int repeat) {
  return series_of(s.evidence.timed[static_cast<std::size_t>(repeat - 1)], "throttle.events");
}

void remove(Subject& s, const std::string& id) {
  for (auto& run : s.evidence.timed)
    std::erase_if(run.observation.series, [&](const auto& series) { return series.channel.id == id; });
}

void no_temperature(Subject& s) {
  s.row.figures.temperature = record::Figure::unmeasured("degC", "no temperature was read");
}

/// What would be read later than `from_s` is not.
void lose_from(record::Series& series, double from_s) {
  std::erase_if(series.readings,
                [&](const auto& r) { return static_cast<double>(r.begin_ns) > from_s * 1e9; });
}

void add_zone(Subject& s, const char* id) {
  for (auto& run : s.evidence.timed)
    run.observation.series.push_back(testing::watched(id, "temperature", "degC", 55));
}

/// In repeat 2, from 102 s on: what throttling looks like where nothing tells of it.
void slow_down(Subject& s) {
  set_from(clock_of(s, 2), 102, 1.8e9);
  set_from(zone(s, 2), 102, 64);
  s.row.diagnostics.drift_percent[1] = 3;
}

/// One beside policy0, which keeps its clock.
void add_processor(Subject& s, int repeat) {
  auto busy = clock_of(s, repeat);
  busy.channel.id = "cpufreq.policy1";
  set_from(busy, 0, 2e9);
  s.evidence.timed[static_cast<std::size_t>(repeat - 1)].observation.series.push_back(busy);
}

void add_reasons(Subject& s, double value) {
  constexpr sensor::ReasonBit kBits[] = {{1, "under voltage has occurred", false}, {2, "throttled", true}};
  auto series = testing::watched("pi.reasons", "reasons", "1", 0);
  series.channel = sensor::reasons_channel("pi.reasons", kBits);
  set_from(series, 104, value);
  s.evidence.timed[2].observation.series.push_back(series);
}

const Fires kHeatFires[] = {
    {"heat-unobserved", Severity::kUnmeasured, "no source of temperature, clocks or throttling was read",
     [](Subject& s) {
       for (auto& run : s.evidence.timed) run.observation.series.resize(1);
       no_temperature(s);
     },
     temperature_only},
    {"heat-unobserved", Severity::kUnmeasured, "every timed window: counters or reasons of throttling",
     [](Subject& s) { remove(s, "throttle.events"); }, whole_row},
    {"heat-unobserved", Severity::kUnmeasured, "every timed window: temperature",
     [](Subject& s) { remove(s, "thermal.cpu"), no_temperature(s); }, temperature_only},
    {"heat-unobserved", Severity::kWarn, "every timed window: temperature of thermal.cpu (repeat 3)",
     [](Subject& s) { lose_from(zone(s, 3), 102); }, temperature_only},
    {"heat-unobserved", Severity::kWarn, "temperature of thermal.gpu (repeat 1), thermal.gpu (repeat 2)",
     [](Subject& s) {
       add_zone(s, "thermal.gpu");
       for (int i = 0; i < 2; ++i)
         lose_from(series_of(s.evidence.timed[static_cast<std::size_t>(i)], "thermal.gpu"), 99);
     },
     temperature_only},
    {"heat-unobserved", Severity::kUnmeasured, "every timed window: clocks",
     [](Subject& s) { clock_of(s, 1).readings.clear(); }, whole_row},

    {"temperature", Severity::kInvalid, "not below 85 degC all through the timed windows: thermal.cpu 85",
     [](Subject& s) { zone(s, 2).readings[120].value = 85; }, timed_figures},
    {"temperature", Severity::kInvalid, "not below 60 degC all through the timed windows: thermal.cpu 61",
     [](Subject& s) { s.experiment.conditions.temperature_limit_c = 60; }, timed_figures},

    {"throttled", Severity::kInvalid, "throttle.events rose by 1 (repeat 3)",
     [](Subject& s) { set_from(counter(s, 3), 103, 8); }, timed_figures},
    {"throttled", Severity::kInvalid, "throttle.events rose by 0.012 s (repeat 1)",
     [](Subject& s) {
       for (auto& run : s.evidence.timed) {
         auto& channel = series_of(run, "throttle.events").channel;
         channel.quantity = "duration", channel.unit = "s";
       }
       set_from(counter(s, 1), 103, 7.012);
     },
     timed_figures},
    {"throttled", Severity::kInvalid, "throttle.events was at level 2 (repeat 1)",
     [](Subject& s) {
       for (auto& run : s.evidence.timed) {
         auto& level = series_of(run, "throttle.events");
         level.channel.quantity = "level";
         set_from(level, 0, 0);
       }
       counter(s, 1).readings[130].value = 2;
     },
     timed_figures},
    {"throttled", Severity::kInvalid, "pi.reasons: throttled (repeat 3)",
     [](Subject& s) { add_reasons(s, 6); }, timed_figures},

    {"slowing", Severity::kInvalid,
     "repeat 2: the fastest processor's clock fell by 10 % and latency rose by 3 % while thermal.cpu rose by "
     "3 K",
     slow_down, timed_figures},
    {"slowing", Severity::kWarn, "latency rose by 3 %; no temperature tells whether that is heat",
     [](Subject& s) { slow_down(s), remove(s, "thermal.cpu"); }, timed_figures},
    {"slowing", Severity::kWarn, "latency rose by 3 %; no zone grew hotter",
     [](Subject& s) { slow_down(s), set_from(zone(s, 2), 0, 61); }, timed_figures},
    {"slowing", Severity::kWarn,
     "cpufreq.policy0 fell by 10 % and latency rose by 3 %; another processor kept its clock",
     [](Subject& s) { slow_down(s), add_processor(s, 2); }, timed_figures},
    {"slowing", Severity::kInvalid,
     "gpu.frequency fell by 8 % and latency rose by 3 % while thermal.cpu rose by 3 K",
     [](Subject& s) {
       // What an idle processor does must not hide what the accelerator does.
       slow_down(s), add_processor(s, 2);
       auto gpu = clock_of(s, 2);
       gpu.channel.id = "gpu.frequency";
       gpu.channel.facts.clear();
       set_from(gpu, 0, 1e9), set_from(gpu, 102, 0.92e9);
       s.evidence.timed[1].observation.series.push_back(gpu);
     },
     timed_figures},
    {"throttled", Severity::kInvalid, "throttle.events rose by 2 (repeat 1)",
     [](Subject& s) {
       // It began anew within the window: what it shows since then has happened.
       set_from(counter(s, 1), 102, 0);
       set_from(counter(s, 1), 103, 2);
     },
     timed_figures},

    {"cooling", Severity::kUnmeasured, "not declared (conditions.cooling)",
     [](Subject& s) { s.experiment.conditions.cooling = "unstated"; }, whole_row},
    {"cooling", Severity::kWarn, "declared passive",
     [](Subject& s) { s.experiment.conditions.cooling = "passive"; }, whole_row},

    {"not-quiet", Severity::kWarn,
     "before repeat 2, after waiting 30 s: firefox (pid 812) takes 87 % of a processor (limit 20 %), "
     "thermal.cpu is "
     "4.2 K above",
     [](Subject& s) {
       s.evidence.timed[1].quiet_wait_ns = 30'200'000'000;
       s.evidence.timed[1].disturbances = {"firefox (pid 812) takes 87 % of a processor (limit 20 %)",
                                           "thermal.cpu is 4.2 K above its temperature at the start"};
     },
     timed_figures},
    {"sampling", Severity::kWarn, "reading sensors took 2.4 % of a core",
     [](Subject& s) { s.evidence.timed[1].observation.cpu_ns = 600'000'000; }, timed_figures},
    {"foreign-load", Severity::kWarn, "20 % of the CPU time",
     [](Subject& s) { s.evidence.timed[1].foreign_cpu_share = 0.2; }, timed_figures},
};

}  // namespace

std::span<const Fires> testing::heat_cases() { return kHeatFires; }

namespace {

TEST(HeatRules, EachFires) { testing::expect_each_fires(kHeatFires, metered); }

TEST(HeatRules, OnlyTheTimedWindowCounts) {
  Subject s = metered();
  for (auto& run : s.evidence.timed) {
    auto& celsius = series_of(run, "thermal.cpu");
    set_from(celsius, 0, 90);
    set_from(celsius, 99.9, 84.9);
    set_from(celsius, 105.05, 90);
    auto& events = series_of(run, "throttle.events");
    set_from(events, 0, 3);
    set_from(events, 99, 7);
    set_from(events, 106, 11);
  }
  EXPECT_TRUE(s.judge().empty()) << testing::in_words(s.judge());
}

TEST(HeatRules, ASpecMayAllowMoreThan85Degrees) {
  Subject s = metered();
  s.experiment.conditions.temperature_limit_c = 95;
  set_from(zone(s, 1), 0, 90);
  EXPECT_TRUE(s.judge().empty()) << testing::in_words(s.judge());
}

TEST(HeatRules, ACounterThatWasResetOrReasonsThatPassedAreNoThrottling) {
  Subject s = metered();
  set_from(counter(s, 1), 102, 0);
  add_reasons(s, 2);  // It has occurred, at some time before.
  EXPECT_TRUE(s.judge().empty()) << testing::in_words(s.judge());
}

TEST(HeatRules, SlowingNeedsAllItsSigns) {
  for (int without = 0; without < 2; ++without) {
    Subject s = metered();
    slow_down(s);
    if (without == 0) set_from(clock_of(s, 2), 0, 2e9);
    if (without == 1) s.row.diagnostics.drift_percent[1] = 1.9;
    EXPECT_TRUE(s.judge().empty()) << without << "\n" << testing::in_words(s.judge());
  }
}

TEST(HeatRules, AClockThatFallsWithoutLatencyIsNoSlowing) {
  Subject s = metered();
  slow_down(s), add_processor(s, 2);
  s.row.diagnostics.drift_percent[1] = 1.9;
  EXPECT_TRUE(s.judge().empty()) << testing::in_words(s.judge());
}

/// The clock of policy0 becomes the GPU's, which falls or keeps as it did.
void make_gpu_clock(Subject& s) {
  for (auto& run : s.evidence.timed) {
    auto& channel = series_of(run, "cpufreq.policy0").channel;
    channel.id = "i915-card0-gt0.frequency";
    channel.facts = {{"unit", "gpu"}};
  }
}

bool has(const Subject& s, const std::string& rule, Severity severity, const std::string& words) {
  const auto findings = s.judge();
  return std::ranges::any_of(findings, [&](const record::Finding& finding) {
    return finding.rule == rule && finding.severity == severity &&
           finding.evidence.find(words) != std::string::npos;
  });
}

TEST(HeatRules, AGpuRowIsJudgedByTheGpusClock) {
  Subject s = metered();
  slow_down(s), make_gpu_clock(s);
  for (auto& key : {&s.evidence.key, &s.row.key}) key->accelerator = "GPU.0";
  EXPECT_TRUE(has(s, "slowing", Severity::kInvalid, "i915-card0-gt0.frequency fell by 10 %"))
      << testing::in_words(s.judge());
  EXPECT_FALSE(has(s, "heat-unobserved", Severity::kUnmeasured, "clocks"));
}

TEST(HeatRules, AnIdleGpusClockSaysNothingOfACpuRow) {
  Subject s = metered();
  slow_down(s), make_gpu_clock(s);
  for (const auto& finding : s.judge()) EXPECT_NE(finding.rule, "slowing") << finding.evidence;
  // Nor is the CPU's clock observed by it.
  EXPECT_TRUE(has(s, "heat-unobserved", Severity::kUnmeasured, "clocks"));
}

void add_clock(Subject& s, const char* id, const char* unit) {
  for (auto& run : s.evidence.timed) {
    run.observation.series.push_back(testing::watched(id, "frequency", "Hz", 1e9));
    run.observation.series.back().channel.facts["unit"] = unit;
  }
}

void claim(Subject& s, const char* accelerator) {
  for (auto& key : {&s.evidence.key, &s.row.key}) key->accelerator = accelerator;
}

TEST(HeatRules, TheProcessorsClockIsNoProofOnAGpuRowWhoseClockKept) {
  Subject s = metered();
  slow_down(s), claim(s, "GPU"), add_clock(s, "gpu.frequency", "gpu");
  EXPECT_TRUE(has(s, "slowing", Severity::kWarn, "no clock of GPU fell")) << testing::in_words(s.judge());
  EXPECT_FALSE(has(s, "heat-unobserved", Severity::kUnmeasured, "clocks of GPU"));
}

TEST(HeatRules, WhereNoClockOfTheUnitWasReadAnyOtherCounts) {
  Subject s = metered();
  slow_down(s), claim(s, "GPU");
  EXPECT_TRUE(
      has(s, "slowing", Severity::kInvalid, "while thermal.cpu rose by 3 K (no clock of GPU was read)"))
      << testing::in_words(s.judge());
  EXPECT_TRUE(has(s, "heat-unobserved", Severity::kUnmeasured, "clocks of GPU"));
  // Nor does another unit's, or one that is lost in the middle, speak for it.
  add_clock(s, "tegra-clocks.dla0.frequency", "dla0");
  EXPECT_TRUE(has(s, "slowing", Severity::kInvalid, "no clock of GPU was read"));
  add_clock(s, "gpu.frequency", "gpu");
  lose_from(series_of(s.evidence.timed[1], "gpu.frequency"), 102);
  EXPECT_TRUE(has(s, "slowing", Severity::kInvalid, "no clock of GPU was read"));
}

TEST(HeatRules, AcceleratorsAreNamedAsTheSensorsNameUnits) {
  const struct {
    const char *accelerator, *unit;
  } kNames[] = {{"GPU", "gpu"}, {"GPU.0", "gpu"}, {"DLA0", "dla0"}, {"DLA1", "dla1"},
                {"DSP", "npu"}, {"HTP", "npu"},   {"HTP0", "npu"},  {"NPU", "npu"}};
  for (const auto& name : kNames) {
    Subject s = metered();
    slow_down(s), claim(s, name.accelerator), add_clock(s, "own.frequency", name.unit);
    EXPECT_TRUE(has(s, "slowing", Severity::kWarn, "fell by 10 %")) << name.accelerator;
    EXPECT_FALSE(has(s, "slowing", Severity::kInvalid, "")) << name.accelerator;
  }
  Subject s = metered();
  slow_down(s), claim(s, "DLA1"), add_clock(s, "own.frequency", "dla0");
  EXPECT_TRUE(has(s, "slowing", Severity::kInvalid, "no clock of DLA1 was read"));
}

TEST(HeatRules, AZoneThatIsAlwaysGatedIsNotMissed) {
  Subject s = metered();
  add_zone(s, "thermal.gpu");
  for (auto& run : s.evidence.timed) series_of(run, "thermal.gpu").readings.clear();
  EXPECT_TRUE(s.judge().empty()) << testing::in_words(s.judge());
}

TEST(HeatRules, ARunThatFailedIsNotLookedAt) {
  Subject s = metered();
  set_from(zone(s, 2), 0, 99);
  s.evidence.timed[1].failure.reason = "killed";
  for (const auto& finding : s.judge()) EXPECT_NE(finding.rule, "temperature") << finding.evidence;
}

TEST(HeatRules, ATemperatureThatWasNotReadAllThroughIsMarked) {
  Subject s = metered();
  lose_from(zone(s, 3), 102);
  apply_findings(s.judge(), s.row);
  EXPECT_EQ(s.row.figures.temperature.status, FigureStatus::kWarn);
  EXPECT_EQ(s.row.figures.latency_mean.status, FigureStatus::kOk);
}

TEST(HeatRules, WhatIsNotObservedLowersNoVerdict) {
  Subject s = metered();
  for (auto& run : s.evidence.timed) run.observation.series.resize(1);
  no_temperature(s);
  s.experiment.conditions.cooling = "unstated";
  apply_findings(s.judge(), s.row);
  EXPECT_EQ(s.row.verdict, "OK");
  EXPECT_EQ(s.row.figures.latency_mean.status, FigureStatus::kOk);
}

}  // namespace
}  // namespace assay::verdict
