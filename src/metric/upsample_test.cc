#include "metric/upsample.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace assay::metric {
namespace {

using Labels = std::vector<std::uint8_t>;

std::size_t area(MapSize size) {
  return static_cast<std::size_t>(size.height) * static_cast<std::size_t>(size.width);
}

std::vector<float> random_logits(int classes, MapSize size, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> draw(0, 3);
  std::vector<float> logits(static_cast<std::size_t>(classes) * area(size));
  for (float& v : logits) v = draw(random);
  return logits;
}

/// Straight from the definition of torch's interpolate(mode="bilinear", align_corners=False), in double.
Labels by_definition(const std::vector<float>& logits, int classes, MapSize from, MapSize to) {
  Labels labels;
  const auto source = [](int i, int in, int out) { return std::max(0.0, (i + 0.5) * in / out - 0.5); };
  for (int row = 0; row < to.height; ++row) {
    for (int column = 0; column < to.width; ++column) {
      const double y = source(row, from.height, to.height), x = source(column, from.width, to.width);
      const int y0 = static_cast<int>(y), x0 = static_cast<int>(x);
      const int y1 = std::min(y0 + 1, from.height - 1), x1 = std::min(x0 + 1, from.width - 1);
      int best = 0;
      double best_value = -1e300;
      for (int c = 0; c < classes; ++c) {
        const auto at = [&](int r, int k) {
          return double{logits[(static_cast<std::size_t>(c) * static_cast<std::size_t>(from.height) +
                                static_cast<std::size_t>(r)) *
                                   static_cast<std::size_t>(from.width) +
                               static_cast<std::size_t>(k)]};
        };
        const double v = (1 - (y - y0)) * ((1 - (x - x0)) * at(y0, x0) + (x - x0) * at(y0, x1)) +
                         (y - y0) * ((1 - (x - x0)) * at(y1, x0) + (x - x0) * at(y1, x1));
        if (v > best_value) best_value = v, best = c;
      }
      labels.push_back(static_cast<std::uint8_t>(best));
    }
  }
  return labels;
}

TEST(Upsample, FollowsTheDefinition) {
  struct Case {
    int classes;
    MapSize from, to;
  };
  for (const auto& [classes, from, to] :
       {Case{19, {32, 64}, {256, 512}}, Case{19, {33, 17}, {100, 131}}, Case{5, {40, 50}, {13, 21}},
        Case{255, {4, 4}, {8, 12}}, Case{3, {1, 1}, {9, 7}}, Case{1, {2, 3}, {5, 5}}}) {
    const auto logits = random_logits(classes, from, 1);
    Labels labels(area(to));
    ASSERT_TRUE(upsample_argmax(logits, classes, from, to, labels));
    const Labels expected = by_definition(logits, classes, from, to);
    std::size_t equal = 0;
    for (std::size_t i = 0; i < labels.size(); ++i) equal += labels[i] == expected[i] ? 1 : 0;
    // In float, two classes that are almost equal may change places.
    EXPECT_GE(static_cast<double>(equal), 0.9999 * static_cast<double>(labels.size()))
        << classes << " classes to " << to.height << "x" << to.width;
  }
}

TEST(Upsample, EqualSizesAreAPlainArgmax) {
  constexpr MapSize kSize{7, 133};
  const auto logits = random_logits(19, kSize, 2);
  Labels labels(area(kSize));
  ASSERT_TRUE(upsample_argmax(logits, 19, kSize, kSize, labels));
  for (std::size_t i = 0; i < labels.size(); ++i) {
    for (std::size_t c = 0; c < 19; ++c) {
      EXPECT_LE(logits[c * area(kSize) + i], logits[labels[i] * area(kSize) + i]);
    }
  }
}

TEST(Upsample, EveryInstructionSetGivesTheSameBits) {
  constexpr MapSize kFrom{31, 45};
  const auto logits = random_logits(19, kFrom, 3);
  for (const MapSize to : {MapSize{248, 360}, MapSize{100, 301}, MapSize{20, 17}}) {
    Labels portable(area(to)), other(area(to));
    ASSERT_TRUE(upsample_argmax(logits, 19, kFrom, to, portable, Simd::kPortable));
    for (const Simd simd : {Simd::kAvx2, Simd::kAvx512, Simd::kBest}) {
      if (!has_simd(simd)) continue;
      std::fill(other.begin(), other.end(), std::uint8_t{99});
      ASSERT_TRUE(upsample_argmax(logits, 19, kFrom, to, other, simd));
      EXPECT_EQ(other, portable) << static_cast<int>(simd);
    }
  }
}

TEST(Upsample, TheLowestClassWinsATie) {
  const std::vector<float> logits(19 * 4, 1.5f);
  Labels labels(64, 7);
  ASSERT_TRUE(upsample_argmax(logits, 19, {2, 2}, {8, 8}, labels));
  EXPECT_EQ(labels, Labels(64, 0));
}

TEST(Upsample, GarbageIsRefused) {
  std::vector<float> logits = random_logits(3, {4, 4}, 4);
  Labels labels(64);
  logits[20] = std::numeric_limits<float>::quiet_NaN();
  const auto result = upsample_argmax(logits, 3, {4, 4}, {8, 8}, labels);
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find("element 20"), std::string::npos) << result.error().message;
  logits[20] = std::numeric_limits<float>::infinity();
  EXPECT_FALSE(upsample_argmax(logits, 3, {4, 4}, {8, 8}, labels));
  logits[20] = 0;
  EXPECT_TRUE(upsample_argmax(logits, 3, {4, 4}, {8, 8}, labels));
  EXPECT_FALSE(upsample_argmax(logits, 4, {4, 4}, {8, 8}, labels));
  EXPECT_FALSE(upsample_argmax(logits, 3, {4, 4}, {8, 9}, labels));
  EXPECT_FALSE(upsample_argmax({}, 3, {0, 4}, {8, 8}, labels));
  EXPECT_FALSE(upsample_argmax(logits, 0, {4, 4}, {8, 8}, labels));
}

