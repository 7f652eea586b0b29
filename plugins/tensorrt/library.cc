#include "library.h"

#include <dlfcn.h>

#include <cstdio>
#include <cstdlib>
#include <vector>

namespace assay::tensorrt {

using plugin::Failure;

namespace {

constexpr std::size_t kLongestErrors = 1200;  // Of ASSAY_ERROR_TEXT: the rest is ours.

std::vector<std::string> folders() {
  if (const char* named = std::getenv("ASSAY_TENSORRT_DIR"); named != nullptr && *named != '\0')
    return {std::string(named) + "/"};
  std::vector<std::string> list{""};  // The loader's.
#ifdef ASSAY_TENSORRT_LEAN_DIR
  list.push_back(std::string(ASSAY_TENSORRT_LEAN_DIR) + "/");
#endif
  return list;
}

/// The first of the names that opens in the folder; null, and why, where none does.
void* open_first(const std::string& folder, const std::vector<std::string>& names, std::string& problem) {
  for (const std::string& name : names) {
    if (void* handle = dlopen((folder + name).c_str(), RTLD_NOW | RTLD_GLOBAL)) return handle;
    problem += std::string(problem.empty() ? "" : "\n  ") + dlerror();
  }
  return nullptr;
}

std::vector<std::string> names_of(const std::string& stem) {
  return {stem + ".so." + std::to_string(compat::kMajor), stem + ".so"};
}

}  // namespace

void Log::log(Severity severity, const char* text) noexcept {
  static const char* const kNames[] = {"internal error", "error", "warning", "info", "verbose"};
  const auto level = static_cast<int>(severity);
  std::printf("[TensorRT] %s: %s\n", level >= 0 && level <= 4 ? kNames[level] : "?", text);
  if (severity != Severity::kERROR && severity != Severity::kINTERNAL_ERROR) return;
  try {
    const std::lock_guard<std::mutex> lock(mutex_);
    errors_ += std::string(errors_.empty() ? "" : "\n") + text;
    if (errors_.size() > kLongestErrors) errors_.erase(0, errors_.size() - kLongestErrors);
  } catch (...) {  // No memory for a message: it was printed.
  }
}

std::string Log::take_errors() {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::string errors;
  errors.swap(errors_);
  return errors;
}

std::string Version::text() const {
  return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
}

Version decode_version(int number) {
  const int unit = number >= 10000 ? 10000 : 1000;
  return {number / unit, number % unit / 100, number % 100};
}

Library& Library::get() {
  static Library* opened = nullptr;
  if (opened != nullptr) return *opened;
  std::string tried;
  // Not first_usable(): a library of another major version ends the search, with a message of its own.
  for (const std::string& folder : folders()) {
    try {
      opened = new Library(folder);
      return *opened;
    } catch (const Failure& failure) {
      if (failure.code != ASSAY_ERROR_NOT_FOUND) throw;
      tried += std::string("\n  ") + failure.what();
    }
  }
  throw Failure(ASSAY_ERROR_NOT_FOUND,
                "no usable TensorRT library: install NVIDIA's (JetPack has it), or name its folder in "
                "ASSAY_TENSORRT_DIR. Tried:" +
                    tried);
}

Library::Library(const std::string& folder) {
  std::string problem;
  void* handle = open_first(folder, names_of("libnvinfer"), problem);
  const bool lean = handle == nullptr;
  if (lean) handle = open_first(folder, names_of("libnvinfer_lean"), problem);
  if (handle == nullptr) throw Failure(ASSAY_ERROR_NOT_FOUND, problem);

  const auto get_version = reinterpret_cast<std::int32_t (*)()>(dlsym(handle, "getInferLibVersion"));
  create_runtime_ = reinterpret_cast<Create>(dlsym(handle, "createInferRuntime_INTERNAL"));
  if (get_version == nullptr || create_runtime_ == nullptr)
    throw Failure(ASSAY_ERROR_NOT_FOUND, folder +
                                             "libnvinfer: exports no getInferLibVersion or no "
                                             "createInferRuntime_INTERNAL");
  Dl_info info{};
  path_ = dladdr(reinterpret_cast<const void*>(get_version), &info) != 0 ? info.dli_fname : folder;
  version_ = decode_version(get_version());
  if (version_.major != compat::kMajor)
    throw Failure(ASSAY_ERROR_UNSUPPORTED,
                  path_ + " is TensorRT " + version_.text() +
                      ", and this plugin was built with the headers of " + std::to_string(compat::kMajor) +
                      ".x, whose classes differ: build it on this machine with 'make plugin-tensorrt'");
  if (const auto contract = reinterpret_cast<const char* (*)()>(dlsym(handle, "assay_contract_library")))
    simulated_ = contract();

  create_builder_ = reinterpret_cast<Create>(dlsym(handle, "createInferBuilder_INTERNAL"));
  if (create_builder_ == nullptr) {
    building_problem_ = path_ + (lean ? " is the lean runtime: it runs engines and cannot build them"
                                      : " exports no createInferBuilder_INTERNAL");
    return;
  }
  open_parser(folder);
}

void Library::open_parser(const std::string& folder) {
  std::string problem;
  void* handle = open_first(folder, names_of("libnvonnxparser"), problem);
  if (handle != nullptr)
    create_parser_ = reinterpret_cast<CreateParser>(dlsym(handle, "createNvOnnxParser_INTERNAL"));
  if (create_parser_ == nullptr)
    building_problem_ =
        "engines cannot be built, there is no usable ONNX parser of TensorRT: " +
        (problem.empty() ? "libnvonnxparser exports no createNvOnnxParser_INTERNAL" : problem);
}

std::unique_ptr<nvinfer1::IBuilder> Library::make_builder() {
  if (!building_problem_.empty()) throw Failure(ASSAY_ERROR_UNSUPPORTED, building_problem_);
  auto* builder = static_cast<nvinfer1::IBuilder*>(create_builder_(&log_, NV_TENSORRT_VERSION));
  if (builder == nullptr)
    throw Failure(ASSAY_ERROR_VENDOR, "TensorRT made no builder: " + log_.take_errors());
  return std::unique_ptr<nvinfer1::IBuilder>(builder);
}

std::unique_ptr<nvinfer1::IRuntime> Library::make_runtime() {
  auto* runtime = static_cast<nvinfer1::IRuntime*>(create_runtime_(&log_, NV_TENSORRT_VERSION));
  if (runtime == nullptr)
    throw Failure(ASSAY_ERROR_VENDOR, "TensorRT made no runtime: " + log_.take_errors());
  return std::unique_ptr<nvinfer1::IRuntime>(runtime);
}

std::unique_ptr<nvonnxparser::IParser> Library::make_parser(nvinfer1::INetworkDefinition& network) {
  if (!building_problem_.empty()) throw Failure(ASSAY_ERROR_UNSUPPORTED, building_problem_);
  auto* parser = static_cast<nvonnxparser::IParser*>(create_parser_(&network, &log_, NV_ONNX_PARSER_VERSION));
  if (parser == nullptr)
    throw Failure(ASSAY_ERROR_VENDOR, "TensorRT made no ONNX parser: " + log_.take_errors());
  return std::unique_ptr<nvonnxparser::IParser>(parser);
}

}  // namespace assay::tensorrt
