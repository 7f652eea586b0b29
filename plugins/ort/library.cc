#include "ort/library.h"

#include <dlfcn.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <mutex>

#include "support/vendor_plugin.h"

namespace assay::onnxruntime {

using plugin::Failure;
namespace fs = std::filesystem;

namespace {

// Every function used here is in the API since 1.17; newer tables only append.
constexpr uint32_t kOldestApi = 17;
constexpr size_t kKeptErrors = 8;

fs::path plugin_folder() {
  Dl_info info{};
  if (dladdr(reinterpret_cast<const void*>(&plugin_folder), &info) == 0 || info.dli_fname == nullptr)
    return {};
  return fs::path(info.dli_fname).parent_path();
}

// The wheel's file carries its version in its name: libonnxruntime.so.1.31.1.
void add_libraries_of(const fs::path& folder, std::vector<std::string>& candidates) {
  std::error_code problem;
  std::vector<std::string> found;
  for (const auto& entry : fs::directory_iterator(folder, problem)) {
    const std::string name = entry.path().filename().string();
    if (name.rfind("libonnxruntime.so", 0) == 0) found.push_back(entry.path().string());
  }
  std::sort(found.rbegin(), found.rend());
  candidates.insert(candidates.end(), found.begin(), found.end());
}

std::vector<std::string> candidates() {
  if (const char* named = std::getenv("ASSAY_ONNXRUNTIME_LIB"); named != nullptr && *named != '\0')
    return {named};
  std::vector<std::string> found;
  add_libraries_of(plugin_folder(), found);
  add_libraries_of(ASSAY_ONNXRUNTIME_DIR, found);
  found.insert(found.end(), {"libonnxruntime.so.1", "libonnxruntime.so"});
  return found;
}

}  // namespace

std::shared_ptr<Library> Library::open() {
  static std::mutex mutex;
  static std::shared_ptr<Library> opened;
  const std::lock_guard lock(mutex);
  if (opened) return opened;

  return opened = plugin::first_usable(
             candidates(), "no usable ONNX Runtime library. Run scripts/setup or set ASSAY_ONNXRUNTIME_LIB",
             [](const std::string& candidate) { return std::shared_ptr<Library>(new Library(candidate)); });
}

Library::Library(const std::string& path) {
  void* handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) throw Failure(ASSAY_ERROR_NOT_FOUND, dlerror());
  using GetApiBase = const OrtApiBase* (*)();
  const auto get_base = reinterpret_cast<GetApiBase>(dlsym(handle, "OrtGetApiBase"));
  if (get_base == nullptr) throw Failure(ASSAY_ERROR_NOT_FOUND, path + ": exports no OrtGetApiBase");
  const OrtApiBase* base = get_base();
  version_ = base->GetVersionString();

  // Asking for a table that the library does not have prints a complaint: begin with the one that its version
  // implies.
  const size_t dot = version_.find('.');
  const auto minor =
      static_cast<uint32_t>(dot == std::string::npos ? 0 : std::atoi(version_.c_str() + dot + 1));
  for (api_version_ = std::min<uint32_t>(ORT_API_VERSION, std::max(minor, kOldestApi));
       api_version_ >= kOldestApi; --api_version_) {
    if ((api_ = base->GetApi(api_version_)) != nullptr) break;
  }
  if (api_ == nullptr)
    throw Failure(ASSAY_ERROR_NOT_FOUND, path + ": ONNX Runtime " + version_ + " is older than 1." +
                                             std::to_string(kOldestApi) + ", the oldest that is supported");

  Dl_info info{};
  path_ = dladdr(reinterpret_cast<const void*>(get_base), &info) != 0 ? info.dli_fname : path;
  check(api_->CreateEnvWithCustomLogger(&Library::log, this, ORT_LOGGING_LEVEL_WARNING, "assay", &env_),
        "creating ONNX Runtime's environment");
}

void ORT_API_CALL Library::log(void* self, OrtLoggingLevel severity, const char*, const char*,
                               const char* where, const char* message) {
  std::fprintf(stderr, "onnxruntime: %s [%s]\n", message, where);
  if (severity < ORT_LOGGING_LEVEL_ERROR) return;
  auto& library = *static_cast<Library*>(self);
  const std::lock_guard lock(library.errors_mutex_);
  library.errors_.emplace_back(message);
  if (library.errors_.size() > kKeptErrors) library.errors_.pop_front();
}

std::string Library::take_errors() {
  const std::lock_guard lock(errors_mutex_);
  std::string text;
  for (const std::string& error : errors_) text += (text.empty() ? "" : "\n") + error;
  errors_.clear();
  return text;
}

std::vector<std::string> Library::providers() const {
  char** names = nullptr;
  int count = 0;
  check(api_->GetAvailableProviders(&names, &count), "listing execution providers");
  std::vector<std::string> providers(names, names + count);
  check(api_->ReleaseAvailableProviders(names, count), "listing execution providers");
  return providers;
}

void Library::check(OrtStatus* status, const std::string& what) const {
  if (status == nullptr) return;
  const OrtErrorCode code = api_->GetErrorCode(status);
  const std::string text = what + ": " + api_->GetErrorMessage(status);
  api_->ReleaseStatus(status);
  switch (code) {
    case ORT_NO_SUCHFILE:
      throw Failure(ASSAY_ERROR_NOT_FOUND, text, code);
    case ORT_INVALID_ARGUMENT:
    case ORT_INVALID_GRAPH:
    case ORT_NO_MODEL:
      throw Failure(ASSAY_ERROR_INVALID, text, code);
    case ORT_INVALID_PROTOBUF:
      throw Failure(ASSAY_ERROR_INVALID, text + " (is the file cut short, or no ONNX?)", code);
    case ORT_NOT_IMPLEMENTED:
      throw Failure(ASSAY_ERROR_UNSUPPORTED, text, code);
    default:
      throw Failure(ASSAY_ERROR_VENDOR, text, code);
  }
}

}  // namespace assay::onnxruntime
