// TensorRT's entropy calibrator over a CalibrationStream: 8.x and 10.x. Its base class is gone in 11: as a
// template it is compiled and tested there all the same.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "calibration.h"
#include "cuda.h"
#include "engine_file.h"

namespace assay::tensorrt {

/// Base: nvinfer1::IInt8EntropyCalibrator2. Called by the builder, in its thread. Nothing throws out of it:
/// what went wrong is kept for require_success().
template <typename Base>
class EntropyCalibrator : public Base {
 public:
  EntropyCalibrator(const Cuda& cuda, CalibrationStream stream, CalibrationIdentity identity,
                    std::string cache_path)
      : cuda_(cuda),
        stream_(std::move(stream)),
        identity_(std::move(identity)),
        cache_path_(std::move(cache_path)),
        batch_(cuda, stream_.batch_bytes(), "a calibration batch"),
        copies_(make_stream(cuda)) {}

  std::int32_t getBatchSize() const noexcept override { return stream_.batch(); }

  bool getBatch(void* bindings[], char const*[], std::int32_t count) noexcept override {
    try {
      if (count != 1)
        throw plugin::Failure(ASSAY_ERROR_UNSUPPORTED, "calibration: the network has several inputs");
      const std::vector<char>* batch = stream_.next();
      if (batch == nullptr) return false;
      cuda_.check(cuda_.cudaMemcpyAsync(batch_.get(), batch->data(), batch->size(), cudaMemcpyHostToDevice,
                                        copies_.get()),
                  "copying a calibration batch");
      cuda_.check(cuda_.cudaStreamSynchronize(copies_.get()), "copying a calibration batch");
      bindings[0] = batch_.get();
      return true;
    } catch (const plugin::Failure& failure) {
      failure_ = failure;
    } catch (const std::exception& exception) {
      failure_.emplace(ASSAY_ERROR_VENDOR, exception.what());
    }
    return false;  // Ends calibration; require_success() tells that it ended badly.
  }

  void const* readCalibrationCache(std::size_t& length) noexcept override {
    length = 0;
    try {
      const CalibrationCache cache = decode_calibration_cache(read_whole_file(cache_path_), identity_);
      if (!cache.problem.empty())
        std::printf("calibration cache %s is made again: %s\n", cache_path_.c_str(), cache.problem.c_str());
      cache_ = cache.content;
    } catch (const std::exception&) {  // There is none yet.
    }
    length = cache_.size();
    return cache_.empty() ? nullptr : cache_.data();
  }

  void writeCalibrationCache(void const* data, std::size_t length) noexcept override {
    // TensorRT writes what it has also when the stream broke off: a table of a part of the set, which the
    // next build would take for that of the whole.
    if (failure_) return;
    try {
      write_whole_file(cache_path_,
                       encode_calibration_cache(identity_, {static_cast<const char*>(data), length}));
    } catch (const std::exception& exception) {  // The engine is as good without it.
      std::printf("calibration cache %s is not kept: %s\n", cache_path_.c_str(), exception.what());
    }
  }

  /// Throws what ended the calibration early.
  void require_success() const {
    if (failure_) throw plugin::Failure(*failure_);
  }

 private:
  const Cuda& cuda_;
  CalibrationStream stream_;
  CalibrationIdentity identity_;
  std::string cache_path_;
  DeviceMemory batch_;
  Stream copies_;
  std::string cache_;
  std::optional<plugin::Failure> failure_;
};

}  // namespace assay::tensorrt
