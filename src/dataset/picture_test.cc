#include "dataset/picture.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/file.h"
#include "dataset/classes.h"
#include "dataset/test_images.h"

namespace assay::dataset {
namespace {

TEST(Picture, IsScaledByAreas) {
  Image image{2, 4, 1, {0, 100, 10, 30, 50, 50, 10, 30}};
  const Image small = scaled_down(image, 2).value();
  EXPECT_EQ(small.width, 2);
  EXPECT_EQ(small.height, 1);
  EXPECT_EQ(small.pixels, (std::vector<std::uint8_t>{50, 20}));
  EXPECT_EQ(scaled_down(image, 8).value().pixels, image.pixels) << "never up";
  EXPECT_FALSE(scaled_down({2, 2, 3, {1}}, 1)) << "pixels are missing";
  EXPECT_FALSE(scaled_down(image, 0));
}

TEST(Picture, ClassesAreScaledByTheNearestPixel) {
  const Label label{2, 4, {1, 2, 3, 4, 5, 6, 7, 8}};
  const Label small = scaled_down(label, 2);
  EXPECT_EQ(small.height, 1);
  ASSERT_EQ(small.classes.size(), 2U);
  for (const std::uint8_t value : small.classes)
    EXPECT_NE(std::ranges::find(label.classes, value), label.classes.end()) << "no class is made up";
  EXPECT_EQ(scaled_down(label, 9).classes, label.classes);
}

TEST(Picture, CityscapesClassesHaveTheirPublishedColours) {
  EXPECT_EQ(class_colour(0, 19), (std::array<std::uint8_t, 3>{128, 64, 128}));  // road
  EXPECT_EQ(class_colour(13, 19), (std::array<std::uint8_t, 3>{0, 0, 142}));    // car
  std::set<std::array<std::uint8_t, 3>> colours;
  for (int c = 0; c < 40; ++c) colours.insert(class_colour(c, 40));
  EXPECT_EQ(colours.size(), 40U) << "others are different, too";
  const Image image = coloured({1, 3, {0, kIgnore, 13}}, 19);
  EXPECT_EQ(image.pixels, (std::vector<std::uint8_t>{128, 64, 128, 0, 0, 0, 0, 0, 142}));
}

TEST(Picture, AJpegLooksLikeItsImage) {
  Image image{16, 16, 3, {}};
  for (int i = 0; i < 16 * 16; ++i) image.pixels.insert(image.pixels.end(), {200, 100, 20});
  const auto dir = TemporaryDirectory::create("assay-jpeg").value();
  ASSERT_TRUE(write_plain(dir.path() / "x.jpg", encode_jpeg(image, 90).value()));
  const Image back = read_rgb(dir.path() / "x.jpg").value();
  ASSERT_EQ(back.pixels.size(), image.pixels.size());
  for (std::size_t i = 0; i < back.pixels.size(); ++i)
    EXPECT_NEAR(back.pixels[i], image.pixels[i], 6) << "red, green and blue in their places";
  EXPECT_FALSE(encode_jpeg({16, 16, 1, std::vector<std::uint8_t>(256)}, 90));
}

}  // namespace
}  // namespace assay::dataset
