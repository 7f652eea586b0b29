#include "build_options.h"

#include "compat.h"

namespace assay::tensorrt {

using plugin::Failure;

namespace {

const std::vector<std::string> kNames{
    "workspace",          "timing-cache",   "sparsity",        "dla-core",   "gpu-fallback",
    "dla-sram",           "dla-local-dram", "dla-global-dram", "io-formats", "optimization-level",
    "version-compatible", "tf32",           "int8-fallback"};
const std::vector<std::string> kIoFormats{"source", "fp32", "fp16"};

std::string on_off(bool value) { return value ? "on" : "off"; }

std::string or_default(const std::optional<int>& value) {
  return value ? std::to_string(*value) : std::string("default");
}

struct Pool {
  const char* name;
  std::optional<int> size;
  const char* unit;
};

[[noreturn]] void refuse_without_dla(const std::string& option, const Accelerator& accelerator) {
  throw Failure(ASSAY_ERROR_INVALID,
                "option '" + option + "' is for a DLA, and the row's accelerator is " + accelerator.name());
}

}  // namespace

BuildOptions parse_build_options(const assay_prepare_options& request, const Accelerator& accelerator) {
  const plugin::Options options(request.options, request.option_count, kNames);
  BuildOptions build;
  build.workspace_mib = options.integer("workspace", 1, 1 << 20);
  build.timing_cache = options.boolean("timing-cache").value_or(build.timing_cache);
  build.sparsity = options.boolean("sparsity").value_or(build.sparsity);
  build.gpu_fallback = options.boolean("gpu-fallback").value_or(build.gpu_fallback);
  build.dla_sram_kib = options.integer("dla-sram", 4, 1 << 20);
  build.dla_local_dram_mib = options.integer("dla-local-dram", 1, 1 << 20);
  build.dla_global_dram_mib = options.integer("dla-global-dram", 1, 1 << 20);
  build.io_formats = kIoFormats[options.choice("io-formats", kIoFormats).value_or(0)];
  build.optimization_level = options.integer("optimization-level", 0, 5);
  build.version_compatible = options.boolean("version-compatible").value_or(build.version_compatible);
  build.tf32 = options.boolean("tf32").value_or(build.tf32);
  build.fp16_beside_int8 = options.choice("int8-fallback", {"fp32", "fp16"}).value_or(0) == 1;

  const bool dla = accelerator.dla >= 0;
  if (const auto core = options.integer("dla-core", 0, 9); core && *core != accelerator.dla)
    throw Failure(ASSAY_ERROR_INVALID, "option 'dla-core' says core " + std::to_string(*core) +
                                           ", and the row's accelerator is " + accelerator.name() +
                                           ": name DLA" + std::to_string(*core) + " as accelerator");
  if (!dla && options.text("gpu-fallback")) refuse_without_dla("gpu-fallback", accelerator);
  for (const auto& [name, size, unit] :
       {Pool{"dla-sram", build.dla_sram_kib, "KiB"}, Pool{"dla-local-dram", build.dla_local_dram_mib, "MiB"},
        Pool{"dla-global-dram", build.dla_global_dram_mib, "MiB"}}) {
    if (!size) continue;
    if (!dla) refuse_without_dla(name, accelerator);
    if ((*size & (*size - 1)) != 0)
      throw Failure(ASSAY_ERROR_INVALID, "option '" + std::string(name) + "': a power of two was expected (" +
                                             unit + "), found '" + std::to_string(*size) + "'");
  }
  if (compat::kStronglyTyped && build.io_formats != "source")
    throw Failure(
        ASSAY_ERROR_INVALID,
        "option 'io-formats': from TensorRT 11 on, inputs and outputs have the types of the source model: "
        "only 'source' can be asked for");
#if !ASSAY_TENSORRT_FROM(8, 6)
  if (build.optimization_level || build.version_compatible)
    throw Failure(ASSAY_ERROR_INVALID,
                  "options 'optimization-level' and 'version-compatible' need TensorRT 8.6 or newer");
#endif
  return build;
}

std::vector<std::pair<std::string, std::string>> BuildOptions::listed() const {
  return {{"workspace", or_default(workspace_mib)},
          {"timing-cache", on_off(timing_cache)},
          {"sparsity", on_off(sparsity)},
          {"gpu-fallback", on_off(gpu_fallback)},
          {"dla-sram", or_default(dla_sram_kib)},
          {"dla-local-dram", or_default(dla_local_dram_mib)},
          {"dla-global-dram", or_default(dla_global_dram_mib)},
          {"io-formats", io_formats},
          {"optimization-level", or_default(optimization_level)},
          {"version-compatible", on_off(version_compatible)},
          {"tf32", on_off(tf32)},
          {"int8-fallback", fp16_beside_int8 ? "fp16" : "fp32"}};
}

}  // namespace assay::tensorrt
