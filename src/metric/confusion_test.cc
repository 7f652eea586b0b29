#include "metric/confusion.h"

#include <gtest/gtest.h>

#include <random>

namespace assay::metric {
namespace {

using Map = std::vector<std::uint8_t>;

std::vector<std::uint64_t> count_plainly(const Map& truth, const Map& prediction, int classes, int ignore) {
  std::vector<std::uint64_t> counts(static_cast<std::size_t>(classes * classes));
  for (std::size_t i = 0; i < truth.size(); ++i) {
    if (truth[i] != ignore) counts[truth[i] * static_cast<std::size_t>(classes) + prediction[i]] += 1;
  }
  return counts;
}

std::vector<std::uint64_t> counts_of(const ConfusionMatrix& matrix) {
  return {matrix.counts().begin(), matrix.counts().end()};
}

/// Runs of equal labels, of a length that is geometric around `run`: 1 is noise.
Map random_map(std::size_t pixels, int classes, int run, std::mt19937& random, bool with_ignore,
               int ignore = 255) {
  Map map;
  while (map.size() < pixels) {
    const auto draw = static_cast<int>(random() % static_cast<unsigned>(classes + (with_ignore ? 1 : 0)));
    const auto label = static_cast<std::uint8_t>(draw == classes ? ignore : draw);
    do map.push_back(label);
    while (map.size() < pixels && random() % static_cast<unsigned>(run) != 0);
  }
  return map;
}

TEST(Confusion, EqualsPlainCounting) {
  std::mt19937 random(1);
  for (const int classes : {1, 2, 19, 128, 255}) {
    for (const std::size_t pixels : {0u, 1u, 7u, 63u, 64u, 65u, 1000u, 12345u}) {
      for (const int run : {1, 10, 300}) {
        const Map truth = random_map(pixels, classes, run, random, true);
        const Map prediction = random_map(pixels, classes, run, random, false);
        ConfusionMatrix matrix(classes);
        ASSERT_TRUE(matrix.add(truth, prediction));
        ASSERT_TRUE(matrix.add(truth, prediction));  // Nothing is left over from the first call.
        auto expected = count_plainly(truth, prediction, classes, 255);
        for (auto& count : expected) count *= 2;
        EXPECT_EQ(counts_of(matrix), expected)
            << classes << " classes, " << pixels << " pixels, runs of " << run;
        std::uint64_t counted = matrix.ignored();
        for (const auto count : matrix.counts()) counted += count;
        EXPECT_EQ(counted, 2 * pixels);
      }
    }
  }
}

TEST(Confusion, IgnoreLabelMayBeAnyValue) {
  const Map truth{0, 1, 2, 0}, prediction{1, 1, 2, 0};
  ConfusionMatrix zero(3, 0), none(3, -1);
  ASSERT_TRUE(zero.add(truth, prediction));
  EXPECT_EQ(counts_of(zero), count_plainly(truth, prediction, 3, 0));
  EXPECT_EQ(zero.ignored(), 2u);
  ASSERT_TRUE(none.add(truth, prediction));
  EXPECT_EQ(none.ignored(), 0u);
  EXPECT_FALSE(none.add(Map{255}, Map{0}));
}

TEST(Confusion, WrongTruthIsNamedAndChangesNothing) {
  Map truth(200, 3), prediction(200, 3);
  ConfusionMatrix matrix(19);
  ASSERT_TRUE(matrix.add(truth, prediction));
  const auto before = counts_of(matrix);
  truth[70] = truth[150] = 33;
  truth[71] = 255;
  const auto added = matrix.add(truth, prediction);
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().code, Code::kInvalidInput);
  EXPECT_NE(added.error().message.find("label 33 at pixel 70 (2 such pixels)"), std::string::npos)
      << added.error().message;
  EXPECT_EQ(counts_of(matrix), before);
  EXPECT_EQ(matrix.ignored(), 0u);
  ASSERT_TRUE(matrix.add(prediction, prediction));  // And the error is not remembered.
}

TEST(Confusion, WrongPredictionIsNamedUnlessItsTruthIsIgnored) {
  Map truth(100, 255), prediction(100, 200);
  ConfusionMatrix matrix(19);
  EXPECT_TRUE(matrix.add(truth, prediction));
  EXPECT_EQ(matrix.ignored(), 100u);
  truth[5] = 0;
  const auto added = matrix.add(truth, prediction);
  ASSERT_FALSE(added);
  EXPECT_NE(added.error().message.find("label 200 at pixel 5 (1 such pixels)"), std::string::npos)
      << added.error().message;
}

TEST(Confusion, EveryPairOfBytesIsSafe) {
  Map truth, prediction;
  for (int t = 0; t < 256; ++t) {
    for (int p = 0; p < 256; ++p) {
      truth.push_back(static_cast<std::uint8_t>(t));
      prediction.push_back(static_cast<std::uint8_t>(p));
    }
  }
  for (int classes = 1; classes <= 255; classes += 127) {
    ConfusionMatrix matrix(classes);
    EXPECT_FALSE(matrix.add(truth, prediction));
    for (const auto count : matrix.counts()) EXPECT_EQ(count, 0u);
  }
}

TEST(Confusion, SizesMustAgree) {
  ConfusionMatrix matrix(2);
  EXPECT_EQ(matrix.add(Map(10), Map(11)).error().code, Code::kInvalidInput);
}

TEST(Confusion, MergesAndClears) {
  ConfusionMatrix a(2), b(2);
  ASSERT_TRUE(a.add(Map{0, 1, 255}, Map{0, 0, 0}));
  ASSERT_TRUE(b.add(Map{1, 1}, Map{1, 0}));
  a.merge(b);
  EXPECT_EQ(counts_of(a), (std::vector<std::uint64_t>{1, 0, 2, 1}));
  EXPECT_EQ(a.counts32(), (std::vector<std::uint32_t>{1, 0, 2, 1}));
  EXPECT_EQ(a.ignored(), 1u);
  a.clear();
  EXPECT_EQ(counts_of(a), (std::vector<std::uint64_t>{0, 0, 0, 0}));
  EXPECT_EQ(a.ignored(), 0u);
}

}  // namespace
}  // namespace assay::metric
