// The ONNX Runtime backend: the table of ABI functions. Each is one call of Session behind guard().
#include <memory>

#include "session.h"

using assay::plugin::guard;
using assay::plugin::require_struct;

struct assay_session {
  explicit assay_session(const assay_open_options& options) : session(options) {}
  assay::onnxruntime::Session session;
};

namespace {

// Made once and kept for ever, as describe() promises.
struct Description {
  Description() {
    full_name = assay::plugin::cpu_name();
    try {
      const auto library = assay::onnxruntime::Library::open("");
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

int32_t open(const assay_open_options* options, assay_session** session, assay_error* error) {
  return guard(error, [&] {
    require_struct(options, "open: options");
    *session = std::make_unique<assay_session>(*options).release();
  });
}

int32_t session_info(assay_session* session, const assay_session_info** info, assay_error* error) {
  return guard(error, [&] { *info = session->session.info(); });
}

int32_t bind(assay_session* session, uint32_t slot, const assay_buffer* inputs, uint32_t input_count,
             const assay_buffer* outputs, uint32_t output_count, assay_error* error) {
  return guard(error, [&] { session->session.bind(slot, inputs, input_count, outputs, output_count); });
}

int32_t infer(assay_session* session, uint32_t slot, assay_error* error) {
  return guard(error, [&] { session->session.infer(slot); });
}

int32_t submit(assay_session* session, uint32_t slot, assay_error* error) {
  return guard(error, [&] { session->session.submit(slot); });
}

int32_t wait(assay_session* session, int64_t timeout_ns, uint32_t* slot, assay_error* error) {
  return guard(error, [&] { *slot = session->session.wait(timeout_ns); });
}

int32_t cancel(assay_session* session, assay_error* error) {
  return guard(error, [&] { session->session.cancel(); });
}

int32_t profile(assay_session* session, const assay_profile** profile, assay_error* error) {
  return guard(error, [&] { *profile = session->session.profile(); });
}

void close(assay_session* session) { delete session; }

const assay_backend_v1 kBackend = {
    sizeof(assay_backend_v1),
    ASSAY_ABI_VERSION,
    describe,
    nullptr,  // prepare: ONNX Runtime reads ONNX as it is.
    open,
    session_info,
    bind,
    infer,
    submit,
    wait,
    cancel,
    profile,
    nullptr,  // device_memory: the CPU has none of its own.
    nullptr,  // device_time: on the CPU it is the latency.
    close,
    nullptr,  // transfer_times: nothing is copied to a device.
};

}  // namespace

const assay_backend_v1* assay_backend(uint32_t host_abi_version) {
  return host_abi_version == ASSAY_ABI_VERSION ? &kBackend : nullptr;
}
