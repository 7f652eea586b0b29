// The ONNX Runtime backend: what it says of itself, and its table of ABI functions.
#include "session.h"
#include "support/session_table.h"

using assay::plugin::guard;
using Table = assay::plugin::SessionTable<assay::onnxruntime::Session>;

namespace {

// Made once and kept for ever, as describe() promises.
struct Description {
  Description() {
    full_name = assay::plugin::cpu_name();
    try {
      const auto library = assay::onnxruntime::Library::open();
      version = library->version();
      versions.add("library", library->path());
      versions.add("api", std::to_string(library->api_version()));
      versions.add("build", library->api().GetBuildInfoString());
      versions.add("providers", assay::plugin::join(library->providers()));
    } catch (const std::exception& exception) {
      problem = exception.what();
    }
    cpu = {sizeof(cpu), "CPU", full_name.c_str(), problem.empty() ? 1 : 0, problem.c_str()};
    description.struct_size = sizeof(description);
    description.name = "onnxruntime";
    description.plugin_version = ASSAY_VERSION;
    description.runtime_version = version.c_str();
    description.runtime_problem = problem.c_str();
    description.accelerator_count = 1;
    description.accelerators = &cpu;
    description.version_count = versions.size();
    description.versions = versions.data();
    description.artifact_format_count = 1;
    description.artifact_formats = formats;
    description.stack = "general runtime";
  }

  const char* formats[1] = {"onnx"};
  std::string full_name;
  std::string version;
  std::string problem;
  assay::plugin::PairList versions;
  assay_accelerator cpu{};
  assay_description description{};
};

int32_t describe(const assay_description** description, assay_error* error) {
  return guard(error, [&] {
    static const Description made;
    *description = &made.description;
  });
}

const assay_backend_v1 kBackend = {
    sizeof(assay_backend_v1),
    ASSAY_ABI_VERSION,
    describe,
    nullptr,  // prepare: ONNX Runtime reads ONNX as it is.
    Table::open,
    Table::session_info,
    Table::bind,
    Table::infer,
    Table::submit,
    Table::wait,
    Table::cancel,
    Table::profile,
    nullptr,  // device_memory: the CPU has none of its own.
    nullptr,  // device_time: on the CPU it is the latency.
    Table::close,
    nullptr,  // transfer_times: nothing is copied to a device.
};

}  // namespace

const assay_backend_v1* assay_backend(uint32_t host_abi_version) {
  return host_abi_version == ASSAY_ABI_VERSION ? &kBackend : nullptr;
}
