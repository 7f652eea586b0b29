// The OpenVINO backend: the table of ABI functions. Each is one call of Session behind guard().
#include <algorithm>
#include <openvino/runtime/exception.hpp>

#include "device.h"
#include "session.h"
#include "support/session_table.h"

using assay::openvino::plain_text;
using assay::plugin::Failure;

namespace {

// guard() with OpenVINO's own exceptions told apart.
struct Guard {
  template <typename Body>
  static int32_t run(assay_error* error, Body&& body) noexcept {
    return assay::plugin::guard(error, [&] {
      try {
        body();
      } catch (const ov::Cancelled&) {
        throw Failure(ASSAY_ERROR_CANCELLED, "the inference was cancelled");
      } catch (const ov::NotImplemented& exception) {
        throw Failure(ASSAY_ERROR_UNSUPPORTED, plain_text(exception));
      } catch (const ov::Exception& exception) {
        throw Failure(ASSAY_ERROR_VENDOR, plain_text(exception));
      }
    });
  }
};

using Table = assay::plugin::SessionTable<assay::openvino::Session, Guard>;

// Made once and kept for ever, as describe() promises.
struct Description {
  Description() {
    version = ov::get_openvino_version().buildNumber;
    try {
      list_accelerators();
    } catch (const std::exception& exception) {
      problem = plain_text(exception);
    }
    description.struct_size = sizeof(description);
    description.name = "openvino";
    description.plugin_version = ASSAY_VERSION;
    description.runtime_version = version.c_str();
    description.runtime_problem = problem.c_str();
    description.accelerator_count = static_cast<uint32_t>(accelerators.size());
    description.accelerators = accelerators.data();
    description.version_count = versions.size();
    description.versions = versions.data();
    description.artifact_format_count = 2;
    description.artifact_formats = formats;
    description.stack = "native SDK";
  }

  void list_accelerators() {
    ov::Core& core = assay::openvino::core();
    const std::vector<std::string> present = core.get_available_devices();
    for (const std::string& device : present) {
      add(device, core.get_property(device, ov::device::full_name), "");
      for (const auto& [name, plugin] : core.get_versions(device))
        versions.add(name + " plugin", plugin.buildNumber);
      for (const auto& [name, value] : assay::openvino::device_facts(device))
        versions.add(device + " " + name, value);
    }
    for (const char* kind : {"CPU", "GPU", "NPU"}) {
      const bool found = std::any_of(present.begin(), present.end(),
                                     [&](const std::string& device) { return device.rfind(kind, 0) == 0; });
      if (!found) add(kind, "", assay::openvino::why_absent(kind));
    }
  }

  void add(const std::string& name, const std::string& full_name, const std::string& reason) {
    const auto keep = [this](const std::string& text) { return texts.emplace_back(text).c_str(); };
    accelerators.push_back(
        {sizeof(assay_accelerator), keep(name), keep(full_name), reason.empty() ? 1 : 0, keep(reason)});
  }

  const char* formats[2] = {"onnx", "openvino-ir"};
  std::deque<std::string> texts;
  std::string version;
  std::string problem;
  std::vector<assay_accelerator> accelerators;
  assay::plugin::PairList versions;
  assay_description description{};
};

int32_t describe(const assay_description** description, assay_error* error) {
  return Guard::run(error, [&] {
    static const Description made;
    *description = &made.description;
  });
}

const assay_backend_v1 kBackend = {
    sizeof(assay_backend_v1),
    ASSAY_ABI_VERSION,
    describe,
    nullptr,  // prepare: OpenVINO compiles in open().
    Table::open,
    Table::session_info,
    Table::bind,
    Table::infer,
    Table::submit,
    Table::wait,
    Table::cancel,
    Table::profile,
    Table::device_memory,
    nullptr,  // device_time
    Table::close,
    nullptr,  // transfer_times
};

}  // namespace

const assay_backend_v1* assay_backend(uint32_t host_abi_version) {
  return host_abi_version == ASSAY_ABI_VERSION ? &kBackend : nullptr;
}
