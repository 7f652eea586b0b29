// Small data sets for tests.
#pragma once

#include <filesystem>
#include <string>

#include "base/file.h"
#include "dataset/image.h"

namespace assay::dataset {

/// Every byte another one, so that a swapped channel or row shows.
inline Image pattern(int height, int width, int channels, int start = 0) {
  Image image{height, width, channels, {}};
  const auto count =
      static_cast<std::size_t>(height) * static_cast<std::size_t>(width) * static_cast<std::size_t>(channels);
  for (std::size_t i = 0; i < count; ++i) {
    image.pixels.push_back(
        static_cast<std::uint8_t>(start + 7 * static_cast<int>(i) + static_cast<int>(i / 31)));
  }
  return image;
}

inline Image flat(int height, int width, std::uint8_t value) {
  return {height, width, 1, std::vector<std::uint8_t>(static_cast<std::size_t>(height * width), value)};
}

/// One frame in the Cityscapes layout, its label all road.
inline void add_frame(const std::filesystem::path& root, const std::string& split, const std::string& city,
                      const std::string& frame, int start = 0) {
  const auto images = root / "leftImg8bit" / split / city, labels = root / "gtFine" / split / city;
  std::filesystem::create_directories(images);
  std::filesystem::create_directories(labels);
  (void)write_png(images / (frame + "_leftImg8bit.png"), pattern(4, 6, 3, start));
  (void)write_png(labels / (frame + "_gtFine_labelIds.png"), flat(4, 6, 7));
  (void)write_png(labels / (frame + "_gtFine_labelTrainIds.png"), flat(4, 6, 0));
}

}  // namespace assay::dataset
