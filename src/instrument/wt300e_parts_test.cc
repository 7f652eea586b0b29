#include <gtest/gtest.h>

#include "instrument/wt300e_dialog.h"
#include "instrument/wt300e_model.h"
#include "instrument/wt300e_settings.h"

namespace assay::instrument {
namespace {

TEST(Wt300eIdentity, ForAndAgainst) {
  EXPECT_EQ(parse_identity("YOKOGAWA,WT310,C2PH13047V,F1.03").value(),
            (Wt300eIdentity{"YOKOGAWA", "WT310", "C2PH13047V", "F1.03"}));
  for (const char* reply :
       {"", "YOKOGAWA,WT310", "YOKOGAWA,GS200,1,2", "KEITHLEY,2400,1,2", "YOKOGAWA,WT310,1,2,3"})
    EXPECT_EQ(parse_identity(reply).error().code, Code::kNotFound) << reply;
}

TEST(Wt300ePoll, BitsOfEachElement) {
  const auto poll = parse_poll("1;2", 1).value();
  EXPECT_TRUE(poll.updated);
  EXPECT_TRUE(poll.condition.integrating);
  EXPECT_FALSE(poll.condition.over_range);
  EXPECT_FALSE(parse_poll("2;0", 1)->updated);
  EXPECT_TRUE(parse_poll(":STAT:EESR 1;COND 64", 1)->condition.over_range);
  EXPECT_TRUE(parse_poll("0;128", 1)->condition.voltage_peak_over);
  EXPECT_TRUE(parse_poll("0;256", 1)->condition.current_peak_over);
  EXPECT_FALSE(parse_poll("0;512", 1)->condition.over_range);
  EXPECT_TRUE(parse_poll("0;512", 2)->condition.over_range);
  EXPECT_TRUE(parse_poll("0;16384", 3)->condition.current_peak_over);
}

TEST(Wt300ePoll, Garbage) {
  for (const char* reply : {"", "1", "1;2;3", "x;1", "1;-1", "1;1.5", "1;70000", "NAN;1", "1;INF"})
    EXPECT_EQ(parse_poll(reply, 1).error().code, Code::kCorrupt) << reply;
}

TEST(Wt300eModel, RangesOfTheManuals) {
  EXPECT_EQ(find_model("WT1800"), nullptr);
  const Wt300eModel* e = find_model("WT310E");
  const Wt300eModel* eh = find_model("WT310EH");
  ASSERT_TRUE(e && eh && find_model("WT332E") && find_model("WT333E"));
  for (const char* before : {"WT310", "WT310HC", "WT332", "WT333"}) {
    ASSERT_TRUE(find_model(before)) << before;
    EXPECT_FALSE(find_model(before)->accuracy) << "no manual of it was read";
  }
  EXPECT_EQ(current_ranges(*e, 3).front(), 0.005);
  EXPECT_EQ(current_ranges(*e, 6).front(), 0.0025);
  EXPECT_EQ(current_ranges(*eh, 3), (std::vector<double>{1, 2, 5, 10, 20, 40}));
  EXPECT_EQ(voltage_ranges(6), (std::vector<double>{7.5, 15, 30, 75, 150, 300}));
}

TEST(Wt300eModel, SmallestRangeThatHoldsElevenTenths) {
  const std::vector<double> ranges{15, 30, 60};
  EXPECT_EQ(smallest_range(ranges, 12), 15);
  EXPECT_EQ(smallest_range(ranges, 14), 30);
  EXPECT_EQ(smallest_range(ranges, 0), 15);
  EXPECT_EQ(smallest_range(ranges, 54), 60);
  EXPECT_EQ(smallest_range(ranges, 55), std::nullopt);
}

/// The worked examples: half width a over P, and U(k=2) = 2 a / sqrt(3).
TEST(Wt300eModel, WorkedExamplesOfAccuracy) {
  const Wt300eAccuracy model = find_model("WT310E")->accuracy.value();
  const auto half_width_percent = [&](double volts, double amperes, double voltage_range,
                                      double current_range) {
    const double watts = volts * amperes;
    return 100 * (model.power_of_reading * watts + model.power_of_range * voltage_range * current_range) /
           watts;
  };
  EXPECT_NEAR(half_width_percent(12, 1.5, 15, 2), 0.43, 0.005);
  EXPECT_NEAR(half_width_percent(19, 1.0, 30, 2), 0.73, 0.005);
  EXPECT_NEAR(half_width_percent(5.1, 1.2, 15, 2), 1.08, 0.005);
}

TEST(Wt300eSettings, OptionsAndDefaults) {
  MeterSettings given;
  given.kind = "wt300e";
  given.address = "vxi11://meter";
  given.options = {{"format", "ascii"}, {"voltage_range", "15"}, {"integrate", "off"}, {"give_up_s", "2"}};
  const auto settings = parse_wt300e_settings(given).value();
  EXPECT_FALSE(settings.float_format);
  EXPECT_EQ(settings.voltage_range, 15.0);
  EXPECT_FALSE(settings.current_range);
  EXPECT_FALSE(settings.integrate);
  EXPECT_EQ(settings.give_up, std::chrono::seconds(2));
  EXPECT_EQ(settings.element, 1);
  EXPECT_EQ(rate_word(settings.update), "100MS");
  EXPECT_EQ(rate_word(std::chrono::milliseconds(99)), "");
}

TEST(Wt300eRanges, SaysWhichAreAutomatic) {
  EXPECT_EQ((Wt300eRanges{15, 0.5, false, true}.describe()), "15 V, 0.5 A (auto)");
}

}  // namespace
}  // namespace assay::instrument
