// The SNPE backend: what it says of itself, and its table of ABI functions.
#include "session.h"
#include "support/session_table.h"

using assay::plugin::guard;
using Table = assay::plugin::SessionTable<assay::snpe::Session>;

namespace {

// Made once and kept for ever, as describe() promises.
struct Description {
  Description() {
    static const char* const names[] = {"DSP", "GPU", "CPU"};
    static const char* const full_names[] = {"Hexagon DSP (HTP)", "Adreno GPU", "CPU"};
    static const int runtimes[] = {assay::snpe::kRuntimeDsp, assay::snpe::kRuntimeGpu,
                                   assay::snpe::kRuntimeCpu};
    try {
      const auto library = assay::snpe::Library::open();
      version = library->version();
      if (library->contract()) version += " (assay contract library: simulated)";
      simulated = library->contract();
      versions.add("library", library->path());
      versions.add("ADSP_LIBRARY_PATH", library->adsp_path());
      for (int i = 0; i < 3; ++i) reasons[i] = library->unavailable(runtimes[i], true);
    } catch (const std::exception& exception) {
      problem = exception.what();
      for (std::string& reason : reasons) reason = "libSNPE.so cannot be loaded";
    }
    for (int i = 0; i < 3; ++i)
      accelerators[i] = {sizeof(assay_accelerator), names[i], full_names[i], reasons[i].empty() ? 1 : 0,
                         reasons[i].c_str()};
    description.struct_size = sizeof(description);
    description.name = "snpe";
    description.plugin_version = ASSAY_VERSION;
    description.runtime_version = version.c_str();
    description.runtime_problem = problem.c_str();
    description.simulated = simulated ? 1 : 0;
    description.accelerator_count = 3;
    description.accelerators = accelerators;
    description.version_count = versions.size();
    description.versions = versions.data();
    description.artifact_format_count = 1;
    description.artifact_formats = formats;
    description.stack = "native SDK";
  }

  const char* formats[1] = {"snpe-dlc"};
  std::string version;
  std::string problem;
  bool simulated = false;
  std::string reasons[3];
  assay_accelerator accelerators[3]{};
  assay::plugin::PairList versions;
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
    nullptr,  // prepare: the DLC is made on a host, by the SDK's programs (toolchain snpe).
    Table::open,
    Table::session_info,
    Table::bind,
    Table::infer,
    Table::submit,
    Table::wait,
    nullptr,  // cancel: SNPE has no way to stop an inference.
    Table::profile,
    nullptr,  // device_memory: SNPE does not tell it.
    nullptr,  // device_time: SNPE tells a mean in its log only, not the time of one inference.
    Table::close,
    nullptr,  // transfer_times: as device_time.
};

}  // namespace

const assay_backend_v1* assay_backend(uint32_t host_abi_version) {
  return host_abi_version == ASSAY_ABI_VERSION ? &kBackend : nullptr;
}
