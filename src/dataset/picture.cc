#include "dataset/picture.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "dataset/classes.h"

namespace assay::dataset {
namespace {

cv::Mat view(const Image& image) {
  return {image.height, image.width, CV_8UC(image.channels), const_cast<std::uint8_t*>(image.pixels.data())};
}

int scaled_height(int height, int width, int to_width) {
  return std::max(1, static_cast<int>(std::lround(static_cast<double>(height) * to_width / width)));
}

/// Saturated colour of a hue in turns.
std::array<std::uint8_t, 3> of_hue(double turns) {
  const auto channel = [&](double offset) {
    const double h = std::fmod(turns + offset, 1.0) * 6;
    const double level = std::clamp(std::abs(h - 3) - 1, 0.0, 1.0);
    return static_cast<std::uint8_t>(std::lround(55 + 180 * level));
  };
  return {channel(0), channel(2.0 / 3), channel(1.0 / 3)};
}

}  // namespace

Result<Image> scaled_down(const Image& image, int width) {
  const auto pixels = static_cast<std::size_t>(image.height) * static_cast<std::size_t>(image.width) *
                      static_cast<std::size_t>(image.channels);
  if (width < 1 || pixels == 0 || image.pixels.size() != pixels)
    return fail(Code::kInvalidInput, "expected an image with all of its pixels, and a width of 1 or more");
  if (image.width <= width) return image;
  Image small{scaled_height(image.height, image.width, width), width, image.channels, {}};
  small.pixels.resize(static_cast<std::size_t>(small.height) * static_cast<std::size_t>(small.width) *
                      static_cast<std::size_t>(small.channels));
  try {
    cv::Mat out = view(small);
    cv::resize(view(image), out, {small.width, small.height}, 0, 0, cv::INTER_AREA);
  } catch (const cv::Exception& error) {
    return fail(Code::kInternal, std::string("scaling an image down: ") + error.what());
  }
  return small;
}

Label scaled_down(const Label& label, int width) {
  if (label.width <= width || width < 1) return label;
  Label small{scaled_height(label.height, label.width, width), width, {}};
  small.classes.reserve(static_cast<std::size_t>(small.height) * static_cast<std::size_t>(small.width));
  const auto nearest = [](int at, int of, int from) {
    return std::min(from - 1, static_cast<int>((at + 0.5) * from / of));
  };
  for (int y = 0; y < small.height; ++y)
    for (int x = 0; x < small.width; ++x) {
      const auto row = static_cast<std::size_t>(nearest(y, small.height, label.height));
      const auto column = static_cast<std::size_t>(nearest(x, small.width, label.width));
      small.classes.push_back(label.classes[row * static_cast<std::size_t>(label.width) + column]);
    }
  return small;
}

std::array<std::uint8_t, 3> class_colour(int index, int classes) {
  const auto published = cityscapes_classes();
  if (classes == static_cast<int>(published.size()) && index >= 0 && index < classes)
    return published[static_cast<std::size_t>(index)].colour;
  constexpr double kGolden = 0.6180339887498949;  // Neighbouring numbers get distant hues.
  return of_hue(std::fmod(0.05 + kGolden * std::max(0, index), 1.0));
}

Image coloured(const Label& label, int classes) {
  Image image{label.height, label.width, 3, {}};
  image.pixels.reserve(3 * label.classes.size());
  for (const std::uint8_t value : label.classes) {
    const auto colour = value < classes ? class_colour(value, classes) : std::array<std::uint8_t, 3>{0, 0, 0};
    image.pixels.insert(image.pixels.end(), colour.begin(), colour.end());
  }
  return image;
}

Result<std::string> encode_jpeg(const Image& image, int quality) {
  if (image.channels != 3 || image.height < 1 || image.width < 1 ||
      image.pixels.size() !=
          3 * static_cast<std::size_t>(image.height) * static_cast<std::size_t>(image.width))
    return fail(Code::kInvalidInput, "expected an RGB image with all of its pixels");
  try {
    cv::Mat bgr;
    cv::cvtColor(view(image), bgr, cv::COLOR_RGB2BGR);
    std::vector<unsigned char> bytes;
    if (!cv::imencode(".jpg", bgr, bytes, {cv::IMWRITE_JPEG_QUALITY, quality}))
      return fail(Code::kInternal, "OpenCV would not encode a JPEG");
    return std::string(bytes.begin(), bytes.end());
  } catch (const cv::Exception& error) {
    return fail(Code::kInternal, std::string("encoding a JPEG: ") + error.what());
  }
}

}  // namespace assay::dataset
