// What the spec may ask of the builder.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "accelerator.h"
#include "support/vendor_plugin.h"

namespace assay::tensorrt {

struct BuildOptions {
  std::optional<int> workspace_mib;  ///< Absent: the device's memory, TensorRT's own default.
  bool timing_cache = true;
  bool sparsity = false;
  bool gpu_fallback = false;  ///< Off: a layer that the DLA cannot take is an error, never a quiet fallback.
  std::optional<int> dla_sram_kib;         ///< Of the DLA's managed SRAM; absent: TensorRT's default.
  std::optional<int> dla_local_dram_mib;   ///< For tensors between its operations; absent: as above.
  std::optional<int> dla_global_dram_mib;  ///< For its weights; absent: as above.
  std::string io_formats = "source";       ///< Or "fp32", "fp16": element type of inputs and outputs.
  std::optional<int> optimization_level;
  bool version_compatible = false;
  bool tf32 = false;              ///< Off: an FP32 row computes in FP32. TensorRT's own default is on.
  bool fp16_beside_int8 = false;  ///< What stays unquantized may run in FP16, and not only in FP32.

  /// As the engine's header and the row's properties show them, defaults too.
  std::vector<std::pair<std::string, std::string>> listed() const;
};

/// Throws Failure (INVALID): unknown option, bad value, or what the accelerator or these headers do not have.
BuildOptions parse_build_options(const assay_prepare_options& request, const Accelerator& accelerator);

}  // namespace assay::tensorrt
