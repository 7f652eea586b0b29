#include "instrument/meter.h"

#include <gtest/gtest.h>

namespace assay::instrument {
namespace {

TEST(MakeMeter, UnknownKindsOptionsAndAddresses) {
  MeterSettings settings;
  settings.kind = "wt3000";
  settings.address = "tcp://127.0.0.1:1";
  EXPECT_NE(make_meter(settings).error().message.find("wt300e, ptdaemon or http"), std::string::npos);
  settings.kind = "wt300e";
  EXPECT_TRUE(make_meter(settings));
  settings.options["elment"] = "1";
  EXPECT_NE(make_meter(settings).error().message.find("did you mean 'element'"), std::string::npos);
  settings.options = {{"element", "4"}};
  EXPECT_NE(make_meter(settings).error().message.find("expected 1, 2 or 3"), std::string::npos);
  settings.options = {{"voltage_range", "nan"}};
  EXPECT_EQ(make_meter(settings).error().code, Code::kInvalidInput);
  settings.options.clear();
  settings.period = std::chrono::milliseconds(70);
  EXPECT_NE(make_meter(settings).error().message.find("0.25"), std::string::npos);
  settings.period = std::chrono::milliseconds(250);
  EXPECT_TRUE(make_meter(settings));
  settings.address = "meter";
  EXPECT_EQ(make_meter(settings).error().code, Code::kInvalidInput);
  settings.kind = "ptdaemon";
  settings.address = "vxi11://meter/inst0";
  EXPECT_NE(make_meter(settings).error().message.find("tcp://"), std::string::npos);
}

TEST(MakeMeter, AMeterThatWasNeverOpenedClosesQuietly) {
  MeterSettings settings;
  settings.kind = "wt300e";
  settings.address = "tcp://127.0.0.1:1";
  auto meter = make_meter(settings);
  ASSERT_TRUE(meter);
  EXPECT_EQ((*meter)->next(0).error().code, Code::kInternal);
  EXPECT_EQ((*meter)->close().reads, 0);
}

TEST(Append, ValuesRejectionsAndGaps) {
  std::vector<record::Channel> channels(2);
  channels[0].id = "m.power";
  channels[1].id = "m.voltage";
  auto series = empty_series(channels);
  append({10, 12, {{5.0, ""}, {12.0, ""}}, std::nullopt}, series);
  append({20, 22, {{std::nullopt, "overload"}, {12.1, ""}}, std::nullopt}, series);
  append({22, 30, {}, record::Gap{22, 30, "lost"}}, series);
  append({30, 40, {}, record::Gap{30, 40, "lost"}}, series);
  append({60, 70, {}, record::Gap{60, 70, "lost"}}, series);
  EXPECT_EQ(series[0].channel.id, "m.power");
  EXPECT_EQ(series[0].readings, (std::vector<record::Reading>{{10, 12, 5.0}}));
  EXPECT_EQ(series[1].readings, (std::vector<record::Reading>{{10, 12, 12.0}, {20, 22, 12.1}}));
  EXPECT_EQ(series[0].rejected, (std::map<std::string, std::int64_t>{{"overload", 1}}));
  EXPECT_TRUE(series[1].rejected.empty());
  EXPECT_EQ(series[0].gaps, (std::vector<record::Gap>{{22, 40, "lost"}, {60, 70, "lost"}}));
  EXPECT_EQ(series[1].gaps, series[0].gaps);
}

}  // namespace
}  // namespace assay::instrument
