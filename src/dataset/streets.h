// Generated street scenes: the data set used where no recorded driving data may be shipped.
#pragma once

#include <cstdint>
#include <vector>

namespace assay::dataset {

/// One generated scene. rgb holds height*width*3 bytes (row-major RGB8); label_ids holds height*width
/// Cityscapes "labelIds" (7 road ... 33 bicycle, plus a few void ids that evaluation ignores).
struct StreetScene {
  int height = 0;
  int width = 0;
  std::vector<std::uint8_t> rgb;
  std::vector<std::uint8_t> label_ids;
};

/// Renders scene `index` of the endless family `seed`. A pure function of its arguments that uses integer
/// arithmetic only, so the pixels are identical with every compiler and on every CPU. The same (seed, index)
/// shows the same scene at any size. Returns an empty scene when height or width is not positive.
StreetScene render_street(std::uint64_t seed, std::uint64_t index, int height, int width);

}  // namespace assay::dataset
