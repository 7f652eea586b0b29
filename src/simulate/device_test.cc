// The simulated instruments by themselves, at invented times.
#include <gtest/gtest.h>

#include <cstdio>

#include "simulate/ptdaemon_device.h"
#include "simulate/vxi11.h"
#include "simulate/wt300e_device.h"

namespace assay::simulate {
namespace {

using namespace std::string_literals;

constexpr std::int64_t kSecond = 1'000'000'000, kMs = 1'000'000;

Wt300eDevice wt300e(const std::string& load = "const:10", const std::string& faults = "",
                    const Wt300eOptions& options = {}) {
  return {options, std::shared_ptr<Load>(make_load(load).value()), parse_faults(faults).value()};
}

std::string ask(Device& device, std::string_view message, std::int64_t now) {
  return device.execute(message, now).value_or("(nothing)");
}

/// Fixed ranges, no headers, 100 ms.
void prepare(Wt300eDevice& device) {
  ask(device,
      ":COMMUNICATE:HEADER OFF;:RATE 100MS;:INPUT:MODE DC;:VOLT:RANG 15V;:CURR:RANG 1A;:STAT:FILT1 FALL", 0);
}

TEST(Wt300eDevice, SaysWhatItIs) {
  auto device = wt300e();
  EXPECT_EQ(ask(device, "*IDN?", 0), "YOKOGAWA,WT310E,SIMULATED,F1.00\n");
}

TEST(Wt300eDevice, HeadersAndJoinedAnswers) {
  auto device = wt300e();
  EXPECT_EQ(ask(device, ":INPUT:MODE?", 0), ":INPUT:MODE RMS\n");
  EXPECT_EQ(ask(device, ":COMMUNICATE:VERBOSE OFF;:INPUT:MODE?", 0), ":INP:MODE RMS\n");
  EXPECT_EQ(ask(device, ":COMM:HEAD OFF", 0), "(nothing)");
  EXPECT_EQ(ask(device, ":INP:VOLT:RANG?;AUTO?;:INP:CURR:RANG?;AUTO?", 0), "600.00E+00;1;20.000E+00;1\n");
}

TEST(Wt300eDevice, ErrorsAreQueued) {
  auto device = wt300e();
  EXPECT_EQ(ask(device, ":NO:SUCH?", 0), "(nothing)");
  EXPECT_EQ(ask(device, ":INPUT:MODE AC;:RATE 70MS;:VOLT:RANG 16V;:NUM:ITEM999 U", 0), "(nothing)");
  EXPECT_EQ(ask(device, ":STATUS:ERROR?", 0), "113,\"Undefined header\"\n");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(ask(device, ":STATUS:ERROR?", 0), "-222,\"Data out of range\"\n");
  EXPECT_EQ(ask(device, ":STATUS:ERROR?", 0), "114,\"Header suffix out of range\"\n");
  EXPECT_EQ(ask(device, ":STATUS:ERROR?", 0), "0,\"No error\"\n");
}

TEST(Wt300eDevice, AnUpdateIsAnEventOnce) {
  auto device = wt300e();
  prepare(device);
  ask(device, ":STAT:EESR?", kSecond);
  const std::int64_t edge = device.next_event_ns() + 5 * kMs;
  EXPECT_EQ(ask(device, ":STAT:EESR?", edge - 1), "0\n");
  EXPECT_EQ(ask(device, ":STAT:COND?", edge - 1), "1\n") << "updating";
  EXPECT_EQ(ask(device, ":STAT:EESR?;COND?", edge), "1;0\n");
  EXPECT_EQ(ask(device, ":STAT:EESR?", edge + 1), "0\n");
  EXPECT_EQ(ask(device, ":STAT:EESR?", edge + 100 * kMs), "1\n");
}

TEST(Wt300eDevice, ValuesAreTheIntervalsMeans) {
  auto device = wt300e("steps:4@1s,8@1s");
  prepare(device);
  ask(device, ":NUM:FORM ASCII;:NUM:NUMBER 3", 0);
  // Edges stand at 250 ms and then every 100 ms: the one at 1050 ms covers 50 ms of each step.
  device.advance(1050 * kMs);
  const std::string values = ask(device, ":NUM:VAL?", 1050 * kMs);
  double volts = 0, amperes = 0, watts = 0;
  ASSERT_EQ(std::sscanf(values.c_str(), "%lf,%lf,%lf", &volts, &amperes, &watts), 3) << values;
  EXPECT_NEAR(watts, 6, 1e-3);
  EXPECT_NEAR(volts * amperes, watts, 2e-3);
  EXPECT_NEAR(volts, 12 - 0.05 * amperes, 1e-3);
}

TEST(Wt300eDevice, FloatBlocksAreBigEndian) {
  auto device = wt300e("const:12", "", {.ohms = 0});
  prepare(device);
  ask(device, ":NUM:FORM FLOAT;:NUM:NUMBER 4;ITEM4 LAMBDA", 0);
  const std::string values = ask(device, ":NUM:VAL?", kSecond);
  // 12 V, 1 A, 12 W, and what DC does not have.
  EXPECT_EQ(values, "#40016\x41\x40\x00\x00\x3F\x80\x00\x00\x41\x40\x00\x00\x7E\x95\x1B\xEE\n"s);
}

TEST(Wt300eDevice, OverRangeAndNoData) {
  auto device = wt300e("const:40", "nan@2s+1s");  // 3.4 A in a range of 1 A.
  prepare(device);
  ask(device, ":NUM:FORM ASCII;:NUM:NUMBER 3", 0);
  const std::string over = ask(device, ":NUM:VAL?", kSecond);
  EXPECT_NE(over.find(",INF,INF"), std::string::npos) << over;
  EXPECT_EQ(ask(device, ":STAT:COND?", kSecond), "64\n");
  EXPECT_EQ(ask(device, ":NUM:VAL?", 2500 * kMs), "NAN,NAN,NAN\n");
}

TEST(Wt300eDevice, AutoRangeStepsDownUnderThirtyPercentAndHasNoDataMeanwhile) {
  auto device = wt300e("const:12");
  ask(device, ":COMM:HEAD OFF;:RATE 100MS;:NUM:NUMBER 1", 0);
  EXPECT_NE(ask(device, ":NUM:VAL?", 300 * kMs), "NAN\n");
  EXPECT_EQ(ask(device, ":NUM:VAL?", 400 * kMs), "NAN\n") << "it switches";
  EXPECT_NE(ask(device, ":NUM:VAL?", 500 * kMs), "NAN\n");
  EXPECT_EQ(ask(device, ":VOLT:RANG?;:CURR:RANG?", 2 * kSecond), "30.000E+00;2.0000E+00\n");
}

TEST(Wt300eDevice, SmallCurrentRangesProtectThemselves) {
  auto device = wt300e("const:12");
  ask(device, ":COMM:HEAD OFF;:RATE 100MS;:VOLT:RANG 15V;:CURR:RANG 0.1A", 0);
  EXPECT_EQ(ask(device, ":CURR:RANG?;AUTO?", 0), "100.00E-03;0\n");
  EXPECT_EQ(ask(device, ":CURR:RANG?;AUTO?", kSecond), "1.0000E+00;1\n");
}

TEST(Wt300eDevice, IntegratesExactly) {
  auto device = wt300e("steps:3600@1s,7200@1s", "", {.volts = 600});
  ask(device,
      ":COMM:HEAD OFF;:RATE 1S;:VOLT:RANG 600V;:CURR:RANG 20A;:NUM:FORM ASCII;:NUM:NUMBER 2;ITEM1 WH,1;ITEM2 "
      "TIME,1",
      0);
  EXPECT_EQ(ask(device, ":INTEG:STATE?", 0), "RESET\n");
  EXPECT_EQ(ask(device, ":NUM:VAL?", 0), "NAN,NAN\n");
  ask(device, ":INTEG:START", 500 * kMs);
  EXPECT_EQ(ask(device, ":INTEG:STATE?", kSecond), "START\n");
  ask(device, ":RATE 100MS;:VOLT:RANG 15V", kSecond);
  EXPECT_EQ(ask(device, ":STAT:ERR?;ERR?", kSecond),
            "813,\"Invalid operation during integration\";813,\"Invalid operation during integration\"\n");
  ask(device, ":INTEG:STOP", 3500 * kMs);  // 1.5 s of 3600 W, 1.5 s of 7200 W.
  EXPECT_EQ(ask(device, ":NUM:VAL?", 9 * kSecond), "4.5000E+00,3\n");
  EXPECT_EQ(ask(device, ":INTEG:STATE?", 9 * kSecond), "STOP\n");
}

TEST(Wt300eDevice, DriftStretchesItsIntervals) {
  auto device = wt300e("const:1", "", {.drift = 0.01});
  prepare(device);
  ask(device, ":STAT:EESR?", 10 * kSecond);
  const std::int64_t first = device.next_event_ns();
  device.advance(first + 50 * kMs);
  EXPECT_EQ(device.next_event_ns() - first, 101 * kMs);
}

TEST(PtDaemonDevice, ASession) {
  PtDaemonDevice device({.clock_start_ns = 1611327914 * kSecond}, make_load("const:23").value(), Faults());
  EXPECT_EQ(ask(device, "Hello", 0), "Hello, PTDaemon here!\r\n");
  EXPECT_NE(ask(device, "Identify", 0).find("SIMULATED"), std::string::npos);
  EXPECT_EQ(ask(device, "RR", 0), "Ranges,1,-1.0,1,-1.0\r\n");
  EXPECT_EQ(ask(device, "SR,A,2", 0), "Range A changed\r\n");
  EXPECT_EQ(ask(device, "RR", 0), "Ranges,0,2,1,-1.0\r\n");
  EXPECT_EQ(ask(device, "Go,1000,0,mark", 0),
            "Starting untimed measurement, maximum 500000 samples at 1000ms with 0 rampup samples\r\n");
  EXPECT_EQ(ask(device, "RL", kSecond / 2), "(nothing)") << "it waits for the sample";
  EXPECT_FALSE(device.late_answer(kSecond - 1));
  device.advance(kSecond);
  EXPECT_EQ(device.late_answer(kSecond).value_or(""),
            "Last 1 sample\r\nTime,01-22-2021 15:05:15.000,Watts,23.000000,Volts,230.000000,Amps,0.100000,"
            "PF,1.000000,Mark,mark\r\n");
  EXPECT_EQ(ask(device, "RL", 3 * kSecond).rfind("Last 2 samples\r\n", 0), 0u);
  EXPECT_EQ(ask(device, "Watts", 3 * kSecond), "Watts,23.000000,23.000000,23.000000,3,0,3\r\n");
  EXPECT_EQ(ask(device, "Stop", 3 * kSecond), "Stopping untimed measurement\r\n");
  EXPECT_EQ(ask(device, "Stop", 3 * kSecond), "Error: no measurement to stop\r\n");
  EXPECT_EQ(ask(device, "RL", 3 * kSecond), "No unread samples\r\n");
  EXPECT_EQ(ask(device, "Nonsense", 3 * kSecond).rfind("Unknown command", 0), 0u);
}

std::string call(std::uint32_t program, std::uint32_t version, std::uint32_t procedure,
                 const std::string& arguments) {
  Results header;
  header.integer(77).integer(0).integer(2).integer(program).integer(version).integer(procedure);
  header.integer(0).integer(0).integer(0).integer(0);
  return header.take() + arguments;
}

TEST(Vxi11, LinksMessagesAndPieces) {
  auto device = wt300e();
  const Faults faults;
  const Program core = vxi11_core(device, faults);
  const auto results = [&](std::uint32_t procedure, const std::string& arguments) {
    const std::string reply = answer_call(core, call(kVxi11Core, 1, procedure, arguments), 0);
    EXPECT_EQ(reply.substr(0, 24),
              Results().integer(77).integer(1).integer(0).integer(0).integer(0).integer(0).take());
    return reply.substr(24);
  };
  EXPECT_EQ(results(10, Results().integer(1).integer(0).integer(0).opaque("inst7").take()).substr(0, 4),
            "\0\0\0\x03"s);
  const std::string made = results(10, Results().integer(1).integer(0).integer(0).opaque("inst0").take());
  EXPECT_EQ(made.substr(0, 8), "\0\0\0\0\0\0\0\x01"s);
  // A message in two pieces, its answer in two more.
  results(11, Results().integer(1).integer(0).integer(0).integer(0).opaque("*ID").take());
  results(11, Results().integer(1).integer(0).integer(0).integer(8).opaque("N?\n").take());
  const auto read = [](std::uint32_t size) {
    return Results().integer(1).integer(size).integer(0).integer(0).integer(0).integer(0).take();
  };
  EXPECT_EQ(results(12, read(8)), Results().integer(0).integer(1).opaque("YOKOGAWA").take());
  EXPECT_EQ(results(12, read(99)),
            Results().integer(0).integer(4).opaque(",WT310E,SIMULATED,F1.00\n").take());
  EXPECT_EQ(results(12, read(99)).substr(0, 4), "\0\0\0\x0F"s) << "nothing to read";
  EXPECT_EQ(results(23, Results().integer(1).take()), "\0\0\0\0"s);
  EXPECT_EQ(results(12, read(99)).substr(0, 4), "\0\0\0\x04"s) << "the link is gone";
}

TEST(Vxi11, OtherProgramsVersionsAndCutShort) {
  auto device = wt300e();
  const Faults faults;
  const Program core = vxi11_core(device, faults);
  const auto status = [&](const std::string& message) { return answer_call(core, message, 0).substr(20, 4); };
  EXPECT_EQ(status(call(1, 1, 10, "")), "\0\0\0\x01"s);
  EXPECT_EQ(status(call(kVxi11Core, 9, 10, "")), "\0\0\0\x02"s);
  EXPECT_EQ(status(call(kVxi11Core, 1, 99, "")), "\0\0\0\x03"s);
  EXPECT_EQ(status(call(kVxi11Core, 1, 10, "\0\0\0\x01"s)), "\0\0\0\x04"s);
  EXPECT_EQ(status(call(kVxi11Core, 1, 0, "")), "\0\0\0\0"s);
  EXPECT_EQ(answer_call(core, "garbage", 0), "");
}

TEST(PortMapper, KnowsItsOne) {
  const Program mapper = port_mapper(kVxi11Core, 1, 4711);
  const auto port = [&](std::uint32_t program, std::uint32_t protocol) {
    const std::string arguments = Results().integer(program).integer(1).integer(protocol).integer(0).take();
    return answer_call(mapper, call(100000, 2, 3, arguments), 0).substr(24);
  };
  EXPECT_EQ(port(kVxi11Core, 6), Results().integer(4711).take());
  EXPECT_EQ(port(kVxi11Core, 17), Results().integer(0).take());
  EXPECT_EQ(port(5, 6), Results().integer(0).take());
}

}  // namespace
}  // namespace assay::simulate
