#include "metric/segmentation.h"

#include <gtest/gtest.h>

#include <random>

namespace assay::metric {
namespace {

/// An image of `pixels` pixels of which about the share `right` is predicted right.
ImageConfusion image(int classes, int pixels, double right, std::mt19937_64& random) {
  ImageConfusion out(static_cast<std::size_t>(classes * classes));
  std::uniform_real_distribution<double> share(0, 1);
  const auto any = [&] { return static_cast<int>(random() % static_cast<unsigned>(classes)); };
  for (int i = 0; i < pixels; ++i) {
    const int truth = any(), prediction = share(random) < right ? truth : any();
    out[static_cast<std::size_t>(truth) * static_cast<std::size_t>(classes) +
        static_cast<std::size_t>(prediction)] += 1;
  }
  return out;
}

std::vector<ImageConfusion> images(int count, double right, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> vary(right, 0.1);
  std::vector<ImageConfusion> out;
  for (int i = 0; i < count; ++i) out.push_back(image(4, 400, vary(random), random));
  return out;
}

double miou_of(std::span<const ImageConfusion> set) { return *score(total(set, 4), 4).miou; }

TEST(Score, OfAKnownMatrix) {
  // Class 0: TP 5, FN 1, FP 2 -> 5/8; class 1: TP 3, FN 2, FP 1 -> 1/2; class 2 neither occurs nor is
  // predicted.
  const std::vector<std::uint64_t> confusion{5, 1, 0, 2, 3, 0, 0, 0, 0};
  const auto scored = score(confusion, 3);
  EXPECT_EQ(scored.iou, (std::vector<double>{62.5, 50, -1}));
  EXPECT_DOUBLE_EQ(*scored.miou, 56.25);
  EXPECT_DOUBLE_EQ(*scored.pixel_accuracy, 100 * 8.0 / 11);
}

TEST(Score, AClassThatIsOnlyPredictedCountsAsZero) {
  const std::vector<std::uint64_t> confusion{5, 1, 0, 0};
  EXPECT_EQ(score(confusion, 2).iou[1], 0);
  EXPECT_DOUBLE_EQ(*score(confusion, 2).miou, 100 * 5.0 / 6 / 2);
}

TEST(Score, OfNothingIsAbsent) {
  const auto scored = score(std::vector<std::uint64_t>(4), 2);
  EXPECT_FALSE(scored.miou);
  EXPECT_FALSE(scored.pixel_accuracy);
  EXPECT_EQ(scored.iou, (std::vector<double>{-1, -1}));
}

TEST(MiouInterval, HoldsTheFigureAndNarrowsWithMoreImages) {
  const auto few = images(40, 0.7, 1), many = images(640, 0.7, 1);
  const auto wide = miou_interval(few, 4, 42), narrow = miou_interval(many, 4, 42);
  EXPECT_LT(wide->lo, miou_of(few));
  EXPECT_GT(wide->hi, miou_of(few));
  EXPECT_NEAR((wide->hi - wide->lo) / (narrow->hi - narrow->lo), 4, 1.2);
  EXPECT_FALSE(miou_interval(std::span(few).first(1), 4, 42));
  EXPECT_EQ(miou_interval(few, 4, 42)->lo, wide->lo);
}

// The truth is the mIoU of a set so large that its own scatter does not count.
TEST(MiouInterval, CoversAsOftenAsItSays) {
  const double truth = miou_of(images(20000, 0.7, 99));
  constexpr int kTrials = 300;
  int covered = 0;
  for (std::uint64_t trial = 0; trial < kTrials; ++trial) {
    const auto interval = miou_interval(images(60, 0.7, 1000 + trial), 4, trial, 300);
    covered += interval->lo <= truth && truth <= interval->hi ? 1 : 0;
  }
  EXPECT_GE(covered, 0.90 * kTrials);
  EXPECT_LE(covered, 0.99 * kTrials);
}

TEST(MiouDrop, OfAModelAgainstItselfIsZero) {
  const auto set = images(30, 0.8, 2);
  const auto interval = miou_drop_interval(set, set, 4, 42);
  EXPECT_EQ(interval->lo, 0);
  EXPECT_EQ(interval->hi, 0);
}

TEST(MiouDrop, PairingTakesTheImagesOwnScatterOut) {
  // The candidate errs wherever the reference does, and on a few pixels more.
  const auto reference = images(60, 0.7, 3);
  auto candidate = reference;
  for (auto& of_image : candidate) {
    const std::uint32_t moved = of_image[0] / 10;
    of_image[0] -= moved;
    of_image[1] += moved;
  }
  const double drop = miou_of(reference) - miou_of(candidate);
  const auto paired = miou_drop_interval(reference, candidate, 4, 42);
  const auto alone = miou_interval(reference, 4, 42);
  EXPECT_GT(paired->lo, 0);
  EXPECT_LE(paired->lo, drop);
  EXPECT_GE(paired->hi, drop);
  EXPECT_LT(paired->hi - paired->lo, (alone->hi - alone->lo) / 4);
}

}  // namespace
}  // namespace assay::metric
