// The WT300E client against the simulated WT310E, over plain TCP and over VXI-11.
#include <gtest/gtest.h>

#include <cmath>

#include "instrument/transport.h"
#include "running_simulator.h"
#include "watch.h"

namespace assay {
namespace {

using instrument::MeterSettings;
using simulate::SimulatorOptions;

SimulatorOptions simulator(const std::string& load, const std::string& faults = "") {
  SimulatorOptions options;
  options.load = load;
  options.faults = faults;
  return options;
}

MeterSettings settings(const std::string& address, const std::map<std::string, std::string>& options = {}) {
  MeterSettings settings;
  settings.kind = "wt300e";
  settings.address = address;
  settings.options = {{"voltage_range", "15"}, {"current_range", "2"}, {"timeout_ms", "5000"}};
  for (const auto& [name, value] : options) settings.options[name] = value;
  return settings;
}

/// What the meter answers somebody else.
std::string answer_of(const RunningSimulator& running, const std::string& question) {
  auto line = instrument::connect(*instrument::parse_address(running.tcp()), in_ms(5000));
  return line ? (*line)->query(question, in_ms(5000)).value_or("") : "";
}

void expect_in_order(const std::vector<record::Reading>& readings) {
  for (std::size_t i = 0; i < readings.size(); ++i) {
    EXPECT_LE(readings[i].begin_ns, readings[i].end_ns);
    EXPECT_TRUE(std::isfinite(readings[i].value));
    if (i > 0) {
      EXPECT_GE(readings[i].begin_ns, readings[i - 1].begin_ns);
    }
  }
}

class OverEachWire : public ::testing::TestWithParam<std::tuple<bool, std::string>> {};

TEST_P(OverEachWire, PowerVoltageAndCurrent) {
  const auto& [vxi11, format] = GetParam();
  SimulatorOptions options = simulator("const:12");
  options.vxi11 = vxi11;
  RunningSimulator running(options);
  const Watched watched =
      watch(settings(vxi11 ? running.vxi11() : running.tcp(), {{"format", format}}), 1500);
  ASSERT_EQ(watched.failure.message, "");
  ASSERT_EQ(watched.series.size(), 3u);
  const record::Channel& power = watched.series[0].channel;
  EXPECT_EQ(power.id, "wt300e.power");
  EXPECT_EQ(power.unit, "W");
  EXPECT_EQ(power.kind, record::ReadingKind::kMean);
  EXPECT_EQ(power.boundary, record::Boundary::kDcInput);
  EXPECT_EQ(power.update_ns, 100'000'000);
  ASSERT_TRUE(power.accuracy);
  EXPECT_EQ(power.accuracy->of_reading, 0.001);
  EXPECT_EQ(power.accuracy->of_range, 0.002);
  EXPECT_EQ(power.accuracy->range, 30);
  EXPECT_EQ(watched.series[1].channel.boundary, record::Boundary::kNone);
  const double volts = (12 + std::sqrt(144 - 4 * 0.05 * 12)) / 2;  // The simulated cable has 50 mOhm.
  const double expected[] = {12, volts, 12 / volts};
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_GE(watched.series[i].readings.size(), 3u) << watched.series[i].channel.id;
    expect_in_order(watched.series[i].readings);
    for (const record::Reading& reading : watched.series[i].readings)
      EXPECT_NEAR(reading.value, expected[i], 2e-3);
  }
  const record::Source& source = watched.closed;
  EXPECT_TRUE(source.simulated);
  EXPECT_EQ(source.clock.method, "same clock");
  EXPECT_GE(source.clock.error_ns, 10'000'000) << "at least the assumed latency";
  EXPECT_EQ(source.facts.at("mode"), "DC");
  EXPECT_EQ(source.facts.at("setup_errors"), "");
  EXPECT_EQ(source.facts.at("ranges"), "15 V, 2 A");
  EXPECT_EQ(source.facts.at("range_check"), "unchanged");
  EXPECT_EQ(source.facts.at("front_panel"), "given back");
  EXPECT_EQ(source.failure, "");
  EXPECT_GE(source.reads, 3);
  // To the digits that the meter shows of its watt hours, at both ends.
  const double seconds = std::stod(source.facts.at("integration_s"));
  EXPECT_GT(seconds, 0);
  EXPECT_NEAR(std::stod(source.facts.at("readings_wh")), 12 * seconds / 3600, 1e-6);
  EXPECT_NEAR(std::stod(source.facts.at("integration_wh")), std::stod(source.facts.at("readings_wh")), 2e-6);
}

INSTANTIATE_TEST_SUITE_P(Wt300e, OverEachWire,
                         ::testing::Combine(::testing::Bool(), ::testing::Values("float", "ascii")),
                         [](const auto& suite) {
                           return (std::get<0>(suite.param) ? std::string("Vxi11") : std::string("Tcp")) +
                                  (std::get<1>(suite.param) == "float" ? "Float" : "Ascii");
                         });

/// The bracket of a reading holds the end of the interval that its value is the mean of: a step of the load
/// shows in the one reading whose interval holds it, at the right height.
TEST(Wt300e, BracketsHoldTheUpdatesEnd) {
  // Up and down again and again, each time elsewhere between the meter's updates.
  constexpr std::int64_t kStepNs = 330'000'000;
  const std::int64_t before = monotonic_ns();
  RunningSimulator running(simulator("steps:4@330ms,8@330ms"));
  const std::int64_t after = monotonic_ns();
  const Watched watched = watch(settings(running.tcp()), 4000);
  int seen = 0;
  for (const record::Reading& reading : watched.series[0].readings) {
    if (reading.value < 4.1 || reading.value > 7.9) continue;
    ++seen;
    // The step within the interval: the last one before its end.
    const std::int64_t step = (reading.end_ns - before) / kStepNs;
    const double share_of_8 = (reading.value - 4) / 4;
    const double share_after = step % 2 == 1 ? share_of_8 : 1 - share_of_8;
    // The share of the interval after the step says when the interval ended: within the bracket.
    const auto since_step = static_cast<std::int64_t>(share_after * 100e6);
    EXPECT_LE(reading.begin_ns, after + step * kStepNs + since_step + 2'000'000);
    EXPECT_GE(reading.end_ns, before + step * kStepNs + since_step - 2'000'000);
  }
  EXPECT_GE(seen, 1);
}

TEST(Wt300e, LeavesNoSettingLocked) {
  constexpr const char* kTry = ":COMM:HEAD OFF;:RATE 500MS;:RATE?";
  for (const bool lost : {false, true}) {
    RunningSimulator running(simulator("const:12"));
    auto meter = instrument::make_meter(settings(running.tcp()));
    ASSERT_TRUE(meter);
    ASSERT_TRUE((*meter)->open());
    const std::int64_t end = in_ms(500);
    while (monotonic_ns() < end) ASSERT_TRUE((*meter)->next(end));
    EXPECT_EQ(answer_of(running, kTry), "100.00E-03") << "integrating";
    if (lost) {
      running.inject("drop@0s+200ms");
      std::this_thread::sleep_for(std::chrono::milliseconds(300));
    }
    const record::Source closed = (*meter)->close();
    EXPECT_EQ(closed.facts.at("front_panel"), "given back");
    EXPECT_EQ(closed.facts.at("range_check"), "unchanged");
    EXPECT_EQ(answer_of(running, kTry), "500.00E-03") << (lost ? "lost" : "connected");
  }
}

TEST(Wt300e, WhatWouldChangeValuesSilentlyIsSetAgainAfterAnOutage) {
  for (const std::string setting : {":INPUT:SCALING:STATE", ":MEASURE:MHOLD", ":HOLD"}) {
    RunningSimulator running(simulator("const:12"));
    auto meter = instrument::make_meter(settings(running.tcp(), {{"integrate", "off"}}));
    ASSERT_TRUE(meter);
    ASSERT_TRUE((*meter)->open());
    ASSERT_EQ(answer_of(running, setting + " ON;" + setting + "?"), "1");
    running.inject("drop@0s+200ms");
    bool values = false;
    const std::int64_t end = in_ms(20'000);
    while ((!values || (*meter)->source().facts.count("set_up_again") == 0) && monotonic_ns() < end) {
      const auto update = (*meter)->next(in_ms(500));
      ASSERT_TRUE(update) << update.error().message;
      values = *update && !(*update)->values.empty();
    }
    EXPECT_EQ((*meter)->close().facts.count("set_up_again"), 1u) << setting;
    EXPECT_EQ(answer_of(running, setting + "?"), "0");
  }
}

TEST(Wt300e, APauseIsNeitherAReadingNorAGap) {
  RunningSimulator running(simulator("const:12"));
  auto meter = instrument::make_meter(settings(running.tcp()));
  ASSERT_TRUE(meter);
  ASSERT_TRUE((*meter)->open());
  auto series = instrument::empty_series((*meter)->channels());
  for (int session = 0; session < 2; ++session) {
    const std::int64_t begin = monotonic_ns(), end = in_ms(500);
    while (monotonic_ns() < end) {
      const auto update = (*meter)->next(end);
      ASSERT_TRUE(update) << update.error().message;
      if (!*update) continue;
      EXPECT_GE((*update)->end_ns, begin);
      instrument::append(**update, series);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(350));
  }
  EXPECT_GE((*meter)->source().reads, 2);
  const record::Source closed = (*meter)->close();
  EXPECT_TRUE(series[0].gaps.empty());
  EXPECT_GE(std::stoi(closed.facts.at("pauses")), 1);
  EXPECT_EQ(closed.facts.at("outages"), "0");
  for (const record::Reading& reading : series[0].readings)
    EXPECT_LT(reading.end_ns - reading.begin_ns, 100'000'000);
}

TEST(Wt300e, ARangingRunFixesTheSmallestRanges) {
  RunningSimulator running(simulator("const:12"));
  MeterSettings wanted = settings(running.tcp());
  wanted.options.erase("voltage_range");
  wanted.options.erase("current_range");
  const Watched watched = watch(wanted, 500, 1500);
  EXPECT_EQ(watched.opened.facts.at("ranges").find("(auto)") == std::string::npos, false);
  EXPECT_EQ(watched.closed.facts.at("ranges"), "15 V, 2 A");
  EXPECT_NE(watched.closed.facts.at("ranging_run").find('V'), std::string::npos);
  ASSERT_TRUE(watched.series[0].channel.accuracy);
  EXPECT_EQ(watched.series[0].channel.accuracy->range, 30);
}

TEST(Wt300e, FixingRangesBeforeAnythingWasSeenIsRefused) {
  RunningSimulator running(simulator("const:12"));
  MeterSettings wanted = settings(running.tcp());
  wanted.options.erase("current_range");
  auto meter = instrument::make_meter(wanted);
  ASSERT_TRUE(meter);
  ASSERT_TRUE((*meter)->open());
  EXPECT_TRUE((*meter)->ranges_are_open());
  EXPECT_EQ((*meter)->fix_ranges().error().code, Code::kUnavailable);
  EXPECT_FALSE((*meter)->channels()[0].accuracy) << "of no known range";
}

TEST(Wt300e, NoDataAndOverloadAreCountedNeverUsed) {
  RunningSimulator running(simulator("const:12"));
  const Watched watched =
      watch(settings(running.tcp()), 3600, running, "nan@200ms+1s,overrange@1200ms+1s,peak@2200ms+1s");
  ASSERT_EQ(watched.failure.message, "");
  const record::Series& power = watched.series[0];
  EXPECT_GE(power.rejected.at("no data"), 1);
  EXPECT_GE(power.rejected.at("overload"), 1);
  EXPECT_GE(power.rejected.at("peak over range"), 1);
  EXPECT_EQ(watched.series[1].rejected.count("overload"), 0u) << "the voltage was fine";
  for (const record::Reading& reading : power.readings) EXPECT_NEAR(reading.value, 12, 2e-3);
  EXPECT_GE(std::stoi(watched.closed.facts.at("updates_over_range")), 1);
  EXPECT_GE(std::stoi(watched.closed.facts.at("updates_peak_over_range")), 1);
}

class OnEitherWire : public ::testing::TestWithParam<bool> {};

TEST_P(OnEitherWire, APulledCableLeavesAGap) {
  const bool vxi11 = GetParam();
  SimulatorOptions options = simulator("const:12");
  options.vxi11 = vxi11;
  RunningSimulator running(options);
  const Watched watched =
      watch(settings(vxi11 ? running.vxi11() : running.tcp()), 4500, running, "drop@500ms+800ms");
  ASSERT_EQ(watched.failure.message, "");
  const record::Series& power = watched.series[0];
  ASSERT_EQ(power.gaps.size(), 1u);
  EXPECT_GE(power.gaps[0].end_ns - power.gaps[0].begin_ns, 700'000'000);
  EXPECT_NE(power.gaps[0].reason.find("connection lost"), std::string::npos);
  for (const record::Reading& reading : power.readings)
    EXPECT_TRUE(reading.end_ns <= power.gaps[0].begin_ns || reading.end_ns >= power.gaps[0].end_ns);
  ASSERT_FALSE(power.readings.empty());
  EXPECT_GT(power.readings.back().begin_ns, power.gaps[0].end_ns) << "it came back";
  EXPECT_EQ(watched.closed.facts.at("outages"), "1");
  EXPECT_EQ(watched.closed.facts.count("set_up_again"), 0u) << "the meter had stayed on";
  EXPECT_EQ(watched.closed.facts.at("front_panel"), "given back");
}

INSTANTIATE_TEST_SUITE_P(Wt300e, OnEitherWire, ::testing::Bool(),
                         [](const auto& vxi11) { return vxi11.param ? "Vxi11" : "Tcp"; });

TEST(Wt300e, ACableThatStaysOutIsGivenUp) {
  RunningSimulator running(simulator("const:12"));
  const Watched watched =
      watch(settings(running.tcp(), {{"give_up_s", "1"}}), 20'000, running, "drop@500ms+100s");
  EXPECT_EQ(watched.failure.code, Code::kUnavailable);
  EXPECT_NE(watched.failure.message.find("given up"), std::string::npos);
  EXPECT_EQ(watched.closed.failure, watched.failure.message);
  EXPECT_NE(watched.closed.facts.at("front_panel").find("not given back"), std::string::npos);
}

/// Where silence is the subject, it need not be waited for so long.
MeterSettings impatient(const std::string& address) { return settings(address, {{"timeout_ms", "500"}}); }

class Outage : public ::testing::TestWithParam<const char*> {};

TEST_P(Outage, InTheMiddleLeavesAGap) {
  const std::string fault = GetParam();
  RunningSimulator running(simulator("const:12"));
  const Watched watched = watch(impatient(running.tcp()), fault[0] == 'f' ? 8500 : 5000, running, fault);
  ASSERT_EQ(watched.failure.message, "");
  const record::Series& power = watched.series[0];
  for (const record::Reading& reading : power.readings) EXPECT_NEAR(reading.value, 12, 2e-3);
  ASSERT_FALSE(power.readings.empty());
  ASSERT_FALSE(power.gaps.empty());
  EXPECT_GT(power.readings.back().begin_ns, power.gaps.back().end_ns);
}

INSTANTIATE_TEST_SUITE_P(Wt300e, Outage,
                         ::testing::Values("silence@500ms+800ms", "garbage@500ms+800ms",
                                           "freeze@500ms+5500ms"),
                         [](const auto& fault) {
                           const std::string text = fault.param;
                           return text.substr(0, text.find('@'));
                         });

TEST(Wt300e, WhatCannotBeOpenedSaysWhy) {
  std::string address;
  {
    RunningSimulator running(simulator("const:12"));
    address = running.tcp();
  }
  EXPECT_EQ(watch(settings(address), 1).failure.code, Code::kUnavailable) << "nobody listens";
  {
    RunningSimulator running(simulator("const:12", "silence"));
    EXPECT_EQ(watch(impatient(running.tcp()), 1).failure.code, Code::kTimeout);
  }
  {
    RunningSimulator running(simulator("const:12", "garbage"));
    const Code code = watch(impatient(running.tcp()), 1).failure.code;
    EXPECT_TRUE(code == Code::kNotFound || code == Code::kTimeout || code == Code::kCorrupt);
  }
  SimulatorOptions options = simulator("const:12");
  options.vxi11 = true;
  RunningSimulator running(options);
  std::string name = running.vxi11();
  name.back() = '7';
  const Watched wrong = watch(settings(name), 1);
  EXPECT_EQ(wrong.failure.code, Code::kNotFound);
  EXPECT_NE(wrong.failure.message.find("inst7"), std::string::npos);
  EXPECT_EQ(watch(settings(running.tcp(), {{"current_range", "3"}}), 1).failure.code, Code::kUnavailable)
      << "no such range";
}

TEST(Wt300e, IsFoundThroughThePortMapper) {
  SimulatorOptions options = simulator("const:12");
  options.vxi11 = true;
  RunningSimulator running(options);
  if (!(*running).port_mapped()) GTEST_SKIP() << (*running).addresses().back();
  const Watched watched = watch(settings("vxi11://127.0.0.1/inst0"), 500);
  ASSERT_EQ(watched.failure.message, "");
  EXPECT_EQ(watched.closed.facts.at("serial"), "SIMULATED");
}

TEST(Wt300e, AnotherDeviceThatAnswersLikeAServerIsNotFound) {
  SimulatorOptions options = simulator("const:12");
  options.instrument = "ptdaemon";
  RunningSimulator running(options);
  EXPECT_EQ(watch(settings(running.tcp()), 1).failure.code, Code::kNotFound);
}

}  // namespace
}  // namespace assay
