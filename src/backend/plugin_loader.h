// Loads one plugin through the ABI. C++17 and libc only: the worker is built of it, on old compilers too.
#pragma once

#include <string>

#include "assay/backend_abi.h"

namespace assay::backend {

struct PluginError {
  int code = ASSAY_OK;  ///< An assay_code.
  std::string text;
};

/// dlopen()s the plugin and checks its table. It is never unloaded: vendors' libraries do not survive that.
/// nullptr on errors: ASSAY_ERROR_NOT_FOUND (no such file), ASSAY_ERROR_UNAVAILABLE (a library that it needs
/// is missing, or it serves another ABI version), ASSAY_ERROR_INVALID (not a plugin, or its table has holes).
const assay_backend_v1* load_plugin(const std::string& path, PluginError& error);

/// "invalid", "not_found", ...: the name of an assay_code on the wire and in messages.
const char* code_name(int code);

}  // namespace assay::backend
