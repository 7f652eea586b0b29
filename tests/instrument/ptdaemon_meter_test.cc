// The PTDaemon client against the simulated one.
#include <gtest/gtest.h>

#include <cmath>

#include "instrument/address.h"
#include "instrument/tcp_transport.h"
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
  settings.options = {{"timeout_ms", "5000"}};
  return settings;
}

/// One line from the daemon, asked by somebody else.
std::string answer_of(const RunningSimulator& running, const std::string& question) {
  const auto address = instrument::parse_address(running.tcp());
  auto line = instrument::connect_tcp(*address, in_ms(5000), "\r\n");
  if (!line || !(*line)->write(question, in_ms(5000))) return "";
  return (*line)->read(in_ms(5000)).value_or("");
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
  RunningSimulator running(simulator("const:25"));
  const Watched watched = watch(settings(running.tcp()), 3000, running, "nan@500ms+1s");
  ASSERT_EQ(watched.failure.message, "");
  EXPECT_GE(watched.series[0].rejected.at("no data"), 1);
  for (const record::Reading& reading : watched.series[0].readings) EXPECT_NEAR(reading.value, 25, 1e-3);
}

TEST(PtDaemon, ALostConnectionLeavesAGap) {
  RunningSimulator running(simulator("const:25"));
  const Watched watched = watch(settings(running.tcp()), 6000, running, "drop@1s+500ms");
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
  EXPECT_EQ(closed.facts.at("range_check"), "unchanged");
  EXPECT_EQ(answer_of(running, "RR"), "Ranges,1,-1.0,1,-1.0") << "as they were found";
}

TEST(PtDaemon, TellsCountsAndRangesAfterEveryRun) {
  RunningSimulator running(simulator("const:23"));
  MeterSettings wanted = settings(running.tcp());
  wanted.options["voltage_range"] = "300";
  wanted.options["current_range"] = "0.5";
  auto meter = instrument::make_meter(wanted);
  ASSERT_TRUE(meter);
  ASSERT_TRUE((*meter)->open());
  EXPECT_FALSE((*meter)->ranges_are_open());
  const std::int64_t end = in_ms(700);
  while (monotonic_ns() < end) ASSERT_TRUE((*meter)->next(end));
  for (int run = 0; run < 2; ++run) {
    const record::Source checked = (*meter)->check();
    EXPECT_EQ(checked.facts.at("range_check"), "unchanged");
    EXPECT_EQ(checked.facts.at("clock_steps"), "0");
    EXPECT_EQ(checked.facts.at("outages"), "0");
    EXPECT_EQ(checked.facts.at("lines_not_understood"), "0");
  }
  EXPECT_EQ(answer_of(running, "SR,A,20"), "Range A changed");
  EXPECT_EQ((*meter)->check().facts.at("range_check"), "changed: Ranges,0,20,0,300");
  const auto update = (*meter)->next(in_ms(5000));
  ASSERT_TRUE(update) << "measuring goes on: " << update.error().message;
  EXPECT_TRUE(*update);
}

TEST(PtDaemon, ADaemonThatWasOffGetsItsRangesAgain) {
  SimulatorOptions options = simulator("const:23");
  auto running = std::make_unique<RunningSimulator>(options);
  options.port = (**running).port();
  MeterSettings wanted = settings(running->tcp());
  wanted.options["voltage_range"] = "300";
  wanted.options["current_range"] = "0.5";
  auto meter = instrument::make_meter(wanted);
  ASSERT_TRUE(meter);
  ASSERT_TRUE((*meter)->open());
  running = nullptr;
  running = std::make_unique<RunningSimulator>(options);  // In auto range, as it starts.
  const std::int64_t end = in_ms(20'000);
  bool values = false;
  while (!values && monotonic_ns() < end) {
    const auto update = (*meter)->next(in_ms(500));
    ASSERT_TRUE(update) << update.error().message;
    values = *update && !(*update)->values.empty();
  }
  ASSERT_TRUE(values);
  EXPECT_EQ(answer_of(*running, "RR"), "Ranges,0,0.5,0,300");
  const record::Source closed = (*meter)->close();
  EXPECT_EQ(closed.facts.at("range_check"), "unchanged");
  EXPECT_EQ(closed.facts.count("set_up_again"), 1u);
  EXPECT_EQ(closed.facts.at("outages"), "1");
  EXPECT_EQ(closed.failure, "");
}

/// Where silence is the subject, it need not be waited for so long.
MeterSettings impatient(const std::string& address) {
  MeterSettings wanted = settings(address);
  wanted.options["timeout_ms"] = "500";
  return wanted;
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
    EXPECT_EQ(watch(impatient(running.tcp()), 1).failure.code, Code::kTimeout);
  }
  {
    RunningSimulator running(simulator("const:25", "garbage"));
    EXPECT_EQ(watch(impatient(running.tcp()), 1).failure.code, Code::kNotFound);
  }
  SimulatorOptions other = simulator("const:25");
  other.instrument = "wt300e";
  RunningSimulator running(other);
  EXPECT_EQ(watch(impatient(running.tcp()), 1).failure.code, Code::kTimeout) << "a WT300E does not greet";
}

}  // namespace
}  // namespace assay
