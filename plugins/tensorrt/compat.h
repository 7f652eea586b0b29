// TensorRT's headers, and every place where those of 8.5, 10.x and 11.x differ for this plugin. Nothing else
// in it asks for a version of the headers. Facts: the headers' own comments and NVIDIA's "TensorRT Migration
// Guide" (8.x to 10.x, 10.x to 11.x).
#pragma once

#include <NvInfer.h>
#include <NvOnnxParser.h>

#include <cstdint>
#include <string>

#include "assay/backend_abi.h"

#define ASSAY_TENSORRT_FROM(major, minor) \
  (NV_TENSORRT_MAJOR > (major) || (NV_TENSORRT_MAJOR == (major) && NV_TENSORRT_MINOR >= (minor)))

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

namespace assay::tensorrt::compat {

constexpr int kMajor = NV_TENSORRT_MAJOR;

/// 11: a network computes in the types that its source states; builder flags for FP16 and INT8, calibrators
/// and types set for inputs and outputs are gone.
constexpr bool kStronglyTyped = ASSAY_TENSORRT_FROM(11, 0);

inline nvinfer1::NetworkDefinitionCreationFlags network_flags() {
#if ASSAY_TENSORRT_FROM(10, 0)
  return 0;  // An explicit batch dimension is all there is.
#else
  return 1U << static_cast<std::uint32_t>(nvinfer1::NetworkDefinitionCreationFlag::kEXPLICIT_BATCH);
#endif
}

/// Lets the builder choose kernels of these precisions beside FP32. Does nothing where kStronglyTyped.
inline void allow_precisions(nvinfer1::IBuilderConfig& config, bool fp16, bool int8) {
#if ASSAY_TENSORRT_FROM(11, 0)
  static_cast<void>(config), static_cast<void>(fp16), static_cast<void>(int8);
#else
  if (fp16) config.setFlag(nvinfer1::BuilderFlag::kFP16);
  if (int8) config.setFlag(nvinfer1::BuilderFlag::kINT8);
#endif
}

/// The element type of an input or output, row-major. False where kStronglyTyped: the source decides.
inline bool set_io_type(nvinfer1::ITensor& tensor, nvinfer1::DataType type) {
#if ASSAY_TENSORRT_FROM(11, 0)
  static_cast<void>(tensor), static_cast<void>(type);
  return false;
#else
  tensor.setType(type);
  tensor.setAllowedFormats(1U << static_cast<std::uint32_t>(nvinfer1::TensorFormat::kLINEAR));
  return true;
#endif
}

/// False: these headers do not know the level (before 8.6).
inline bool set_optimization_level(nvinfer1::IBuilderConfig& config, int level) {
#if ASSAY_TENSORRT_FROM(8, 6)
  config.setBuilderOptimizationLevel(level);
  return true;
#else
  static_cast<void>(config), static_cast<void>(level);
  return false;
#endif
}

/// False: these headers do not know it (before 8.6).
inline bool set_version_compatible(nvinfer1::IBuilderConfig& config) {
#if ASSAY_TENSORRT_FROM(8, 6)
  config.setFlag(nvinfer1::BuilderFlag::kVERSION_COMPATIBLE);
  return true;
#else
  static_cast<void>(config);
  return false;
#endif
}

/// A version-compatible plan carries host code, which a runtime loads only when told that it may.
inline void allow_host_code(nvinfer1::IRuntime& runtime) {
#if ASSAY_TENSORRT_FROM(8, 6)
  runtime.setEngineHostCodeAllowed(true);
#else
  static_cast<void>(runtime);
#endif
}

/// The node of an error of the parser, where these headers tell it.
inline std::string node_of(const nvonnxparser::IParserError& error) {
#if ASSAY_TENSORRT_FROM(10, 0)
  const char* name = error.nodeName();
  const char* type = error.nodeOperator();
  return std::string(name != nullptr ? name : "") + (type != nullptr ? " (" + std::string(type) + ")" : "");
#else
  return "node " + std::to_string(error.node());
#endif
}

/// UNKNOWN for what the ABI does not have (8 and 4 bit floats, 4 bit integers).
inline assay_dtype dtype_of(nvinfer1::DataType type) {
  switch (type) {
    case nvinfer1::DataType::kFLOAT:
      return ASSAY_F32;
    case nvinfer1::DataType::kHALF:
      return ASSAY_F16;
    case nvinfer1::DataType::kINT8:
      return ASSAY_I8;
    case nvinfer1::DataType::kINT32:
      return ASSAY_I32;
    case nvinfer1::DataType::kBOOL:
      return ASSAY_BOOL;
    case nvinfer1::DataType::kUINT8:
      return ASSAY_U8;
#if ASSAY_TENSORRT_FROM(10, 0)
    case nvinfer1::DataType::kBF16:
      return ASSAY_BF16;
    case nvinfer1::DataType::kINT64:
      return ASSAY_I64;
#endif
    default:
      return ASSAY_DTYPE_UNKNOWN;
  }
}

}  // namespace assay::tensorrt::compat

#pragma GCC diagnostic pop
