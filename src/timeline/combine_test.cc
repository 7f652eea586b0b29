#include "timeline/combine.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "timeline/test_curves.h"

namespace assay::timeline {
namespace {

using record::Channel;
using record::ReadingKind;
using record::Series;
using testing::reading_at;
using testing::series_of;
using testing::to_ns;

Channel rail(const std::string& id, const std::string& source, std::vector<std::string> inside = {}) {
  Channel channel = series_of(ReadingKind::kInstant, {}).channel;
  channel.id = id;
  channel.source = source;
  channel.boundary = record::Boundary::kRail;
  channel.contains = std::move(inside);
  return channel;
}

TEST(SumOfRails, AddsWhatIsApart) {
  const auto gpu = rail("VDD_GPU_SOC", "0040"), cpu = rail("VDD_CPU_CV", "0040"),
             five = rail("VIN_SYS_5V0", "0041");
  const Channel* all[] = {&gpu, &cpu, &five};
  const RailPower one_chip[] = {{&gpu, {10, 0.3, 0.1, 0}}, {&cpu, {5, 0.4, 0.05, 0}}};
  const auto two = sum_of_rails(one_chip, all).value();
  EXPECT_DOUBLE_EQ(two.value, 15);
  EXPECT_DOUBLE_EQ(two.u_independent, 0.5);
  EXPECT_DOUBLE_EQ(two.u_gain, 0.15) << "one chip's gain error is one error";
  const RailPower two_chips[] = {one_chip[0], one_chip[1], {&five, {4, 0, 0.2, 0}}};
  const auto three = sum_of_rails(two_chips, all).value();
  EXPECT_DOUBLE_EQ(three.value, 19);
  EXPECT_NEAR(three.combined(), std::sqrt(0.25 + 0.0225 + 0.04), 1e-12);
}

TEST(SumOfRails, RefusesToCountTwice) {
  const auto input = rail("VDD_IN", "0040", {"VDD_SYS"}), system = rail("VDD_SYS", "0041", {"VDD_SOC"}),
             soc = rail("VDD_SOC", "0040");
  const Channel* all[] = {&input, &system, &soc};
  const Uncertain watts{1, 0, 0, 0};
  const RailPower through_another[] = {{&soc, watts}, {&input, watts}};
  EXPECT_NE(sum_of_rails(through_another, all).error().message.find("VDD_IN contains VDD_SOC"),
            std::string::npos);
  const RailPower twice[] = {{&soc, watts}, {&soc, watts}};
  EXPECT_NE(sum_of_rails(twice, all).error().message.find("twice"), std::string::npos);
  EXPECT_FALSE(sum_of_rails({}, all));
  auto temperature = soc;
  temperature.boundary = record::Boundary::kNone;
  const RailPower no_power[] = {{&temperature, watts}};
  EXPECT_FALSE(sum_of_rails(no_power, all));
}

TEST(Contains, EndsWhereChannelsContainEachOther) {
  const auto a = rail("a", "x", {"b"}), b = rail("b", "x", {"a"}), c = rail("c", "x");
  const Channel* all[] = {&a, &b, &c};
  EXPECT_TRUE(contains(a, b, all));
  EXPECT_TRUE(contains(b, a, all));
  EXPECT_FALSE(contains(a, c, all));
}

Series volts(std::vector<record::Reading> readings) {
  auto series = series_of(ReadingKind::kInstant, std::move(readings));
  series.channel.id = "U";
  series.channel.unit = "V";
  return series;
}
Series amperes(std::vector<record::Reading> readings) {
  auto series = volts(std::move(readings));
  series.channel.id = "I";
  series.channel.unit = "A";
  return series;
}

TEST(PowerOf, PairsTheNearestReadings) {
  const auto u = volts({reading_at(0, 10), reading_at(1, 11), reading_at(2, 12), reading_at(3, 13)});
  const auto i = amperes({reading_at(0.1, 1), reading_at(1.9, 2), reading_at(3.1, 3), reading_at(7, 4)});
  const auto power = power_of(u, i, "P").value();
  EXPECT_EQ(power.channel.id, "P");
  EXPECT_EQ(power.channel.unit, "W");
  ASSERT_EQ(power.readings.size(), 3U);
  EXPECT_EQ(power.readings[0], (record::Reading{0, to_ns(0.1), 10}));
  EXPECT_EQ(power.readings[1], (record::Reading{to_ns(1.9), to_ns(2), 24}));
  EXPECT_EQ(power.readings[2], (record::Reading{to_ns(3), to_ns(3.1), 39}));
  EXPECT_EQ(power.rejected.at("voltage or current without the other"), 2);  // 11 V; 4 A.
}

TEST(PowerOf, CombinesTheAccuracies) {
  auto u = volts({reading_at(0, 20), reading_at(1, 20)});
  auto i = amperes({reading_at(0, 1), reading_at(1, 3)});
  EXPECT_FALSE(power_of(u, i, "P")->channel.accuracy) << "unknown stays unknown";
  u.channel.accuracy = record::Accuracy{0.001, 0.002, 30, "volts"};  // 0.1 % + 60 mV / 20 V = 0.4 %.
  i.channel.accuracy = record::Accuracy{0.003, 0, 0, "shunt"};
  const auto accuracy = power_of(u, i, "P")->channel.accuracy.value();
  EXPECT_NEAR(accuracy.of_reading, 0.005, 1e-12);
  EXPECT_EQ(accuracy.source, "volts; shunt");
}

TEST(PowerOf, RefusesWhatMakesNoPower) {
  const auto u = volts({reading_at(0, 10), reading_at(1, 10)});
  auto i = amperes({reading_at(5, 1), reading_at(6, 1)});
  EXPECT_EQ(power_of(u, i, "P").error().code, Code::kNotFound);
  EXPECT_FALSE(power_of(i, u, "P")) << "a current is no voltage";
  i.channel.kind = ReadingKind::kMean;
  EXPECT_FALSE(power_of(u, i, "P"));
  EXPECT_FALSE(power_of(u, amperes({reading_at(1, 1), reading_at(0, 1)}), "P")) << "not in order";
}

TEST(Reconcile, ARailMayNotExceedTheBoard) {
  const Uncertain board{10, 0.1, 0.1, 0};
  EXPECT_TRUE(reconcile(board, {8, 0.1, 0.08, 0}, true).possible);
  EXPECT_DOUBLE_EQ(reconcile(board, {8, 0.1, 0.08, 0}, true).share, 0.8);
  EXPECT_TRUE(reconcile(board, {10.2, 0.1, 0.102, 0}, true).possible) << "0.2 W over, U 0.28 W";
  EXPECT_FALSE(reconcile(board, {10.3, 0.1, 0.103, 0}, true).possible);
  EXPECT_TRUE(reconcile(board, {10.3, 0.1, 0.103, 0}, false).possible) << "two gains, U 0.4 W";
}

}  // namespace
}  // namespace assay::timeline
