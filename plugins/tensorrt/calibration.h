// What an INT8 calibration is made of, apart from TensorRT's own calibrator class (which is gone in 11): the
// shared tensors, one batch at a time, and the cache of what was found with them. Compiled and tested with
// every version.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "assay/backend_abi.h"

namespace assay::tensorrt {

/// What a calibration cache belongs to.
struct CalibrationIdentity {
  std::string model_digest;
  std::string calibration_digest;
  std::string tensorrt;  ///< Version.
};

std::string encode_calibration_cache(const CalibrationIdentity& identity, std::string_view cache);

struct CalibrationCache {
  std::string content;  ///< TensorRT's own; "" where it cannot be used.
  std::string problem;  ///< Why not: what it belongs to, or that it is damaged.
};

/// Never gives the cache of another model, calibration set or version.
CalibrationCache decode_calibration_cache(std::string_view file, const CalibrationIdentity& identity);

/// The files of a calibration set as batches for one input of the model.
class CalibrationStream {
 public:
  /// Checks the whole set before anything is built: type, dimensions, and that each file is there with its
  /// full size. `dims` is the input's shape, [N,C,H,W] as the files or [N,H,W,C]. Throws plugin::Failure
  /// (INVALID, NOT_FOUND, UNSUPPORTED) that names the file.
  CalibrationStream(const assay_calibration& calibration, const std::string& input, assay_dtype dtype,
                    const std::vector<std::int64_t>& dims);

  int batch() const { return batch_; }
  std::uint64_t batch_bytes() const { return file_bytes_ * static_cast<std::uint64_t>(batch_); }
  std::size_t batches() const {
    return (files_.size() + static_cast<std::size_t>(batch_) - 1) / static_cast<std::size_t>(batch_);
  }
  /// The next batch, as the model wants it; null when all were given. A last one that is short is filled up
  /// from the first files, as assay's own quantizers do. Throws plugin::Failure (NOT_FOUND): a file went or
  /// shrank.
  const std::vector<char>* next();

 private:
  void read(const std::string& path, char* to);

  std::vector<std::string> files_;
  std::uint64_t file_bytes_ = 0;
  int batch_ = 1;
  bool channels_last_ = false;
  std::uint64_t channels_ = 1, pixels_ = 1;
  std::size_t given_ = 0;
  std::vector<char> buffer_, staging_;
};

}  // namespace assay::tensorrt
