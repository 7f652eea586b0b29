#include "dataset/image.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <string>

#include "base/file.h"
#include "dataset/png.h"

namespace assay::dataset {
namespace {

/// Formats and depths that data sets seldom hold: JPEG, and PNG of 16 bits or interlaced.
Result<Image> decode_with_opencv(std::string_view bytes) {
  cv::Mat pixels;
  try {
    const cv::Mat buffer(1, static_cast<int>(bytes.size()), CV_8U, const_cast<char*>(bytes.data()));
    pixels = cv::imdecode(buffer, cv::IMREAD_ANYCOLOR | cv::IMREAD_IGNORE_ORIENTATION);
    if (pixels.channels() == 3) cv::cvtColor(pixels, pixels, cv::COLOR_BGR2RGB);
  } catch (const cv::Exception& e) {
    return fail(Code::kCorrupt, "the image cannot be decoded: " + std::string(e.what()));
  }
  if (pixels.empty() || pixels.depth() != CV_8U || !pixels.isContinuous()) {
    return fail(Code::kCorrupt, "the image (" + std::to_string(bytes.size()) + " bytes) cannot be decoded");
  }
  Image image{pixels.rows, pixels.cols, pixels.channels(), {}};
  image.pixels.assign(pixels.data, pixels.data + pixels.total() * pixels.elemSize());
  return image;
}

Result<Image> decode_rgb(std::string_view bytes) {
  const bool png = bytes.substr(0, kPngSignature.size()) == kPngSignature;
  const bool jpeg = bytes.substr(0, 3) == "\xff\xd8\xff";
  if (!png && !jpeg) {
    return fail(Code::kInvalidInput,
                "expected a PNG or JPEG image, found " +
                    (bytes.empty() ? "an empty file"
                                   : "something else (" + std::to_string(bytes.size()) + " bytes)"));
  }
  // libjpeg fills what is missing with grey and only warns.
  if (jpeg && bytes.rfind("\xff\xd9") == std::string_view::npos) {
    return fail(Code::kCorrupt, "the JPEG (" + std::to_string(bytes.size()) + " bytes) is cut short");
  }
  bool plain = false;
  if (png) {
    ASSAY_TRY(const PngHeader header, read_png_header(bytes));
    plain = header.plain();
  }
  ASSAY_TRY(Image image, plain ? decode_png(bytes, PngPixels::kRgb) : decode_with_opencv(bytes));
  if (image.channels != 3) {
    return fail(Code::kInvalidInput, "expected a colour image, found a grey one (a label?)");
  }
  return image;
}

Result<Image> decode_grey(std::string_view bytes) {
  ASSAY_TRY(const PngHeader header, read_png_header(bytes));
  const bool one = header.colour == PngColour::kGrey || header.colour == PngColour::kPalette;
  if (!one || !header.plain()) {
    return fail(Code::kInvalidInput, "expected labels as a PNG of one 8-bit channel, not interlaced; found " +
                                         std::to_string(header.depth) + " bits, " +
                                         (one ? "one channel" : "several channels") +
                                         (header.interlaced ? ", interlaced" : ""));
  }
  return decode_png(bytes, PngPixels::kStored);
}

Result<Image> read(const std::filesystem::path& path, Result<Image> (*decode)(std::string_view)) {
  ASSAY_TRY(const std::string bytes, read_file(path));
  auto image = decode(bytes);
  if (!image) return fail(image.error().with_context(path.string()));
  return image;
}

}  // namespace

Result<Image> read_rgb(const std::filesystem::path& path) { return read(path, decode_rgb); }
Result<spec::Size> image_size(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(Code::kNotFound, path.string() + " cannot be opened");
  std::string head(33, '\0');
  file.read(head.data(), static_cast<std::streamsize>(head.size()));
  head.resize(static_cast<std::size_t>(file.gcount()));
  if (head.substr(0, kPngSignature.size()) != kPngSignature) {
    ASSAY_TRY(const Image image, read_rgb(path));
    return spec::Size{image.height, image.width};
  }
  const auto header = read_png_header(head);
  if (!header) return fail(header.error().with_context(path.string()));
  return spec::Size{header->height, header->width};
}

Result<Image> read_grey(const std::filesystem::path& path) { return read(path, decode_grey); }

Result<void> write_png(const std::filesystem::path& path, const Image& image) {
  ASSAY_TRY(const std::string bytes, encode_png(image));
  return write_plain(path, bytes);
}

Result<void> write_plain(const std::filesystem::path& path, std::string_view bytes) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (fd < 0) return fail(io_error(errno, "creating", path));
  while (!bytes.empty()) {
    const ssize_t put = ::write(fd, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) {
      const int error = errno;
      ::close(fd);
      return fail(io_error(error, "writing", path));
    }
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  if (::close(fd) != 0) return fail(io_error(errno, "writing", path));
  return {};
}

}  // namespace assay::dataset