TEST(NarrowLabels, KeepsWhatFitsAndRefusesTheRest) {
  Labels labels(3);
  ASSERT_TRUE(narrow_labels(std::vector<std::int64_t>{0, 18, 7}, 19, labels));
  EXPECT_EQ(labels, (Labels{0, 18, 7}));
  ASSERT_TRUE(narrow_labels(std::vector<std::int32_t>{1, 2, 3}, 19, labels));
  EXPECT_EQ(labels, (Labels{1, 2, 3}));
  EXPECT_FALSE(narrow_labels(std::vector<std::int32_t>{0, -1, 0}, 19, labels));
  EXPECT_FALSE(narrow_labels(std::vector<std::int64_t>{0, 1ll << 32, 0}, 19, labels));
  EXPECT_FALSE(narrow_labels(std::vector<std::uint8_t>{0, 19, 0}, 19, labels));
  EXPECT_FALSE(narrow_labels(std::vector<std::uint8_t>{0, 1}, 19, labels));
}

TEST(ResizeNearest, TakesThePixelUnderTheCentre) {
  const Labels map{1, 2, 3, 4};
  Labels twice(16), third(1);
  ASSERT_TRUE(resize_labels_nearest(map, {2, 2}, {4, 4}, twice));
  EXPECT_EQ(twice, (Labels{1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4}));
  ASSERT_TRUE(resize_labels_nearest(Labels{0, 0, 0, 0, 5, 0, 0, 0, 0}, {3, 3}, {1, 1}, third));
  EXPECT_EQ(third, Labels{5});
  EXPECT_FALSE(resize_labels_nearest(map, {2, 3}, {4, 4}, twice));
}

}  // namespace
}  // namespace assay::metric
