#include "dataset/preprocess.h"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <opencv2/imgproc.hpp>

#include "base/digest.h"

namespace assay::dataset {
namespace {

std::string text(spec::Size size) { return std::to_string(size.height) + "x" + std::to_string(size.width); }

/// `image` at `size`; `resized` keeps the memory when it has to be another one.
Result<const std::uint8_t*> at_size(const Image& image, spec::Size size, cv::Mat& resized) {
  if (image.height == size.height && image.width == size.width) return image.pixels.data();
  try {
    const cv::Mat source(image.height, image.width, CV_8UC3, const_cast<std::uint8_t*>(image.pixels.data()));
    // The exact variant computes in fixed point and gives the same bits with every instruction set.
    cv::resize(source, resized, cv::Size(size.width, size.height), 0, 0, cv::INTER_LINEAR_EXACT);
  } catch (const cv::Exception& e) {
    return fail(Code::kInternal, "resizing to " + text(size) + ": " + e.what());
  }
  return resized.data;
}

}  // namespace

Result<Preprocessor> Preprocessor::create(const spec::ModelIo& io) {
  const auto wrong = [](const char* what, const std::string& found, const char* expected) {
    return fail(Code::kInvalidInput,
                std::string("the model's ") + what + " is '" + found + "', expected " + expected);
  };
  if (io.order != "RGB" && io.order != "BGR") return wrong("channel order", io.order, "RGB or BGR");
  if (io.layout != "NCHW" && io.layout != "NHWC") return wrong("layout", io.layout, "NCHW or NHWC");
  if (io.dtype != "f32" && io.dtype != "u8") return wrong("input type", io.dtype, "f32 or u8");
  const bool u8 = io.dtype == "u8";
  Preprocessor p;
  for (std::size_t c = 0; c < 3; ++c) {
    p.source_channel_[c] = static_cast<int>(io.order == "RGB" ? c : 2 - c);
    const double mean = io.mean[c], deviation = io.stddev[c];
    if (!std::isfinite(mean) || !std::isfinite(deviation) || deviation == 0 || !std::isfinite(io.range_lo) ||
        !std::isfinite(io.range_hi)) {
      return fail(Code::kInvalidInput, "the model's range, mean and std have to be finite, and std not 0");
    }
    if (io.normalisation_in_graph && (mean != 0 || deviation != 1)) {
      return fail(
          Code::kInvalidInput,
          "the model is said to normalise inside its graph, so mean and std must not be given as well");
    }
    for (std::size_t v = 0; v < 256; ++v) {
      const double pixel = static_cast<double>(v);
      const double ranged = io.range_lo + (io.range_hi - io.range_lo) * pixel / 255.0;
      p.table_[c][v] = static_cast<float>(u8 ? pixel : (ranged - mean) / deviation);
    }
  }
  return p;
}

Result<void> Preprocessor::apply(const Image& image, spec::Size size, std::span<float> out) const {
  if (size.height < 1 || size.width < 1 || out.size() != tensor_elements(size)) {
    return fail(Code::kInvalidInput,
                "a tensor of size " + text(size) + " has " +
                    std::to_string(size.height < 1 || size.width < 1 ? 0 : tensor_elements(size)) +
                    " elements, the buffer has " + std::to_string(out.size()));
  }
  if (image.channels != 3 || image.pixels.size() != tensor_elements({image.height, image.width})) {
    return fail(Code::kInvalidInput, "expected an image with three channels");
  }
  cv::Mat resized;
  ASSAY_TRY(const std::uint8_t* pixels, at_size(image, size, resized));
  const std::size_t plane = out.size() / 3;
  float* const planes[3] = {out.data(), out.data() + plane, out.data() + 2 * plane};
  const std::uint8_t* const sources[3] = {pixels + source_channel_[0], pixels + source_channel_[1],
                                          pixels + source_channel_[2]};
  // The three tables take 3 KiB: a look-up is one load, and no arithmetic means no rounding that could
  // differ.
  for (std::size_t i = 0; i < plane; ++i) {
    planes[0][i] = table_[0][sources[0][3 * i]];
    planes[1][i] = table_[1][sources[1][3 * i]];
    planes[2][i] = table_[2][sources[2][3 * i]];
  }
  return {};
}

Result<void> load_tensor(const std::filesystem::path& path, const Preprocessor& preprocessor, spec::Size size,
                         std::span<float> out) {
  ASSAY_TRY(const Image image, read_rgb(path));
  if (auto done = preprocessor.apply(image, size, out); !done)
    return fail(done.error().with_context(path.string()));
  return {};
}

std::string tensor_digest(std::span<const float> tensor) { return sha256_hex(std::as_bytes(tensor)); }

std::size_t element_bytes(const spec::ModelIo& io) { return io.dtype == "u8" ? 1 : 4; }

Result<void> to_model_layout(std::span<const float> canonical, const spec::ModelIo& io, spec::Size size,
                             std::span<std::byte> out) {
  const std::size_t image = size.height < 1 || size.width < 1 ? 0 : tensor_elements(size);
  if (image == 0 || canonical.size() % image != 0 || out.size() != canonical.size() * element_bytes(io)) {
    return fail(Code::kInvalidInput, "expected whole tensors of size " + text(size) + ", found " +
                                         std::to_string(canonical.size()) + " elements for " +
                                         std::to_string(out.size()) + " bytes");
  }
  const bool u8 = io.dtype == "u8";
  const auto put = [&](std::size_t at, float value) {
    if (u8) {
      out[at] = static_cast<std::byte>(value);
    } else {
      std::memcpy(out.data() + 4 * at, &value, 4);
    }
  };
  if (u8) {
    for (const float value : canonical) {
      if (!(value >= 0 && value <= 255) || value != std::floor(value)) {
        return fail(Code::kInvalidInput,
                    "a model with u8 input takes whole values of 0 to 255, found " + std::to_string(value));
      }
    }
  }
  if (io.layout == "NCHW") {
    if (!u8) {
      std::memcpy(out.data(), canonical.data(), out.size());
    } else {
      for (std::size_t i = 0; i < canonical.size(); ++i) put(i, canonical[i]);
    }
    return {};
  }
  const std::size_t plane = image / 3;
  for (std::size_t begin = 0; begin < canonical.size(); begin += image) {
    for (std::size_t i = 0; i < plane; ++i) {
      for (std::size_t c = 0; c < 3; ++c) put(begin + 3 * i + c, canonical[begin + c * plane + i]);
    }
  }
  return {};
}

}  // namespace assay::dataset
