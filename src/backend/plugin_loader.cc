#include "backend/plugin_loader.h"

#include <dlfcn.h>
#include <unistd.h>

#include "backend/abi_array.h"

namespace assay::backend {
namespace {

const assay_backend_v1* refuse(PluginError& error, int code, std::string text) {
  error = {code, std::move(text)};
  return nullptr;
}

const char* missing_function(const assay_backend_v1& table) {
  if (!table.describe) return "describe";
  if (!table.open) return "open";
  if (!table.session_info) return "session_info";
  if (!table.bind) return "bind";
  if (!table.infer) return "infer";
  if (!table.submit) return "submit";
  if (!table.wait) return "wait";
  if (!table.close) return "close";
  return nullptr;
}

}  // namespace

const assay_backend_v1* load_plugin(const std::string& path, PluginError& error) {
  if (::access(path.c_str(), F_OK) != 0)
    return refuse(error, ASSAY_ERROR_NOT_FOUND, path + ": no such plugin; build it, or correct the path");
  void* handle = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    const char* reason = ::dlerror();
    return refuse(error, ASSAY_ERROR_UNAVAILABLE,
                  std::string("the plugin cannot be loaded: ") + text_or_empty(reason));
  }
  const auto entry = reinterpret_cast<assay_backend_fn>(::dlsym(handle, ASSAY_BACKEND_SYMBOL));
  if (!entry)
    return refuse(error, ASSAY_ERROR_INVALID,
                  path + ": not an assay plugin: it has no symbol " ASSAY_BACKEND_SYMBOL);
  const assay_backend_v1* table = entry(ASSAY_ABI_VERSION);
  if (!table || table->abi_version != ASSAY_ABI_VERSION) {
    const std::string found = table ? "version " + std::to_string(table->abi_version) : "none";
    return refuse(error, ASSAY_ERROR_UNAVAILABLE,
                  path + ": expected backend ABI version " + std::to_string(ASSAY_ABI_VERSION) + ", found " +
                      found + "; rebuild the plugin against this assay");
  }
  constexpr std::size_t kLeastSize = offsetof(assay_backend_v1, transfer_times);
  if (table->struct_size < kLeastSize)
    return refuse(error, ASSAY_ERROR_INVALID,
                  path + ": its function table has " + std::to_string(table->struct_size) +
                      " bytes, expected at least " + std::to_string(kLeastSize));
  if (const char* name = missing_function(*table))
    return refuse(error, ASSAY_ERROR_INVALID, path + ": its function table lacks " + name + "()");
  return table;
}

const char* code_name(int code) {
  switch (code) {
    case ASSAY_OK:
      return "ok";
    case ASSAY_ERROR_INVALID:
      return "invalid";
    case ASSAY_ERROR_NOT_FOUND:
      return "not_found";
    case ASSAY_ERROR_UNAVAILABLE:
      return "unavailable";
    case ASSAY_ERROR_UNSUPPORTED:
      return "unsupported";
    case ASSAY_ERROR_TIMEOUT:
      return "timeout";
    case ASSAY_ERROR_CANCELLED:
      return "cancelled";
    case ASSAY_ERROR_VENDOR:
      return "vendor";
    default:
      return "unknown";
  }
}

}  // namespace assay::backend
