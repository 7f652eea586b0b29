// Small pictures for people to look at: images scaled down, class maps in colour.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>

#include "base/status.h"
#include "dataset/dataset.h"
#include "dataset/image.h"

namespace assay::dataset {

/// At most `width` columns: by areas for pictures, so that nothing flickers away. Errors: kInvalidInput (no
/// pixels).
Result<Image> scaled_down(const Image& image, int width);

/// At most `width` columns, by the nearest pixel: classes have no mean.
Label scaled_down(const Label& label, int width);

/// Cityscapes' published colours where there are 19 classes; else hues that are far apart, the same each
/// time.
std::array<std::uint8_t, 3> class_colour(int index, int classes);

/// RGB; what is not scored is black. Classes beyond `classes` are as well.
Image coloured(const Label& label, int classes);

/// JPEG of an RGB image, quality 0..100. Errors: kInvalidInput (no RGB), kInternal.
Result<std::string> encode_jpeg(const Image& image, int quality);

}  // namespace assay::dataset
