// The PTDaemon client against the simulated one.
#include <gtest/gtest.h>

#include <cmath>

#include "running_simulator.h"
#include "watch.h"

namespace assay {
namespace {

using instrument::MeterSettings;
using simulate::SimulatorOptions;

SimulatorOptions simulator(const std::string& load, const std::string& faults = "") {
  SimulatorOptions options;
  options.instrument = "ptdaemon";
  options.load = load;
  options.faults = faults;
  return options;
}

MeterSettings settings(const std::string& address) {
  MeterSettings settings;
  settings.kind = "ptdaemon";
  settings.address = address;
  settings.boundary = record::Boundary::kAcInput;
  settings.period = std::chrono::milliseconds(200);
  settings.options = {{"timeout_ms", "500"}};
  return settings;
}

TEST(PtDaemon, SamplesOnOurClockWhateverTheirsShows) {
  SimulatorOptions options = simulator("steps:20@1500ms,60@100s");
  options.clock_offset_ns = 3'600'000'000'000 + 123'456'789;  // Another zone, and not quite right in it.
  const std::int64_t before = monotonic_ns();
  RunningSimulator running(options);
  const std::int64_t after = monotonic_ns();
  const Watched watched = watch(settings(running.tcp()), 4000);
  ASSERT_EQ(watched.failure.message, "");
  ASSERT_EQ(watched.series.size(), 3u);
  const record::Series& power = watched.series[0];
  EXPECT_EQ(power.channel.id, "ptdaemon.power");
  EXPECT_EQ(power.channel.boundary, record::Boundary::kAcInput);
  EXPECT_EQ(power.channel.update_ns, 200'000'000);
  EXPECT_FALSE(power.channel.accuracy) << "the daemon does not say which analyzer it has";
  EXPECT_GE(power.readings.size(), 5u);
  for (const record::Reading& reading : power.readings) {
    EXPECT_LE(reading.begin_ns, reading.end_ns);
    // Each value is the mean over the 200 ms before an edge in the bracket: before the step it cannot be 60,
    // long after it cannot be less.
    if (reading.end_ns < before + 1'500'000'000 - 2'000'000) {
      EXPECT_NEAR(reading.value, 20, 1e-3);
    }
    if (reading.begin_ns > after + 1'700'000'000 + 2'000'000) {
      EXPECT_NEAR(reading.value, 60, 1e-3);
    }
  }
  EXPECT_TRUE(watched.closed.simulated);
  EXPECT_EQ(watched.closed.clock.method, "bracketed");
  EXPECT_GT(watched.closed.clock.error_ns, 0);
  EXPECT_LT(watched.closed.clock.error_ns, 200'000'000);
  EXPECT_EQ(watched.closed.facts.at("clock_steps"), "0");
  EXPECT_EQ(watched.closed.facts.at("uncertainty").rfind("Uncertainty,", 0), 0u);
  EXPECT_EQ(watched.closed.facts.at("watts").rfind("Watts,", 0), 0u);
}

TEST(PtDaemon, SentinelsAreCountedNeverUsed) {
  RunningSimulator running(simulator("const:25", "nan@2s+600ms"));
  const Watched watched = watch(settings(running.tcp()), 3000);
  ASSERT_EQ(watched.failure.message, "");
  EXPECT_GE(watched.series[0].rejected.at("no data"), 1);
  for (const record::Reading& reading : watched.series[0].readings) EXPECT_NEAR(reading.value, 25, 1e-3);
}

TEST(PtDaemon, ALostConnectionLeavesAGap) {
  RunningSimulator running(simulator("const:25", "drop@3s+500ms"));
  const Watched watched = watch(settings(running.tcp()), 6500);
  ASSERT_EQ(watched.failure.message, "");
  ASSERT_GE(watched.series[0].gaps.size(), 1u);
  ASSERT_FALSE(watched.series[0].readings.empty());
  EXPECT_GT(watched.series[0].readings.back().begin_ns, watched.series[0].gaps.back().end_ns);
  EXPECT_EQ(watched.closed.facts.at("outages"), "1");
}

TEST(PtDaemon, RangesAreFixedFromWhatWasSeen) {
  RunningSimulator running(simulator("const:23"));
  auto meter = instrument::make_meter(settings(running.tcp()));
  ASSERT_TRUE(meter);
  const auto opened = (*meter)->open();
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->facts.at("ranges"), "Ranges,1,-1.0,1,-1.0");
  const std::int64_t end = in_ms(700);
  while (monotonic_ns() < end) ASSERT_TRUE((*meter)->next(end));
  const auto fixed = (*meter)->fix_ranges();
  ASSERT_TRUE(fixed) << fixed.error().message;
  const record::Source closed = (*meter)->close();
  EXPECT_EQ(closed.facts.at("ranges"), "Ranges,0,0.11,0,253");
}

TEST(PtDaemon, WhatCannotBeOpenedSaysWhy) {
  std::string address;
  {
    RunningSimulator running(simulator("const:25"));
    address = running.tcp();
  }
  EXPECT_EQ(watch(settings(address), 1).failure.code, Code::kUnavailable);
  {
    RunningSimulator running(simulator("const:25", "silence"));
    EXPECT_EQ(watch(settings(running.tcp()), 1).failure.code, Code::kTimeout);
  }
  {
    RunningSimulator running(simulator("const:25", "garbage"));
    EXPECT_EQ(watch(settings(running.tcp()), 1).failure.code, Code::kNotFound);
  }
  SimulatorOptions other = simulator("const:25");
  other.instrument = "wt300e";
  RunningSimulator running(other);
  EXPECT_EQ(watch(settings(running.tcp()), 1).failure.code, Code::kTimeout) << "a WT300E does not greet";
}

}  // namespace
}  // namespace assay
