#include "vendor/trtexec.h"

#include <cstdio>

#include "vendor/flags.h"

namespace assay::vendor {
namespace {

/// The parts of a command that depend on the version.
class Trtexec {
 public:
  Trtexec(std::string program, std::string version) {
    command_.tool = std::move(program);
    command_.version = std::move(version);
  }

  bool from(std::string_view version) const { return compare_versions(command_.version, version) >= 0; }
  void add(std::string flag) { command_.argv.push_back(std::move(flag)); }
  void add(const std::string& flag, const std::string& value) {
    if (!value.empty()) add(flag + "=" + value);
  }
  void say(const std::string& note) { command_.note += (command_.note.empty() ? "" : " ") + note; }

  /// The command, once the table of flags agrees.
  Result<Command> finish() {
    ASSAY_OK(check_flags("trtexec", command_.version, command_.argv));
    return command_;
  }

 private:
  Command command_;
};

std::string mebibytes(double size) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", size);
  return text;
}

Result<void> add_precision(const EngineBuild& build, Trtexec& trtexec) {
  const bool typed_by_model = trtexec.from("11.0");
  if (build.precision == "fp32") {
    if (!build.tf32) trtexec.add("--noTF32");
    return {};
  }
  if (build.precision == "fp16") {
    if (typed_by_model)
      trtexec.say("TensorRT 11 takes its types from the model: this one must be FP16 already.");
    else
      trtexec.add("--fp16");
    return {};
  }
  if (build.precision != "int8")
    return fail(Code::kInvalidInput,
                "trtexec: precision fp32, fp16 or int8 was expected, '" + build.precision + "' was found");
  if (!build.quantized && typed_by_model)
    return fail(Code::kInvalidInput, "trtexec " + build.version +
                                         ": TensorRT 11 has no calibration: give a model with Q/DQ nodes");
  if (!build.quantized && build.calibration_cache.empty())
    return fail(
        Code::kInvalidInput,
        "trtexec " + build.version +
            ": INT8 needs a calibration cache or a model with Q/DQ nodes: without either it calibrates on "
            "one random batch and does not say so");
  if (typed_by_model) return {};
  trtexec.add("--int8");
  if (build.fp16_too) trtexec.add("--fp16");
  if (!build.quantized) {
    trtexec.add("--calib", build.calibration_cache.string());
    trtexec.say(
        "The calibration cache must exist already: trtexec writes none from images, and where the file is "
        "missing it calibrates on one random batch without a word.");
  }
  return {};
}

}  // namespace

Result<std::optional<int>> dla_core_of(std::string_view accelerator) {
  if (!accelerator.starts_with("DLA")) return std::optional<int>();
  if (accelerator == "DLA0") return std::optional(0);
  if (accelerator == "DLA1") return std::optional(1);
  return fail(Code::kInvalidInput,
              "accelerator DLA0 or DLA1 was expected, '" + std::string(accelerator) + "' was found");
}

Result<Command> build_engine(const EngineBuild& build) {
  Trtexec trtexec(build.program, build.version);
  trtexec.add("--onnx", build.onnx.string());
  trtexec.add("--saveEngine", build.engine.string());
  ASSAY_OK(add_precision(build, trtexec));
  if (build.dla_core) {
    trtexec.add("--useDLACore", std::to_string(*build.dla_core));
    if (build.gpu_fallback) trtexec.add("--allowGPUFallback");
  }
  std::string pools;
  const auto add_pool = [&](const char* name, const std::optional<double>& mib) {
    if (mib) pools += (pools.empty() ? "" : ",") + std::string(name) + ":" + mebibytes(*mib);
  };
  add_pool("workspace", build.workspace_mib);
  add_pool("dlaSRAM", build.dla_sram_mib);
  add_pool("dlaLocalDRAM", build.dla_local_dram_mib);
  add_pool("dlaGlobalDRAM", build.dla_global_dram_mib);
  trtexec.add("--memPoolSize", pools);
  trtexec.add("--inputIOFormats", build.input_formats);
  trtexec.add("--outputIOFormats", build.output_formats);
  if (build.sparsity) trtexec.add("--sparsity=enable");
  if (trtexec.from("8.6")) {
    if (build.optimization_level)
      trtexec.add("--builderOptimizationLevel", std::to_string(*build.optimization_level));
    if (build.version_compatible) trtexec.add("--versionCompatible");
  } else if (build.optimization_level || build.version_compatible) {
    trtexec.say("Optimization levels and version compatibility come with TensorRT 8.6.");
  }
  trtexec.add("--optShapes", build.shapes);
  trtexec.add("--timingCacheFile", build.timing_cache.string());
  // Layer names and devices in the engine, so that placement can be read back.
  trtexec.add("--profilingVerbosity=detailed");
  trtexec.add(trtexec.from("8.6") ? "--skipInference" : "--buildOnly");
  return trtexec.finish();
}

Result<Command> run_engine(const EngineRun& run) {
  Trtexec trtexec(run.program, run.version);
  trtexec.add("--loadEngine", run.engine.string());
  if (run.dla_core) trtexec.add("--useDLACore", std::to_string(*run.dla_core));
  trtexec.add("--iterations", std::to_string(run.iterations));
  // It would go on for 3 s otherwise, and warm up for 0.2 s only.
  trtexec.add("--duration=0");
  trtexec.add("--warmUp", std::to_string(run.warmup_ms));
  // Nothing of the next inference overlaps this one.
  trtexec.add("--exposeDMA");
  const bool new_defaults = trtexec.from("11.0");
  const auto choose = [&](bool wanted, const char* on, const char* off) {
    if (wanted && on != nullptr) trtexec.add(on);
    if (!wanted && off != nullptr) trtexec.add(off);
  };
  // TensorRT 11 turned all three defaults round: transfers off, spinning and CUDA graph on.
  choose(run.transfers, new_defaults ? "--includeDataTransfers" : nullptr,
         new_defaults ? nullptr : "--noDataTransfers");
  choose(run.spin_wait, new_defaults ? nullptr : "--useSpinWait", new_defaults ? "--noSpinWait" : nullptr);
  choose(run.cuda_graph, new_defaults ? nullptr : "--useCudaGraph", new_defaults ? "--noCudaGraph" : nullptr);
  std::string inputs;
  for (const auto& [name, file] : run.inputs)
    inputs += (inputs.empty() ? "" : ",") + name + ":" + file.string();
  trtexec.add("--loadInputs", inputs);
  trtexec.add("--shapes", run.shapes);
  trtexec.add("--exportTimes", run.times.string());
  trtexec.add("--exportLayerInfo", run.layers.string());
  trtexec.say(
      "trtexec enqueues the next inference before the last has ended, and warms up by time, not by count.");
  return trtexec.finish();
}

}  // namespace assay::vendor
