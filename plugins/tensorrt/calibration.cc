#include "calibration.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "support/vendor_plugin.h"

namespace assay::tensorrt {

using plugin::Failure;

namespace {

constexpr std::string_view kCalibrationMagic = "assay-tensorrt-calibration 1\n";

std::string header_of(const CalibrationIdentity& identity) {
  return std::string(kCalibrationMagic) + "model " + identity.model_digest + "\ncalibration " +
         identity.calibration_digest + "\ntensorrt " + identity.tensorrt + "\n\n";
}

std::string shape_text(const std::int64_t* dims, std::size_t rank) {
  std::vector<std::string> parts;
  for (std::size_t d = 0; d < rank; ++d) parts.push_back(std::to_string(dims[d]));
  return "[" + plugin::join(parts, ",") + "]";
}

}  // namespace

std::string encode_calibration_cache(const CalibrationIdentity& identity, std::string_view cache) {
  return header_of(identity).append(cache);
}

CalibrationCache decode_calibration_cache(std::string_view file, const CalibrationIdentity& identity) {
  const std::string wanted = header_of(identity);
  if (file.substr(0, wanted.size()) == wanted && file.size() > wanted.size())
    return {std::string(file.substr(wanted.size())), ""};
  if (file.substr(0, kCalibrationMagic.size()) != kCalibrationMagic)
    return {"", "it is no calibration cache of assay"};
  const std::size_t end = file.find("\n\n");
  if (end == std::string_view::npos || file.size() == wanted.size()) return {"", "it is cut short"};
  std::string found(file.substr(kCalibrationMagic.size(), end - kCalibrationMagic.size()));
  std::string expected =
      wanted.substr(kCalibrationMagic.size(), wanted.size() - kCalibrationMagic.size() - 2);
  for (std::string* text : {&found, &expected})
    for (char& c : *text)
      if (c == '\n') c = ',';
  return {"", "it belongs to " + found + "; " + expected + " was expected"};
}

CalibrationStream::CalibrationStream(const assay_calibration& calibration, const std::string& input,
                                     assay_dtype dtype, const std::vector<std::int64_t>& dims) {
  plugin::require_struct(&calibration, "calibration");
  const std::size_t rank = calibration.rank;
  const std::string whose = "calibration of input '" + input + "': ";
  if (input != calibration.input)
    throw Failure(ASSAY_ERROR_INVALID, whose + "the tensors are for an input '" + calibration.input + "'");
  if (calibration.dtype != ASSAY_F32 || dtype != ASSAY_F32)
    throw Failure(ASSAY_ERROR_UNSUPPORTED,
                  whose + "tensors of f32 for an input of f32 are calibrated with, found " +
                      assay_dtype_name(calibration.dtype) + " for " + assay_dtype_name(dtype));
  if (std::strcmp(calibration.layout, "NCHW") != 0 || rank != 4 || calibration.dims[0] != 1)
    throw Failure(ASSAY_ERROR_UNSUPPORTED, whose + "files of one NCHW image are calibrated with, found " +
                                               calibration.layout + " " + shape_text(calibration.dims, rank));
  const std::int64_t c = calibration.dims[1], h = calibration.dims[2], w = calibration.dims[3];
  if (dims.size() != 4 || dims[0] < 1 || dims[0] > 4096 || c < 1 || h < 1 || w < 1)
    throw Failure(ASSAY_ERROR_INVALID, whose + "the model's shape " + shape_text(dims.data(), dims.size()) +
                                           " takes no batch of images");
  channels_last_ = dims[1] != c || dims[2] != h || dims[3] != w;
  if (channels_last_ && (dims[1] != h || dims[2] != w || dims[3] != c))
    throw Failure(ASSAY_ERROR_INVALID, whose + "files of " + shape_text(calibration.dims, rank) +
                                           " do not fit the model's shape " +
                                           shape_text(dims.data(), dims.size()));
  channels_ = static_cast<std::uint64_t>(c);
  pixels_ = static_cast<std::uint64_t>(h) * static_cast<std::uint64_t>(w);
  file_bytes_ = channels_ * pixels_ * 4;
  batch_ = static_cast<int>(dims[0]);

  if (calibration.file_count == 0) throw Failure(ASSAY_ERROR_INVALID, whose + "there is no file");
  for (std::uint32_t i = 0; i < calibration.file_count; ++i) {
    const std::string path = calibration.files[i];
    struct stat status {};
    const std::string which = whose + "file " + std::to_string(i + 1) + " of " +
                              std::to_string(calibration.file_count) + ", " + path;
    if (::stat(path.c_str(), &status) != 0)
      throw Failure(ASSAY_ERROR_NOT_FOUND, which + ": " + std::strerror(errno));
    if (static_cast<std::uint64_t>(status.st_size) != file_bytes_)
      throw Failure(ASSAY_ERROR_INVALID, which + ": " + std::to_string(file_bytes_) +
                                             " bytes were expected, found " + std::to_string(status.st_size));
    files_.push_back(path);
  }
}

const std::vector<char>* CalibrationStream::next() {
  if (given_ >= files_.size()) return nullptr;
  buffer_.resize(batch_bytes());
  for (std::size_t i = 0; i < static_cast<std::size_t>(batch_); ++i)
    read(files_[(given_ + i) % files_.size()], buffer_.data() + i * file_bytes_);
  given_ += static_cast<std::size_t>(batch_);
  return &buffer_;
}

void CalibrationStream::read(const std::string& path, char* to) {
  staging_.resize(channels_last_ ? file_bytes_ : 0);
  char* target = channels_last_ ? staging_.data() : to;
  std::ifstream file(path, std::ios::binary);
  if (!file.read(target, static_cast<std::streamsize>(file_bytes_)))
    throw Failure(ASSAY_ERROR_NOT_FOUND, path + ": the calibration file can no longer be read whole");
  if (!channels_last_) return;
  for (std::uint64_t c = 0; c < channels_; ++c)
    for (std::uint64_t p = 0; p < pixels_; ++p)
      std::memcpy(to + (p * channels_ + c) * 4, target + (c * pixels_ + p) * 4, 4);
}

}  // namespace assay::tensorrt
