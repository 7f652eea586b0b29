#include "timeline/piece.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "timeline/test_curves.h"

namespace assay::timeline {
namespace {

using record::Reading;
using record::ReadingKind;
using testing::reading_at;
using testing::series_of;
using testing::to_ns;

PieceMaker maker_of(ReadingKind kind, double interval_s, std::int64_t update_ns = 0) {
  auto channel = series_of(kind, {}).channel;
  channel.update_ns = update_ns;
  return PieceMaker::make(channel, to_ns(interval_s), 1000).value();
}

TEST(ExpectedInterval, IsTheMedianSpacingOrTheUpdateInterval) {
  const std::vector<Reading> readings{reading_at(0, 1),   reading_at(0.1, 1), reading_at(0.2, 1),
                                      reading_at(0.2, 1), reading_at(5, 1),   reading_at(5.1, 1)};
  auto channel = series_of(ReadingKind::kInstant, {}).channel;
  EXPECT_EQ(expected_interval_ns(channel, readings), to_ns(0.1));
  channel.update_ns = to_ns(0.5);  // Read more often than it is renewed.
  EXPECT_EQ(expected_interval_ns(channel, readings), to_ns(0.5));
  channel.update_ns = to_ns(0.01);  // Read less often.
  EXPECT_EQ(expected_interval_ns(channel, readings), to_ns(0.1));
  channel.kind = ReadingKind::kMean;  // A mean lasts as long as it lasts, however few are kept.
  EXPECT_EQ(expected_interval_ns(channel, readings), to_ns(0.01));
  channel.update_ns = 0;
  EXPECT_EQ(expected_interval_ns(channel, std::vector{reading_at(0, 1)}), 0);
}

TEST(PieceMaker, AMeanStandsForTheIntervalThatEndsWithIt) {
  auto maker = maker_of(ReadingKind::kMean, 1);
  auto piece = maker.push(reading_at(10, 5)).piece;
  EXPECT_EQ(piece->begin_ns, to_ns(9));
  EXPECT_EQ(piece->end_ns, to_ns(10));
  EXPECT_EQ(maker.push(reading_at(11.4, 5)).piece->begin_ns, to_ns(10)) << "late, but no dead time";
  EXPECT_EQ(maker.push(reading_at(12, 5)).piece->begin_ns, to_ns(11.4)) << "early: no time twice";
  EXPECT_EQ(maker.push(reading_at(14, 5)).piece->begin_ns, to_ns(13)) << "one is missing";
  maker.interrupt();
  EXPECT_EQ(maker.push(reading_at(15.4, 5)).piece->begin_ns, to_ns(14.4)) << "not over a gap";
}

TEST(PieceMaker, InstantsAreJoinedOverShortSpacingsOnly) {
  auto maker = maker_of(ReadingKind::kInstant, 1);
  EXPECT_FALSE(maker.push(reading_at(0, 1)).piece);
  const auto piece = maker.push(reading_at(2.5, 6)).piece;
  ASSERT_TRUE(piece);
  EXPECT_DOUBLE_EQ(piece->watts_at(to_ns(1)), 3);
  EXPECT_FALSE(maker.push(reading_at(5.01, 6)).piece);
  maker.interrupt();
  EXPECT_FALSE(maker.push(reading_at(6, 6)).piece);
  EXPECT_TRUE(maker.push(reading_at(7, 6)).piece);
}

TEST(PieceMaker, RepetitionsTellNothing) {
  auto instant = maker_of(ReadingKind::kInstant, 1, to_ns(1));
  instant.push(reading_at(0, 1));
  EXPECT_FALSE(instant.push(reading_at(0, 2)).fresh) << "the same time";
  EXPECT_FALSE(instant.push(reading_at(0.3, 1)).fresh) << "the same value, not renewed yet";
  EXPECT_TRUE(instant.push(reading_at(0.6, 2)).fresh) << "renewed";
  EXPECT_TRUE(instant.push(reading_at(1.55, 2)).fresh) << "renewed, and the same again";
  EXPECT_EQ(instant.repeated(), 2);

  auto mean = maker_of(ReadingKind::kMean, 1, to_ns(1));
  mean.push(reading_at(0, 1));
  EXPECT_TRUE(mean.push(reading_at(0.8, 1)).fresh) << "an update that came early";
}

TEST(PieceMaker, CountersWrapAndBreak) {
  auto channel = series_of(ReadingKind::kCounter, {}).channel;
  channel.wraps_at = 100;
  auto maker = PieceMaker::make(channel, to_ns(0.01), 1000).value();
  maker.push(reading_at(0, 95));
  const auto wrapped = maker.push(reading_at(0.01, 3)).piece;
  ASSERT_TRUE(wrapped);
  EXPECT_NEAR(wrapped->mean_w(), 800, 1e-9);
  EXPECT_FALSE(maker.push(reading_at(0.02, 1)).piece) << "98 J in 10 ms: it was set back";
  EXPECT_FALSE(maker.push(reading_at(0.03, 101)).fresh) << "more than it can hold";
  EXPECT_FALSE(maker.push(reading_at(0.03, -1)).fresh);
  EXPECT_EQ(maker.breaks(), 3);
  EXPECT_NEAR(maker.push(reading_at(0.03, 2)).piece->mean_w(), 100, 1e-6) << "nonsense is stepped over";
  EXPECT_FALSE(maker.push(reading_at(0.5, 10)).piece) << "it may have wrapped unseen";
}

TEST(PieceMaker, RefusesWhatIsNoReading) {
  const auto failure = [](const std::vector<Reading>& readings) {
    auto maker = maker_of(ReadingKind::kInstant, 1);
    for (const auto& reading : readings) maker.push(reading);
    return maker.failure() ? maker.failure()->message : "";
  };
  EXPECT_NE(failure({reading_at(1, 1), reading_at(0.5, 1)}).find("in order of time"), std::string::npos);
  EXPECT_NE(failure({reading_at(1, std::nan(""))}).find("not a number"), std::string::npos);
  EXPECT_NE(failure({reading_at(1, HUGE_VAL)}).find("not a number"), std::string::npos);
  EXPECT_NE(failure({{5, 4, 1}}).find("no such time"), std::string::npos);
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max(),
                 kLeast = std::numeric_limits<std::int64_t>::min();
  EXPECT_NE(failure({{kLeast, kMost, 1}}).find("no such time"), std::string::npos);
}

TEST(PieceMaker, RefusesWhatIsNoPower) {
  auto channel = series_of(ReadingKind::kInstant, {}).channel;
  EXPECT_FALSE(PieceMaker::make(channel, 0, 1000));
  EXPECT_FALSE(PieceMaker::make(channel, 1, 0));
  channel.kind = ReadingKind::kCounter;  // In W.
  EXPECT_NE(PieceMaker::make(channel, 1, 1000).error().message.find("in J only"), std::string::npos);
  channel.unit = "J";
  channel.wraps_at = 0;
  EXPECT_FALSE(PieceMaker::make(channel, 1, 1000));
}

}  // namespace
}  // namespace assay::timeline
