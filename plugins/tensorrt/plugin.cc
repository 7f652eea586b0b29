// The TensorRT backend: the table of ABI functions. Each is one call behind guard().
#include <deque>

#include "build.h"
#include "session.h"
#include "support/session_table.h"

#ifndef ASSAY_VERSION
#define ASSAY_VERSION "unknown"
#endif

using assay::plugin::guard;
using assay::plugin::require_struct;
using Table = assay::plugin::SessionTable<assay::tensorrt::Session>;

namespace {

namespace trt = assay::tensorrt;

// Made once and kept for ever, as describe() promises.
struct Description {
  Description() {
    const trt::Library* library = open_library();
    const std::string gpu_problem = list_gpus();
    list_dlas(gpu_problem, library);
    versions.add("headers", std::to_string(NV_TENSORRT_MAJOR) + "." + std::to_string(NV_TENSORRT_MINOR) +
                                "." + std::to_string(NV_TENSORRT_PATCH));
    description.struct_size = sizeof description;
    description.name = "tensorrt";
    description.plugin_version = ASSAY_VERSION;
    description.runtime_version = version.c_str();
    description.runtime_problem = problem.c_str();
    description.simulated = library != nullptr && !library->simulated().empty() ? 1 : 0;
    description.accelerator_count = static_cast<std::uint32_t>(accelerators.size());
    description.accelerators = accelerators.data();
    description.version_count = versions.size();
    description.versions = versions.data();
    description.artifact_format_count = 1;
    description.artifact_formats = formats;
    description.stack = "native SDK";
  }

  const trt::Library* open_library() {
    try {
      const trt::Library& library = trt::Library::get();
      version = library.version().text();
      versions.add("library", library.path());
      if (!library.building_problem().empty()) versions.add("building", library.building_problem());
      if (!library.simulated().empty()) versions.add("simulated", library.simulated());
      return &library;
    } catch (const std::exception& exception) {
      problem = exception.what();
      return nullptr;
    }
  }

  /// Why there is no GPU; "" where there is one.
  std::string list_gpus() {
    try {
      const trt::Cuda& cuda = trt::Cuda::get();
      versions.add("cuda runtime", cuda.version());
      versions.add("cuda driver", cuda.driver_version());
      const int count = cuda.require_gpus();
      for (int i = 0; i < count; ++i) {
        const trt::Gpu gpu = cuda.gpu(i);
        has_integrated_gpu = has_integrated_gpu || gpu.integrated;
        if (i == 0) add("GPU", gpu.name, problem);
        add("GPU." + std::to_string(i), gpu.name, problem);
        versions.add("GPU." + std::to_string(i),
                     "compute capability " + gpu.compute_capability + (gpu.integrated ? ", integrated" : ""));
      }
      return "";
    } catch (const std::exception& exception) {
      add("GPU", "", exception.what());
      add("GPU.0", "", exception.what());
      return exception.what();
    }
  }

  void list_dlas(const std::string& gpu_problem, const trt::Library* library) {
    int cores = 0;
    std::string reason = gpu_problem.empty() ? problem : gpu_problem;
    if (reason.empty() && library != nullptr) {
      try {
        // Making a runtime may start the device, with the driver's own way of waiting for it. Only where
        // there can be a DLA, which is beside an integrated GPU alone; a session sets its way all the same,
        // and says what CUDA then tells.
        if (has_integrated_gpu) cores = trt::Library::get().make_runtime()->getNbDLACores();
      } catch (const std::exception& exception) {
        reason = exception.what();
      }
    }
    for (int core = 0; core < 2; ++core) {
      std::string why = reason;
      if (why.empty() && core >= cores)
        why = cores <= 0 ? "TensorRT finds no DLA core on this machine"
                         : "this machine has " + std::to_string(cores) + " DLA core(s)";
      add("DLA" + std::to_string(core), why.empty() ? "Deep Learning Accelerator" : "", why);
    }
  }

  void add(const std::string& name, const std::string& full_name, const std::string& reason) {
    const auto keep = [this](const std::string& text) { return texts.emplace_back(text).c_str(); };
    accelerators.push_back(
        {sizeof(assay_accelerator), keep(name), keep(full_name), reason.empty() ? 1 : 0, keep(reason)});
  }

  const char* formats[1] = {"tensorrt-engine"};
  bool has_integrated_gpu = false;
  std::deque<std::string> texts;
  std::string version;
  std::string problem;
  std::vector<assay_accelerator> accelerators;
  assay::plugin::PairList versions;
  assay_description description{};
};

int32_t describe(const assay_description** description, assay_error* error) {
  return guard(error, [&] {
    static const Description made;
    *description = &made.description;
  });
}

int32_t prepare(const assay_prepare_options* options, assay_error* error) {
  return guard(error, [&] {
    require_struct(options, "prepare: options");
    trt::build_engine(*options);
  });
}

const assay_backend_v1 kBackend = {
    sizeof(assay_backend_v1),
    ASSAY_ABI_VERSION,
    describe,
    prepare,
    Table::open,
    Table::session_info,
    Table::bind,
    Table::infer,
    Table::submit,
    Table::wait,
    nullptr,  // cancel: what is enqueued to a GPU cannot be taken back.
    Table::profile,
    Table::device_memory,
    Table::device_time,
    Table::close,
    Table::transfer_times,
};

}  // namespace

const assay_backend_v1* assay_backend(uint32_t host_abi_version) {
  return host_abi_version == ASSAY_ABI_VERSION ? &kBackend : nullptr;
}
