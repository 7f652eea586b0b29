#include "instrument/offset_bracket.h"

#include <gtest/gtest.h>

#include <random>

namespace assay::instrument {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000, kMs = 1'000'000;

TEST(OffsetBracket, Intersects) {
  OffsetBracket offset(0);
  EXPECT_FALSE(offset.at(0));
  // Their clock is 100 s behind ours.
  EXPECT_TRUE(offset.observe(1 * kSecond, 101 * kSecond - 30 * kMs, 101 * kSecond + 5 * kMs));
  EXPECT_TRUE(offset.observe(2 * kSecond, 102 * kSecond - 2 * kMs, 102 * kSecond + 50 * kMs));
  EXPECT_EQ(offset.at(0)->lo_ns, 100 * kSecond - 2 * kMs);
  EXPECT_EQ(offset.at(0)->hi_ns, 100 * kSecond + 5 * kMs);
}

TEST(OffsetBracket, LoosensWithAge) {
  OffsetBracket offset(1e-4);
  offset.observe(0, -kMs, kMs);
  const auto later = offset.at(kMs + 100 * kSecond);
  EXPECT_EQ(later->lo_ns, -kMs - 10 * kMs);
  EXPECT_EQ(later->hi_ns, kMs + 10 * kMs);
}

TEST(OffsetBracket, AClockThatWasSetStartsAnew) {
  OffsetBracket offset(1e-5);
  EXPECT_TRUE(offset.observe(0, 0, kMs));
  EXPECT_FALSE(offset.observe(10 * kSecond, 3 * kSecond, 3 * kSecond + kMs));
  EXPECT_EQ(offset.at(3 * kSecond + kMs)->lo_ns, -7 * kSecond);
  EXPECT_TRUE(offset.observe(11 * kSecond, 4 * kSecond, 4 * kSecond + kMs));
}

TEST(OffsetBracket, NonsenseChangesNothing) {
  OffsetBracket offset(0);
  EXPECT_FALSE(offset.observe(0, 5, 4));
  EXPECT_FALSE(offset.at(0));
}

TEST(OffsetBracket, HoldsTheTruthForAnyDriftWithinItsBound) {
  std::mt19937_64 random(7);
  std::uniform_real_distribution<double> unit(0, 1);
  for (int trial = 0; trial < 200; ++trial) {
    const double drift = (2 * unit(random) - 1) * 5e-5;
    const auto theirs = [&](std::int64_t ours) {
      return ours + 12'345'678'901 + static_cast<std::int64_t>(drift * static_cast<double>(ours));
    };
    OffsetBracket offset(6e-5);  // Of their clock against ours, seen from either.
    for (std::int64_t ours = kSecond; ours < 500 * kSecond; ours += kSecond) {
      const auto before = static_cast<std::int64_t>(unit(random) * 900 * kMs);
      const auto after = static_cast<std::int64_t>(unit(random) * 20 * kMs);
      ASSERT_TRUE(offset.observe(theirs(ours), ours - before, ours + after)) << trial << " " << ours;
      const auto bounds = offset.at(ours + after);
      const std::int64_t truth = ours - theirs(ours);
      ASSERT_LE(bounds->lo_ns, truth);
      ASSERT_GE(bounds->hi_ns, truth);
    }
    EXPECT_LT(offset.at(500 * kSecond)->width_ns(), 100 * kMs);
  }
}

}  // namespace
}  // namespace assay::instrument
