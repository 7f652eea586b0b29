// trtexec command lines: building an engine from ONNX, and benchmarking one. Pure; every command passes
// check_flags() for its version.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/status.h"
#include "vendor/command.h"

namespace assay::vendor {

/// Where JetPack puts it; elsewhere it is found by name.
inline constexpr std::string_view kJetsonTrtexec = "/usr/src/tensorrt/bin/trtexec";

/// The core of "DLA0" and "DLA1", which no device has more of; nothing for what is no DLA. Errors:
/// kInvalidInput (a DLA without such a number).
Result<std::optional<int>> dla_core_of(std::string_view accelerator);

struct EngineBuild {
  std::string version;  ///< Of TensorRT: "8.5.2".
  std::string program = "trtexec";
  std::filesystem::path onnx, engine;
  std::string precision = "fp32";  ///< "fp32", "fp16" or "int8".
  bool fp16_too = false;           ///< With int8: layers without INT8 may run in FP16 instead of FP32.
  bool quantized = false;          ///< The model carries Q/DQ nodes: no calibration cache is needed.
  std::filesystem::path
      calibration_cache;                ///< For int8 without Q/DQ; must exist: trtexec does not say when not.
  std::filesystem::path timing_cache;   ///< Empty: none is kept.
  std::optional<int> dla_core;          ///< Nothing: the GPU.
  bool gpu_fallback = false;            ///< With a DLA core: the GPU runs what the DLA cannot.
  std::optional<double> workspace_mib;  ///< Nothing: TensorRT's own limit.
  std::optional<double> dla_sram_mib, dla_local_dram_mib, dla_global_dram_mib;
  std::string input_formats,
      output_formats;  ///< "int8:dla_hwc4"; from 11 on without the type. Empty: as the model.
  bool sparsity = false;
  bool tf32 = false;                      ///< With fp32: layers may multiply in TF32, TensorRT's own default.
  std::optional<int> optimization_level;  ///< 0 to 5, from 8.6 on; nothing: TensorRT's own.
  bool version_compatible = false;        ///< From 8.6 on.
  std::string shapes;                     ///< "input:1x3x1024x2048" where the model's are dynamic.
};

/// Builds and does not run. FP32 means --noTF32 unless `tf32` is set, since TF32 is TensorRT's default. What
/// the version has no flag for is left out, and the note says so. Errors: kInvalidInput (INT8 without cache
/// or Q/DQ, INT8 from a cache or DLA in a version that has it no more, an unknown version).
Result<Command> build_engine(const EngineBuild& build);

struct EngineRun {
  std::string version;
  std::string program = "trtexec";
  std::filesystem::path engine;
  std::optional<int> dla_core;
  std::int64_t iterations = 1000;
  std::int64_t warmup_ms = 10000;
  bool transfers = true;   ///< Inputs and outputs travel to and from the device in each inference.
  bool spin_wait = false;  ///< The host polls instead of sleeping.
  bool cuda_graph = false;
  std::map<std::string, std::filesystem::path> inputs;  ///< Raw files by input; none: random values.
  std::string shapes;
  std::filesystem::path times;   ///< JSON of every inference; empty: none is written.
  std::filesystem::path layers;  ///< JSON of the engine's layers; empty: none is written.
};

/// Runs a built engine with everything said that versions' defaults differ in. Errors: kInvalidInput.
Result<Command> run_engine(const EngineRun& run);

}  // namespace assay::vendor
