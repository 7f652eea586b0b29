#include "powerlog/json_power.h"

#include <gtest/gtest.h>

#include "powerlog/test_logs.h"

namespace assay::powerlog {
namespace {

Mapping watts_at(const std::string& pointer) {
  Mapping mapping;
  mapping.power = ScaledField{{pointer}, "mW"};
  mapping.position = Position::kInstant;
  return mapping;
}

TEST(JsonPower, FindsWattsAndTime) {
  Mapping mapping = watts_at("/outlets/1/mw");
  mapping.time = {{"/when"}, "iso8601", {}};
  const JsonPower power = JsonPower::create(mapping, Zone{3600}).value();
  EXPECT_TRUE(power.utc());
  const LivePower live =
      value_of(power.read(R"({"when": "2026-07-25T10:08:28", "outlets": [{"mw": 1}, {"mw": 5250.5}]})"));
  EXPECT_DOUBLE_EQ(live.watts, 5.2505);
  EXPECT_EQ(live.time_ns, parse_iso8601("2026-07-25T09:08:28Z")->ns);
}

TEST(JsonPower, TextsThatAreNumbersAndEpochs) {
  Mapping mapping = watts_at("/p");
  mapping.time = {{"/t"}, "epoch", {}};
  const JsonPower power = JsonPower::create(mapping, {}).value();
  const LivePower live = value_of(power.read(R"({"p": " 12.5 ", "t": 1600000000.25})"));
  EXPECT_DOUBLE_EQ(live.watts, 0.0125);
  EXPECT_EQ(live.time_ns, 1'600'000'000'250'000'000);
}

TEST(JsonPower, VoltsAndAmperes) {
  Mapping mapping;
  mapping.voltage = ScaledField{{"/a~1b/u"}, "V"};
  mapping.current = ScaledField{{"/a~1b/i"}, "mA"};
  mapping.position = Position::kEnd;
  const JsonPower power = JsonPower::create(mapping, {}).value();
  const LivePower live = value_of(power.read(R"({"a/b": {"u": 12, "i": 500}})"));
  EXPECT_DOUBLE_EQ(live.watts, 6);
  EXPECT_FALSE(live.time_ns);
}

TEST(JsonPower, WhatIsNoPowerSaysWhy) {
  const JsonPower power = JsonPower::create(watts_at("/p"), {}).value();
  const auto code = [&](const char* text) {
    const auto live = power.read(text);
    EXPECT_FALSE(live) << text;
    return live ? Code::kInternal : live.error().code;
  };
  EXPECT_EQ(code(R"({"p": null})"), Code::kUnavailable);
  EXPECT_EQ(code(R"({"p": "nan"})"), Code::kUnavailable);
  EXPECT_EQ(code(R"({"p": 9.91e37})"), Code::kUnavailable);
  EXPECT_EQ(code(R"({"p": ""})"), Code::kUnavailable);
  EXPECT_EQ(code(R"({"p": "twelve"})"), Code::kCorrupt);
  EXPECT_EQ(code(R"({"p": {}})"), Code::kCorrupt);
  EXPECT_EQ(code(R"({"p": true})"), Code::kCorrupt);
  EXPECT_EQ(code(R"({"q": 1})"), Code::kCorrupt);
  EXPECT_EQ(code(R"([1, 2])"), Code::kCorrupt);
  EXPECT_EQ(code("{\"p\": 1"), Code::kCorrupt);
  EXPECT_EQ(code(""), Code::kCorrupt);
  EXPECT_EQ(code("<html>"), Code::kCorrupt);
}

TEST(JsonPower, PointersAreChecked) {
  for (const char* pointer : {"", "p", "p/q", "/a~2", "/a~"})
    EXPECT_FALSE(JsonPower::create(watts_at(pointer), {})) << pointer;
  Mapping mapping = watts_at("/p");
  mapping.power->field = {"", 3};
  EXPECT_FALSE(JsonPower::create(mapping, {}));
  mapping = watts_at("/p");
  mapping.time = {{"/t"}, "fortnights", {}};
  EXPECT_FALSE(JsonPower::create(mapping, {}));
  mapping.time = {{}, "iso8601", {}};
  EXPECT_FALSE(JsonPower::create(mapping, {}));
}

TEST(JsonPower, AnArrayIndexThatIsNoneLeadsNowhere) {
  for (const char* pointer : {"/p/-", "/p/2", "/p/01", "/p/x", "/p/99999999999999999999"}) {
    const JsonPower power = JsonPower::create(watts_at(pointer), {}).value();
    const auto live = power.read(R"({"p": [1, 2]})");
    ASSERT_FALSE(live) << pointer;
    EXPECT_EQ(live.error().code, Code::kCorrupt) << pointer;
  }
}

}  // namespace
}  // namespace assay::powerlog
