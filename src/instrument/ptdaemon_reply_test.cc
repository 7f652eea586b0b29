#include "instrument/ptdaemon_reply.h"

#include <gtest/gtest.h>

namespace assay::instrument {
namespace {

TEST(PtdIdentity, ARealOne) {
  const auto identity = parse_ptd_identity(
      "PCsensor USB9097+DS18B20,5000,1,0,0,0,0,0,1,version=1.9.1-a2d19f26-20190717,OS=Windows 8 / Server "
      "2012,"
      "mode=temperature,0,0,1,0,0,no_cal_date,na\r");
  ASSERT_TRUE(identity) << identity.error().message;
  EXPECT_EQ(identity->driver, "PCsensor USB9097+DS18B20");
  EXPECT_EQ(identity->interval_ms, 5000);
  EXPECT_TRUE(identity->watts);
  EXPECT_FALSE(identity->volts);
  EXPECT_EQ(identity->version, "1.9.1-a2d19f26-20190717");
  EXPECT_EQ(identity->os, "Windows 8 / Server 2012");
  EXPECT_EQ(identity->mode, "temperature");
}

TEST(PtdIdentity, CommasInTheDevicesOwnIdentity) {
  const auto identity = parse_ptd_identity(
      "Yokogawa YOKOGAWA,WT310,C2PH13047V,F1.03,1000,1,1,1,1,0,0,1,version=1.11.1-0,mode=power");
  ASSERT_TRUE(identity);
  EXPECT_EQ(identity->driver, "Yokogawa YOKOGAWA,WT310,C2PH13047V,F1.03");
  EXPECT_EQ(identity->interval_ms, 1000);
  EXPECT_TRUE(identity->amperes);
}

TEST(PtdIdentity, OthersAreNotFound) {
  for (const char* line : {"", "220 mail ready", "version=1.2", "a,1,1,version=1"})
    EXPECT_EQ(parse_ptd_identity(line).error().code, Code::kNotFound) << line;
}

TEST(PtdRanges, KnownAndUnknown) {
  const auto ranges = parse_ptd_ranges("Ranges,0,2.0,1,-1.0").value();
  EXPECT_EQ(ranges.current_auto, false);
  EXPECT_EQ(ranges.current, 2.0);
  EXPECT_EQ(ranges.voltage_auto, true);
  EXPECT_FALSE(ranges.voltage);
  EXPECT_FALSE(parse_ptd_ranges("Ranges,-1,-1.0,-1,-1.0").value().current_auto);
  EXPECT_EQ(parse_ptd_ranges("Ranges,0,2.0").error().code, Code::kCorrupt);
  EXPECT_EQ(parse_ptd_ranges("Error").error().code, Code::kCorrupt);
}

TEST(PtdRanges, WhereAnAutomaticOneStandsDoesNotCount) {
  const auto same = [](const char* a, const char* b) {
    return same_ranges(parse_ptd_ranges(a).value(), parse_ptd_ranges(b).value());
  };
  EXPECT_TRUE(same("Ranges,0,2.0,1,-1.0", "Ranges,0,2,1,300"));
  EXPECT_FALSE(same("Ranges,0,2.0,1,-1.0", "Ranges,0,5,1,-1.0"));
  EXPECT_FALSE(same("Ranges,0,2.0,0,300", "Ranges,0,2.0,0,150"));
  EXPECT_FALSE(same("Ranges,0,2.0,0,300", "Ranges,1,2.0,0,300"));
  EXPECT_FALSE(same("Ranges,0,2.0,0,300", "Ranges,0,2.0,1,300"));
}

TEST(PtdCount, ForAndAgainst) {
  EXPECT_EQ(parse_ptd_count("Last 1 sample").value(), 1);
  EXPECT_EQ(parse_ptd_count("Last 25 samples\r").value(), 25);
  EXPECT_EQ(parse_ptd_count("No unread samples").value(), 0);
  EXPECT_EQ(parse_ptd_count("Insufficient unread samples").value(), 0);
  for (const char* line :
       {"", "Last", "Last x samples", "Last -5 samples", "Last 99999999 samples", "Unknown command"})
    EXPECT_EQ(parse_ptd_count(line).error().code, Code::kCorrupt) << line;
}

TEST(PtdInterval, OfTheStart) {
  using std::chrono::milliseconds;
  EXPECT_EQ(parse_ptd_interval(
                "Starting untimed measurement, maximum 500000 samples at 1000ms with 0 rampup samples"),
            milliseconds(1000));
  EXPECT_FALSE(parse_ptd_interval("Starting untimed measurement"));
  EXPECT_FALSE(parse_ptd_interval("samples at 0ms"));
}

TEST(PtdSample, RealLines) {
  const auto sample = parse_ptd_sample(
      "Time,01-22-2021 "
      "15:05:14.313,Watts,22.970000,Volts,227.370000,Amps,0.204340,PF,0.494400,Mark,x_ranging");
  ASSERT_TRUE(sample) << sample.error().message;
  EXPECT_EQ(sample->stamp_ns, 1611327914'313'000'000);  // date -u -d '2021-01-22 15:05:14' +%s
  EXPECT_EQ(sample->watts, 22.97);
  EXPECT_EQ(sample->volts, 227.37);
  EXPECT_EQ(sample->amperes, 0.20434);
}

TEST(PtdSample, SentinelsAreAbsentAndChannelsAreNotTheSum) {
  const auto sample = parse_ptd_sample(
      "Time,11-13-2020 "
      "22:38:59.240,Watts,272.93,Volts,-1.000000,Amps,-1.000000,PF,-1.000000,Mark,notset,Ch1,Watts,"
      "91.06,Volts,120.95,Amps,0.8321,PF,0.9389");
  ASSERT_TRUE(sample);
  EXPECT_EQ(sample->watts, 272.93);
  EXPECT_FALSE(sample->volts);
  EXPECT_FALSE(sample->amperes);
  EXPECT_FALSE(parse_ptd_sample("Time,11-13-2020 22:38:59.240,Watts,-2.0,Volts,nan")->watts);
}

TEST(PtdSample, BadLines) {
  for (const char* line :
       {"", "Time", "Time,11-13-2020 22:38:59,Watts", "Time,11/13/2020 22:38:59.240,Watts,1", "Notice,x,y,z",
        "Time,13-11-2020 22:38:59.240,Watts,1", "Time,02-30-2021 22:38:59.240,Watts,1",
        "Time,11-13-2020 24:38:59.240,Watts,1", "Time,11-13-2020 22:38:59.,Watts,1",
        "Time,11-13-2020 22:38:59.12x,Watts,1", "Time,11-13-0020 22:38:59.1,Watts,1"})
    EXPECT_EQ(parse_ptd_sample(line).error().code, Code::kCorrupt) << line;
}

}  // namespace
}  // namespace assay::instrument
