// libnvinfer and libnvonnxparser, opened at run time. The C++ classes of TensorRT are reached through virtual
// calls only, so that three C entry points are all that is looked up by name.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "compat.h"
#include "support/vendor_plugin.h"

namespace assay::tensorrt {

/// TensorRT's own words: all of them to stdout, which the worker keeps, and errors also for our messages.
class Log : public nvinfer1::ILogger {
 public:
  void log(Severity severity, const char* text) noexcept override;
  /// The errors since the last call, at most the last few; "" where there were none.
  std::string take_errors();

 private:
  std::mutex mutex_;  // The builder logs from several threads.
  std::string errors_;
};

struct Version {
  int major = 0, minor = 0, patch = 0;
  std::string text() const;
};

/// What getInferLibVersion() means: 8503 is 8.5.3, 100300 is 10.3.0 (the scheme changed with 10).
Version decode_version(int number);

/// The opened libraries, for ever.
class Library {
 public:
  /// Throws Failure: NOT_FOUND with every place that was tried; UNSUPPORTED where the library's major version
  /// is not that of the headers that this plugin was built with, since the classes differ. ASSAY_TENSORRT_DIR
  /// names the folder; without it: the loader's, and the SDK folder that the build knows.
  static Library& get();

  const Version& version() const { return version_; }
  const std::string& path() const { return path_; }
  /// "": it can. Else why it cannot build engines: the lean runtime, or no parser.
  const std::string& building_problem() const { return building_problem_; }
  /// Why results of this library are no device's: what its function assay_contract_library() says. "": a real
  /// library, which has no such function.
  const std::string& simulated() const { return simulated_; }
  Log& log() { return log_; }

  /// These throw Failure (VENDOR, UNSUPPORTED) with TensorRT's own words. Cuda::require_gpus() goes first.
  std::unique_ptr<nvinfer1::IBuilder> make_builder();
  std::unique_ptr<nvinfer1::IRuntime> make_runtime();
  std::unique_ptr<nvonnxparser::IParser> make_parser(nvinfer1::INetworkDefinition& network);

 private:
  explicit Library(const std::string& folder);
  void open_parser(const std::string& folder);

  using Create = void* (*)(void* logger, std::int32_t version);
  using CreateParser = void* (*)(void* network, void* logger, int version);
  Create create_builder_ = nullptr;
  Create create_runtime_ = nullptr;
  CreateParser create_parser_ = nullptr;
  Version version_;
  std::string path_;
  std::string building_problem_;
  std::string simulated_;
  Log log_;
};

}  // namespace assay::tensorrt
