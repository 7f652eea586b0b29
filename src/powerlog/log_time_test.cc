#include "powerlog/log_time.h"

#include <gtest/gtest.h>

#include <bit>
#include <cstdlib>
#include <ctime>
#include <string>

#include "base/clock.h"
#include "base/splitmix64.h"
#include "powerlog/number.h"
#include "powerlog/overlap.h"

namespace assay::powerlog {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

TEST(Zone, OffsetsAreRead) {
  EXPECT_EQ(parse_zone("UTC").value().offset_s, 0);
  EXPECT_EQ(parse_zone("Z").value().offset_s, 0);
  EXPECT_EQ(parse_zone("+02:00").value().offset_s, 7200);
  EXPECT_EQ(parse_zone("-0530").value().offset_s, -19800);
  EXPECT_EQ(parse_zone("UTC+2").value().offset_s, 7200);
  EXPECT_EQ(parse_zone("GMT-10").value().offset_s, -36000);
  EXPECT_EQ(to_string(Zone{-19800}), "UTC-05:30");
  EXPECT_EQ(to_string(Zone{}), "UTC");
  for (const char* text :
       {"", "CET", "Europe/Berlin", "+15:00", "+2:60", "2", "+", "UTC+", "+02:00:00", "+2:3"})
    EXPECT_FALSE(parse_zone(text)) << text;
}

TEST(Iso8601, EqualsTheCLibraryOnRandomMoments) {
  SplitMix64 random(5);
  for (int i = 0; i < 20000; ++i) {
    const auto seconds = static_cast<std::time_t>(random.below(3'900'000'000));
    std::tm parts{};
    ASSERT_TRUE(gmtime_r(&seconds, &parts));
    char text[64];
    ASSERT_GT(std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts), 0U);
    const auto stamp = parse_iso8601(text);
    ASSERT_TRUE(stamp) << text;
    EXPECT_EQ(stamp->ns, seconds * kSecond) << text;
    EXPECT_FALSE(stamp->has_zone);
    char american[64];
    ASSERT_GT(std::strftime(american, sizeof american, "%m-%d-%Y %H:%M:%S.250", &parts), 0U);
    EXPECT_EQ(StampPattern::create("%m-%d-%Y %H:%M:%S.%f")->parse(american)->ns,
              seconds * kSecond + kSecond / 4);
  }
}

TEST(Iso8601, FractionsAndZones) {
  const std::int64_t base = parse_iso8601("2026-07-25T09:08:28Z")->ns;
  EXPECT_EQ(parse_iso8601("2026-07-25 09:08:28.5")->ns, base + kSecond / 2);
  EXPECT_EQ(parse_iso8601("2026-07-25T09:08:28,000000001")->ns, base + 1);
  EXPECT_EQ(parse_iso8601("2026-07-25T11:08:28+02:00")->ns, base);
  EXPECT_EQ(parse_iso8601("2026-07-25T03:38:28.25-0530")->ns, base + kSecond / 4);
  EXPECT_TRUE(parse_iso8601("2026-07-25T11:08:28+02:00")->has_zone);
  EXPECT_EQ(utc_iso8601(base), "2026-07-25T09:08:28.000Z");
}

TEST(Iso8601, WhatTheCalendarDoesNotHaveIsNoStamp) {
  for (const char* text :
       {"", "2026-02-29T00:00:00", "2026-13-01T00:00:00", "2026-00-01T00:00:00", "2026-04-31T00:00:00",
        "2026-04-30T24:00:00", "2026-04-30T23:60:00", "2026-04-30T23:59:60", "1969-12-31T23:59:59",
        "2300-01-01T00:00:00", "2026-04-30", "2026-04-30T23:59", "2026-04-30T23:59:59.",
        "2026-04-30T23:59:59x", "26-04-30T23:59:59", "2026-04-30T23:59:59+15:00", "2026-4-30T23:59:59"})
    EXPECT_FALSE(parse_iso8601(text)) << text;
  EXPECT_TRUE(parse_iso8601("2024-02-29T00:00:00"));
  EXPECT_TRUE(parse_iso8601("2000-02-29T00:00:00"));
}

TEST(StampPattern, ReadsWhatStrptimeReads) {
  const std::int64_t base = parse_iso8601("2026-07-05T21:08:28Z")->ns;
  const auto read = [](const char* pattern, const char* text) {
    const auto made = StampPattern::create(pattern);
    EXPECT_TRUE(made) << pattern;
    const auto stamp = made->parse(text);
    return stamp ? stamp->ns : -1;
  };
  EXPECT_EQ(read("%d/%m/%Y %H:%M:%S", "5/7/2026 21:08:28"), base);
  EXPECT_EQ(read("%b %d %Y %I:%M:%S %p", "Jul 05 2026 09:08:28 PM"), base);
  EXPECT_EQ(read("%b %d %Y %I:%M:%S %p", "JUL 05 2026 12:08:28 am"), base - 21 * 3600 * kSecond);
  EXPECT_EQ(read("%y%m%dT%H%M%S%z", "260705T230828+0200"), base);
  EXPECT_EQ(read("%Y.%m.%d %H:%M:%S.%f %%", "2026.07.05 21:08:28.123456789 %"), base + 123456789);
  EXPECT_EQ(read("%Y-%m-%d %H:%M:%S", "2026-07-05 21:08:28.5"), -1);
  EXPECT_EQ(read("%I %p %Y-%m-%d", "13 PM 2026-07-05"), -1);
}

TEST(StampPattern, RefusesWhatTellsNoMoment) {
  for (const char* pattern :
       {"", "%H:%M:%S", "%Y-%m-%d", "%Y-%m-%d %H %q", "%Y-%m-%d %H %", "%Y-%m-%d %I", "%Y %Y %m %d %H"})
    EXPECT_FALSE(StampPattern::create(pattern)) << pattern;
}

TEST(StampPattern, TakesFromTheFront) {
  const auto pattern = StampPattern::create("%m-%d-%Y %H:%M:%S.%f").value();
  std::string_view text = "01-22-2021 15:05:14.313,Watts";
  EXPECT_TRUE(pattern.take(text));
  EXPECT_EQ(text, ",Watts");
  text = "01-22-2021 15:05:14,Watts";
  EXPECT_FALSE(pattern.take(text));
  EXPECT_EQ(text, "01-22-2021 15:05:14,Watts");
}

TEST(TimeCount, IsExactToTheNanosecond) {
  EXPECT_EQ(parse_time_count("1600000000.123456789", 0), 1'600'000'000'123'456'789);
  EXPECT_EQ(parse_time_count("1600000000.1234567899", 0), 1'600'000'000'123'456'789);
  EXPECT_EQ(parse_time_count("-0.5", 0), -500'000'000);
  EXPECT_EQ(parse_time_count("12.5", 3), 12'500'000);
  EXPECT_EQ(parse_time_count("7", 9), 7);
  EXPECT_EQ(parse_time_count("7.9", 9), 7);
  EXPECT_EQ(parse_time_count(" +3 ", 6), 3000);
  EXPECT_EQ(parse_time_count("2.5e-3", 0), 2'500'000);
  EXPECT_EQ(parse_time_count("-1E3", 3), -1'000'000'000);
  EXPECT_EQ(parse_time_count(".5", 0), 500'000'000);
  for (const char* text : {"", ".", "-", "1.2.3", "1,5", "nan", "inf", "99999999999999999999", "1e300", "1e",
                           "12:30", "0x10", "4000000001"})
    EXPECT_FALSE(parse_time_count(text, 0)) << text;
}

TEST(Number, KnowsWhatIsNone) {
  EXPECT_EQ(parse_number(" -1.5e-3 ").value, -1.5e-3);
  EXPECT_EQ(parse_number("+2").value, 2);
  for (const char* text : {"nan", "NaN", "inf", "-INF", "9.91E+37", "-9.9e37", "1e999"})
    EXPECT_EQ(parse_number(text).kind, NumberKind::kNoData) << text;
  for (const char* text : {"", "  "}) EXPECT_EQ(parse_number(text).kind, NumberKind::kEmpty);
  for (const char* text : {"1,5", "12W", "--1", "+-1", "0x10", "1 2", "OFF", "."})
    EXPECT_EQ(parse_number(text).kind, NumberKind::kNotANumber) << text;
}

TEST(Number, EqualsTheCLibraryBitForBit) {
  SplitMix64 random(9);
  for (int i = 0; i < 200000; ++i) {
    std::string text = random.below(4) == 0 ? "-" : "";
    for (std::uint64_t digits = 1 + random.below(20); digits > 0; --digits)
      text += static_cast<char>('0' + random.below(10));
    if (random.below(2) == 0) text.insert(text.size() - random.below(text.size()), ".");
    if (text.front() == '.' || text.starts_with("-.")) continue;
    if (random.below(8) == 0) text += "e" + std::to_string(static_cast<int>(random.below(40)) - 30);
    const double expected = std::strtod(text.c_str(), nullptr);
    const Number number = parse_number(text);
    ASSERT_EQ(number.kind, NumberKind::kNumber) << text;
    ASSERT_EQ(std::bit_cast<std::uint64_t>(number.value), std::bit_cast<std::uint64_t>(expected)) << text;
  }
}

TEST(Overlap, SaysByHowMuchAndWhichZoneWouldFit) {
  const std::int64_t run = parse_iso8601("2026-07-25T10:00:00Z")->ns;
  const TimeSpan window{run, run + 60 * kSecond};
  const TimeSpan log{run + 7200 * kSecond - 30 * kSecond, run + 7200 * kSecond + 120 * kSecond};
  EXPECT_TRUE(check_overlap({run + 30 * kSecond, run + 90 * kSecond}, window, Zone{}));
  const auto missed = check_overlap(log, window, Zone{});
  ASSERT_FALSE(missed);
  EXPECT_EQ(missed.error().code, Code::kInvalidInput);
  EXPECT_NE(missed.error().message.find("begins 1 h 58 min 30 s after the run ends"), std::string::npos)
      << missed.error().message;
  EXPECT_NE(missed.error().message.find("as UTC+02:00 they would cover it"), std::string::npos)
      << missed.error().message;
  EXPECT_EQ(fitting_zone(log, window, Zone{})->offset_s, 7200);
  const TimeSpan another_day{run + 86400 * 3 * kSecond, run + 86401 * 3 * kSecond};
  EXPECT_FALSE(fitting_zone(another_day, window, Zone{}));
  EXPECT_FALSE(check_overlap(another_day, window, Zone{}));
  // Without a zone of ours there is none to suggest.
  EXPECT_EQ(check_overlap(log, window, {}).error().message.find("UTC+02:00"), std::string::npos);
}

}  // namespace
}  // namespace assay::powerlog
