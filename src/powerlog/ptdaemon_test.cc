#include <gtest/gtest.h>

#include "powerlog/test_logs.h"

namespace assay::powerlog {
namespace {

ImportOptions options() {
  ImportOptions options;
  options.log.zone = Zone{};
  options.log.boundary = record::Boundary::kAcInput;
  options.log.interval_ns = 1'000'000'000;
  return options;
}

TEST(Ptdaemon, ReadsALogAndCountsWhatIsOdd) {
  const ImportedLog log = value_of(import_log(fixture("ptdaemon.txt"), options()));
  EXPECT_EQ(log.format, "ptdaemon");
  EXPECT_EQ(log.clock, LogClock::kUtc);
  EXPECT_EQ(log.source.facts.at("identity"), "YOKOGAWA,WT310,C2PH13047V,F1.03");
  EXPECT_FALSE(log.source.simulated);
  EXPECT_EQ(log.source.reads, 12);
  EXPECT_EQ(log.source.failed_reads, 3);

  const record::Series& power = series_of(log, "ptdaemon.power");
  EXPECT_EQ(values_of(power), (std::vector<double>{22.97, 23.01, 24.12, 24.18, 24.2}));
  EXPECT_EQ(power.readings[0].end_ns, parse_iso8601("2020-11-07T17:54:47.071Z")->ns);
  EXPECT_EQ(power.readings[0].begin_ns, power.readings[0].end_ns);
  EXPECT_EQ(power.channel.kind, record::ReadingKind::kMean);
  EXPECT_EQ(power.channel.boundary, record::Boundary::kAcInput);
  EXPECT_EQ(power.channel.unit, "W");
  EXPECT_EQ(power.channel.update_ns, 1'000'000'000);
  EXPECT_EQ(power.rejected, (std::map<std::string, std::int64_t>{{"cut-short last line", 1},
                                                                 {"duplicate", 1},
                                                                 {"meter error", 1},
                                                                 {"noise line", 1},
                                                                 {"sentinel", 1}}));
  EXPECT_EQ(log.source.facts.at("first noise line"), "line 6");
  EXPECT_EQ(log.source.facts.at("first meter error"), "line 5");
  const record::Series& voltage = series_of(log, "ptdaemon.voltage");
  EXPECT_EQ(values_of(voltage), (std::vector<double>{227.37, 227.38, 227.39, 227.39}));
  EXPECT_EQ(rejected(voltage, "sentinel"), 2);
  EXPECT_EQ(voltage.channel.boundary, record::Boundary::kNone);
}

TEST(Ptdaemon, OneMarkCanBeChosen) {
  ImportOptions only = options();
  only.log.mark = "x_testing";
  const ImportedLog log = value_of(import_log(fixture("ptdaemon.txt"), only));
  EXPECT_EQ(values_of(series_of(log, "ptdaemon.power")), (std::vector<double>{24.12, 24.18, 24.2}));
  EXPECT_EQ(rejected(series_of(log, "ptdaemon.power"), "other mark"), 2);
}

TEST(Ptdaemon, ChannelsOfAnAnalyzerStandApart) {
  const ImportedLog log = value_of(import_log(fixture("ptdaemon-channels.txt"), options()));
  const record::Series& total = series_of(log, "ptdaemon.power");
  EXPECT_EQ(values_of(total), (std::vector<double>{272.93, 273.01}));
  EXPECT_EQ(values_of(series_of(log, "ptdaemon.ch1.power")), (std::vector<double>{91.06, 91.10}));
  EXPECT_EQ(values_of(series_of(log, "ptdaemon.ch3.voltage")), (std::vector<double>{120.98, 120.98}));
  EXPECT_EQ(total.channel.contains,
            (std::vector<std::string>{"ptdaemon.ch1.power", "ptdaemon.ch2.power", "ptdaemon.ch3.power"}));
  EXPECT_TRUE(series_of(log, "ptdaemon.voltage").readings.empty());
  EXPECT_EQ(rejected(series_of(log, "ptdaemon.voltage"), "sentinel"), 2);
}

TEST(Ptdaemon, LinesThatRanIntoEachOtherAreNotUsed) {
  const ImportedLog log = value_of(import_log(fixture("ptdaemon-console.txt"), options()));
  const record::Series& power = series_of(log, "ptdaemon.power");
  EXPECT_EQ(values_of(power), (std::vector<double>{22.97, 22.98, 23.02}));
  EXPECT_EQ(rejected(power, "garbled line"), 2);
  EXPECT_EQ(rejected(power, "noise line"), 4);
}

TEST(Ptdaemon, TwoRecordsInOneLineAreNotUsed) {
  const std::string line = "Time,01-22-2021 15:05:14.313,Watts,22.97,Volts,227.3,Amps,0.2,PF,0.4";
  const ImportedLog log = value_of(import_text(
      line + "\n" + line.substr(0, 60) + "Time,01-22-2021 15:05:15.313,Watts,23,Volts,1,Amps,1,PF,1\n",
      options()));
  EXPECT_EQ(series_of(log, "ptdaemon.power").readings.size(), 1U);
  EXPECT_EQ(rejected(series_of(log, "ptdaemon.power"), "garbled line"), 1);
}

TEST(Ptdaemon, TheZoneHasToBeSaid) {
  ImportOptions silent = options();
  silent.log.zone.reset();
  const auto log = import_log(fixture("ptdaemon.txt"), silent);
  ASSERT_FALSE(log);
  EXPECT_EQ(log.error().code, Code::kInvalidInput);
  EXPECT_TRUE(mentions(log.error().message, "zone")) << log.error().message;

  ImportOptions east = options();
  east.log.zone = Zone{3600};
  EXPECT_EQ(
      series_of(value_of(import_log(fixture("ptdaemon.txt"), east)), "ptdaemon.power").readings[0].end_ns,
      parse_iso8601("2020-11-07T16:54:47.071Z")->ns);
}

TEST(Ptdaemon, TheBoundaryHasToBeSaid) {
  ImportOptions silent = options();
  silent.log.boundary.reset();
  const auto log = import_log(fixture("ptdaemon.txt"), silent);
  ASSERT_FALSE(log);
  EXPECT_TRUE(mentions(log.error().message, "dc_input")) << log.error().message;
}

TEST(Ptdaemon, ALogThatMissesTheRunIsRefusedWithTheZoneThatFits) {
  ImportOptions run = options();
  const std::int64_t begin = parse_iso8601("2020-11-07T16:54:48Z")->ns;
  run.run = TimeSpan{begin, begin + 4'000'000'000};
  const auto log = import_log(fixture("ptdaemon.txt"), run);
  ASSERT_FALSE(log);
  EXPECT_TRUE(mentions(log.error().message, "as UTC+01:00 they would cover it")) << log.error().message;
  run.log.zone = Zone{3600};
  EXPECT_TRUE(import_log(fixture("ptdaemon.txt"), run));
}

TEST(Ptdaemon, ASimulatedAnalyzerIsMarked) {
  const ImportedLog log = value_of(import_text(
      "Time,01-22-2021 15:05:13.313,NOTICE,Analyzer identity response of 9 bytes: ASSAY,Simulated WT310,0,1\n"
      "Time,01-22-2021 15:05:14.313,Watts,22.97,Volts,227.3,Amps,0.2,PF,0.4\n",
      options()));
  EXPECT_TRUE(log.source.simulated);
}

}  // namespace
}  // namespace assay::powerlog
