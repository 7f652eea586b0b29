#include "timeline/clock_map.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "timeline/test_curves.h"

namespace assay::timeline {
namespace {

using testing::Draw;
using testing::to_ns;

TEST(ToOurs, AddsOffsetAndDrift) {
  const record::ClockMap map{1000, 500, 1e-3, 0, ""};
  EXPECT_EQ(to_ours(map, 1000), 1500);
  EXPECT_EQ(to_ours(map, 2'001'000), 2'001'500 + 2000);
  record::Series series;
  series.readings = {{1000, 2000, 5}};
  series.gaps = {{0, 1000, "lost"}};
  map_to_ours(series, map);
  EXPECT_EQ(series.readings[0].begin_ns, 1500);
  EXPECT_EQ(series.readings[0].end_ns, 2501);
  EXPECT_EQ(series.gaps[0].end_ns, 1500);
}

TEST(BracketedClock, TakesTheNarrowestBracket) {
  const std::vector<Bracket> brackets{{0, 5000, 100}, {200, 5150, 210}, {400, 5400, 500}};
  const auto map = bracketed_clock(brackets).value();
  EXPECT_EQ(map.offset_ns, 205 - 5150);
  EXPECT_EQ(map.drift, 0);
  EXPECT_EQ(map.error_ns, 6) << "half of 10, and what a quartz may drift in 0.25 us, rounded up";
}

TEST(BracketedClock, GrowsWithTheTimeItIsUsedFor) {
  const std::vector<Bracket> one{{0, 0, 2000}};
  EXPECT_EQ(bracketed_clock(one)->error_ns, 1000);
  EXPECT_NEAR(bracketed_clock(one, to_ns(10))->error_ns, 1000 + 1e-4 * 1e10, 1);
}

// Whatever lies in the brackets, and wherever in them the answer was given: the truth is within the bound.
TEST(BracketedClock, HoldsTheTruth) {
  Draw draw(3);
  for (int trial = 0; trial < 300; ++trial) {
    const double offset = draw.uniform(-1e6, 1e6), drift = draw.uniform(-9e-5, 9e-5);
    const double length = draw.log_uniform(0.1, 3600);
    std::vector<Bracket> brackets;
    for (int i = 0; i < 20; ++i) {
      const double at = draw.uniform(0, length), width = draw.log_uniform(1e-4, 2e-2);
      brackets.push_back({to_ns(at - width * draw.uniform(0, 1)), to_ns((at - offset) / (1 + drift)), 0});
      brackets.back().after_ns = brackets.back().before_ns + to_ns(width);
    }
    const auto map = bracketed_clock(brackets);
    ASSERT_TRUE(map) << map.error().message;
    for (int i = 0; i <= 10; ++i) {
      double first = length, last = 0;
      for (const auto& b : brackets) {
        first = std::min(first, static_cast<double>(b.before_ns) * 1e-9);
        last = std::max(last, static_cast<double>(b.before_ns) * 1e-9);
      }
      const double ours = first + (last - first) * i / 10;
      const auto theirs = to_ns((ours - offset) / (1 + drift));
      EXPECT_LE(std::abs(to_ours(*map, theirs) - to_ns(ours)), map->error_ns + 1000) << trial;
    }
    EXPECT_LT(map->error_ns, to_ns(0.01) + to_ns(length * 1e-4));
  }
}

TEST(BracketedClock, FindsTheDrift) {
  std::vector<Bracket> brackets;
  for (std::int64_t s = 0; s <= 600; s += 10)
    brackets.push_back(
        {to_ns(1) * s - 50'000, to_ns(1) * s + 20'000 * s, to_ns(1) * s + 50'000});  // 20 ppm fast.
  const auto map = bracketed_clock(brackets).value();
  EXPECT_NEAR(map.drift, -20e-6, 1e-7);
  EXPECT_EQ(map.error_ns, 50'000);
}

TEST(BracketedClock, RefusesAClockThatWasSet) {
  std::vector<Bracket> brackets;
  for (std::int64_t s = 0; s <= 600; s += 10) {
    const auto set = s == 300 ? to_ns(0.5) : 0;  // There and back: first and last agree.
    brackets.push_back({to_ns(1) * s, to_ns(1) * s + set, to_ns(1) * s + 100'000});
  }
  EXPECT_NE(bracketed_clock(brackets).error().message.find("stepped"), std::string::npos);
  for (auto& b : brackets)
    if (b.before_ns > to_ns(300)) b.theirs_ns += to_ns(60);
  EXPECT_NE(bracketed_clock(brackets).error().message.find("stepped"), std::string::npos);
}

TEST(BracketedClock, RefusesWhatIsNoBracket) {
  EXPECT_FALSE(bracketed_clock({}));
  EXPECT_FALSE(bracketed_clock(std::vector<Bracket>{{2, 0, 1}}));
  EXPECT_FALSE(bracketed_clock(std::vector<Bracket>{{0, std::numeric_limits<std::int64_t>::min(), 1}}));
}

}  // namespace
}  // namespace assay::timeline
