#include "timeline/pattern.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <set>

namespace assay::timeline {
namespace {

using std::chrono::milliseconds;

/// Agreements less disagreements of a with b shifted by `shift` chips, around the end.
int correlation(const std::vector<bool>& a, const std::vector<bool>& b, std::size_t shift) {
  int sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] == b[(i + shift) % b.size()] ? 1 : -1;
  return sum;
}

// The defining property of a maximum-length sequence, which proves the polynomials to be primitive.
TEST(LoadPattern, AgreesWithItselfAtOneShiftOnly) {
  for (int order = 5; order <= 10; ++order)
    for (const auto sequence : {Sequence::kBefore, Sequence::kAfter}) {
      const auto chips = load_pattern(order, sequence, 1, milliseconds(100))->chips;
      ASSERT_EQ(chips.size(), (1U << order) - 1);
      for (std::size_t shift = 1; shift < chips.size(); ++shift)
        ASSERT_EQ(correlation(chips, chips, shift), -1) << "order " << order << " shift " << shift;
    }
}

// Gold's bound for preferred pairs: 1 + 2^((n+1)/2) for odd, 1 + 2^((n+2)/2) for even orders.
TEST(LoadPattern, HardlyAgreesWithItsPartner) {
  for (const int order : {5, 6, 7, 9, 10}) {
    const auto before = load_pattern(order, Sequence::kBefore, 1, milliseconds(100))->chips;
    const auto after = load_pattern(order, Sequence::kAfter, 1, milliseconds(100))->chips;
    for (std::size_t shift = 0; shift < before.size(); ++shift)
      ASSERT_LE(std::abs(correlation(before, after, shift)), 1 + (1 << ((order + 2) / 2)))
          << "order " << order;
  }
}

TEST(LoadPattern, IsTheSameForASeed) {
  const auto chips = [](std::uint64_t seed) {
    return load_pattern(7, Sequence::kBefore, seed, milliseconds(100))->chips;
  };
  EXPECT_EQ(chips(3), chips(3));
  std::set<std::vector<bool>> different;
  for (std::uint64_t seed = 0; seed < 20; ++seed) different.insert(chips(seed));
  EXPECT_GT(different.size(), 15U);
}

TEST(LoadPattern, RefusesWhatItHasNot) {
  EXPECT_FALSE(load_pattern(4, Sequence::kBefore, 1, milliseconds(100)));
  EXPECT_FALSE(load_pattern(11, Sequence::kBefore, 1, milliseconds(100)));
  EXPECT_FALSE(load_pattern(7, Sequence::kBefore, 1, milliseconds(0)));
}

TEST(Schedule, SwitchesWhereChipsChange) {
  LoadPattern pattern{{false, true, true, false, true}, milliseconds(10)};
  const auto driven = schedule(pattern, 1000);
  EXPECT_EQ(driven.window, (Window{1000, 50'001'000}));
  ASSERT_EQ(driven.edges.size(), 3U);
  EXPECT_EQ(driven.edges[0].at_ns, 10'001'000);
  EXPECT_TRUE(driven.edges[0].on);
  EXPECT_EQ(driven.edges[1].at_ns, 30'001'000);
  EXPECT_FALSE(driven.edges[1].on);
  EXPECT_EQ(driven.edges[2].at_ns, 40'001'000);
  EXPECT_TRUE(driven.edges[2].on);
}

}  // namespace
}  // namespace assay::timeline
