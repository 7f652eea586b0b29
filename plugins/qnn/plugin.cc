// The QNN backend: Qualcomm's Hexagon (HTP) through ONNX Runtime's QNN provider. What it says of itself, and
// its table of ABI functions.
#include "qnn/session.h"
#include "support/fastrpc.h"
#include "support/session_table.h"

using assay::plugin::guard;
using assay::plugin::require_struct;
using assay::qnn::kSimulated;
using Table = assay::plugin::SessionTable<assay::qnn::Session>;

namespace {

// Made once and kept for ever, as describe() promises.
struct Description {
  Description() {
    try {
      const auto& provider = assay::qnn::Provider::get();
      version = provider.full_version();
      versions.add("onnxruntime", provider.library().version());
      versions.add("provider", provider.version());
      versions.add("QAIRT", provider.sdk());
    } catch (const std::exception& exception) {
      problem = exception.what();
    }
    reason = problem;
    if (reason.empty() && !kSimulated) reason = assay::plugin::find_dsp().reason;
    htp = {sizeof(htp), "HTP", kSimulated ? "Hexagon HTP simulator (V68 by default)" : "Hexagon HTP",
           reason.empty() ? 1 : 0, reason.c_str()};
    description.struct_size = sizeof(description);
    description.name = "qnn";
    description.plugin_version = ASSAY_VERSION;
    description.runtime_version = version.c_str();
    description.runtime_problem = problem.c_str();
    description.simulated = kSimulated ? 1 : 0;
    description.accelerator_count = 1;
    description.accelerators = &htp;
    description.version_count = versions.size();
    description.versions = versions.data();
    description.artifact_format_count = 2;
    description.artifact_formats = formats;
    description.stack = "general runtime with the vendor's provider";
  }

  const char* formats[2] = {"onnx", "qnn-context"};
  std::string version;
  std::string problem;
  std::string reason;
  assay::plugin::PairList versions;
  assay_accelerator htp{};
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
    assay::qnn::prepare(*options);
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
    Table::cancel,
    Table::profile,
    nullptr,  // device_memory: the provider does not tell.
    nullptr,  // device_time: told by the profile only, which changes what is timed.
    Table::close,
    nullptr,  // transfer_times: likewise.
};

}  // namespace

const assay_backend_v1* assay_backend(uint32_t host_abi_version) {
  return host_abi_version == ASSAY_ABI_VERSION ? &kBackend : nullptr;
}
