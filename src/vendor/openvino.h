// Command lines of OpenVINO's tools: benchmark_app in latency mode, and ovc. Pure; every command passes
// check_flags() for its version.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "base/status.h"
#include "vendor/command.h"

namespace assay::vendor {

struct LatencyBenchmark {
  std::string version;  ///< Of OpenVINO: "2026.4.1".
  std::string program = "benchmark_app";
  std::filesystem::path model;  ///< .xml or .onnx
  std::string device = "CPU";   ///< "CPU", "GPU", "GPU.0", "NPU"
  std::int64_t iterations = 1000;
  std::int64_t seconds = 0;  ///< Instead of iterations; 0: those.
  /// Where threads, streams or pinning are said it is "none" whatever stands here: the tool refuses them
  /// beside any other.
  std::string hint = "latency";
  std::string inference_precision;  ///< "f32", "f16", "bf16"; empty: the device's default.
  /// Element type that the application hands over: without it benchmark_app turns a picture's input into U8
  /// and adds a conversion to the model.
  std::string input_precision = "f32";
  std::optional<int> threads;                           ///< CPU only.
  std::string streams, pinning;                         ///< Empty: the tool's.
  std::int64_t requests = 0;                            ///< In flight at most; 0: the tool's.
  std::string shape;                                    ///< "image[1,3,256,512]"; empty: the model's.
  std::filesystem::path load_config;                    ///< JSON of settings without a flag; empty: none.
  std::filesystem::path cache;                          ///< Of compiled models; empty: none.
  std::map<std::string, std::filesystem::path> inputs;  ///< .npy or raw files by input; none: random values.
  std::filesystem::path report_folder;                  ///< A JSON report goes there; empty: none.
};

/// One inference at a time, synchronous: what single_stream measures. Errors: kInvalidInput.
Result<Command> latency_benchmark(const LatencyBenchmark& run);

struct Conversion {
  std::string version;
  std::string program = "ovc";
  std::filesystem::path onnx, output;  ///< The IR's .xml.
  bool compress_to_fp16 = false;       ///< Weights; ovc's own default is true.
};

/// ONNX to IR. Errors: kInvalidInput.
Result<Command> convert_to_ir(const Conversion& conversion);

}  // namespace assay::vendor
