// The built-in backends: an explicit table of names, and where their plugins lie.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "base/status.h"

namespace assay::backend {

struct BuiltinBackend {
  std::string_view name;     ///< As a spec names it: "openvino".
  std::string_view summary;  ///< One line for `assay doctor` and messages.
};

/// Every backend that ships with assay, in the order in which they are listed to a user.
std::span<const BuiltinBackend> builtin_backends();

/// The shared library of a built-in backend: libassay_<name>.so in a folder of $ASSAY_PLUGIN_PATH
/// (colon-separated, searched first) or in plugins/ beside the running program. Errors: kInvalidInput (no
/// such backend; the nearest right name is told), kNotFound (known, but not built).
Result<std::filesystem::path> plugin_path(std::string_view name);

}  // namespace assay::backend
