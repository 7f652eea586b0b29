#include "qnn/provider.h"

#include <dlfcn.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "qnn/advice.h"
#include "support/fastrpc.h"
#include "support/vendor_plugin.h"

namespace assay::qnn {

using onnxruntime::Handle;
using onnxruntime::Library;
using plugin::Failure;
namespace fs = std::filesystem;

namespace {

constexpr const char* kLibrary = "libonnxruntime_providers_qnn.so";
constexpr uint32_t kOldestApi =
    24;  // Whom the nodes of a graph were given to, and what a context says of itself.
constexpr size_t kLongestVendorText = 1200;

std::string find_folder() {
  std::vector<std::string> folders;
  if (const char* named = std::getenv("ASSAY_QNN_DIR"); named != nullptr && *named != '\0') {
    folders.emplace_back(named);
  } else {
    Dl_info info{};
    if (dladdr(reinterpret_cast<const void*>(&find_folder), &info) != 0 && info.dli_fname != nullptr)
      folders.push_back(fs::path(info.dli_fname).parent_path().string());
    folders.emplace_back(ASSAY_QNN_SDK_DIR);
  }
  for (const std::string& folder : folders) {
    std::error_code ignored;
    if (fs::exists(fs::path(folder) / kLibrary, ignored)) return folder;
  }
  throw Failure(ASSAY_ERROR_NOT_FOUND, std::string("no ") + kLibrary +
                                           " of onnxruntime-qnn. Run scripts/setup, or set "
                                           "ASSAY_QNN_DIR. Searched: " +
                                           plugin::join(folders));
}

// "__version__ = '2.7.0'" of the wheel's build_and_package_info.py.
std::string package_fact(const std::string& folder, const std::string& name) {
  std::ifstream file(fs::path(folder) / "build_and_package_info.py");
  for (std::string line; std::getline(file, line);) {
    if (line.rfind(name + " = '", 0) != 0 || line.back() != '\'') continue;
    const size_t begin = name.size() + 4;
    return line.substr(begin, line.size() - 1 - begin);
  }
  return "";
}

}  // namespace

Provider& Provider::get() {
  static Provider provider;  // Made again by the next call when it throws.
  return provider;
}

Provider::Provider() : library_(Library::open()), folder_(find_folder()) {
  if (library_->api_version() < kOldestApi)
    throw Failure(ASSAY_ERROR_UNAVAILABLE, "the QNN provider needs ONNX Runtime 1." +
                                               std::to_string(kOldestApi) + " or newer, and " +
                                               library_->path() + " is " + library_->version());
  enlist();
  version_ = package_fact(folder_, "__version__");
  sdk_ = package_fact(folder_, "qnn_version");
}

void Provider::enlist() {
  const OrtApi& api = library_->api();
  library_->check(api.RegisterExecutionProviderLibrary(library_->env(), kProviderName,
                                                       (fs::path(folder_) / kLibrary).c_str()),
                  "registering the QNN provider");
  const OrtEpDevice* const* devices = nullptr;
  size_t count = 0;
  library_->check(api.GetEpDevices(library_->env(), &devices, &count), "listing devices");
  for (size_t i = 0; i < count; ++i) {
    if (std::string_view(api.EpDevice_EpName(devices[i])) != kProviderName) continue;
    const OrtHardwareDeviceType type = api.HardwareDevice_Type(api.EpDevice_Device(devices[i]));
    // The NPU where it is listed; the simulator is listed as the CPU that it runs on.
    if (device_ == nullptr || type == OrtHardwareDeviceType_NPU) device_ = devices[i];
  }
  if (device_ == nullptr)
    throw Failure(ASSAY_ERROR_UNAVAILABLE, "the QNN provider of " + folder_ + " offers no device here");
}

std::string Provider::full_version() const {
  if (version_.empty()) return "onnxruntime-qnn of unknown version";
  return "onnxruntime-qnn " + version_ + (sdk_.empty() ? "" : " (QAIRT " + sdk_ + ")");
}

Handle<OrtSessionOptions> Provider::session_options(
    const Settings& settings, const std::vector<std::pair<std::string, std::string>>& more) const {
  const OrtApi& api = library_->api();
  OrtSessionOptions* options = nullptr;
  library_->check(api.CreateSessionOptions(&options), "creating session options");
  Handle<OrtSessionOptions> owner(options, api.ReleaseSessionOptions);
  const auto entry = [&](const char* key, const char* value) {
    library_->check(api.AddSessionConfigEntry(options, key, value), std::string("session option ") + key);
  };
  entry("session.disable_cpu_ep_fallback", settings.cpu_fallback ? "0" : "1");
  entry("session.record_ep_graph_assignment_info", "1");
  const std::string backend = (fs::path(folder_) / "libQnnHtp.so").string();
  std::vector<const char*> keys{"backend_path"}, values{backend.c_str()};
  for (const auto* list : {&settings.provider, &more}) {
    for (const auto& [key, value] : *list) {
      keys.push_back(key.c_str());
      values.push_back(value.c_str());
    }
  }
  library_->check(api.SessionOptionsAppendExecutionProvider_V2(options, library_->env(), &device_, 1,
                                                               keys.data(), values.data(), keys.size()),
                  "choosing the QNN provider");
  return owner;
}

Handle<OrtSession> Provider::create(const std::string& model, OrtSessionOptions* options) const {
  const OrtApi& api = library_->api();
  library_->take_errors();
  OrtSession* session = nullptr;
  OrtStatus* status = api.CreateSession(library_->env(), model.c_str(), options, &session);
  try {
    library_->check(status, "the QNN provider cannot load " + model);
  } catch (const Failure& failure) {
    const std::string logged = library_->take_errors();
    std::string text = failure.what();
    const std::string told = advice(text + logged, !kSimulated, kSimulated ? "" : plugin::find_dsp().reason);
    if (!logged.empty())
      text += "\nIt logged: " + logged.substr(0, kLongestVendorText) +
              (logged.size() > kLongestVendorText ? " ..." : "");
    throw Failure(failure.code, text + told, failure.vendor_code);
  }
  return {session, api.ReleaseSession};
}

std::optional<ContextFacts> Provider::context_facts(const std::string& model) const {
  const OrtApi& api = library_->api();
  OrtAllocator* allocator = nullptr;
  library_->check(api.GetAllocatorWithDefaultOptions(&allocator), "reading the model");
  char* text = nullptr;
  library_->check(api.GetCompatibilityInfoFromModel(model.c_str(), kProviderName, allocator, &text),
                  "ONNX Runtime cannot load " + model);
  if (text == nullptr) return std::nullopt;
  const std::string copy = text;
  library_->check(api.AllocatorFree(allocator, text), "reading the model");
  return parse_compatibility(copy);
}

Assignment read_assignment(const Library& library, OrtSession* session) {
  const OrtApi& api = library.api();
  const auto check = [&](OrtStatus* status) { library.check(status, "asking whom the graph was given to"); };
  const OrtEpAssignedSubgraph* const* subgraphs = nullptr;
  size_t subgraph_count = 0;
  check(api.Session_GetEpGraphAssignmentInfo(session, &subgraphs, &subgraph_count));
  Assignment assignment;
  for (size_t i = 0; i < subgraph_count; ++i) {
    const char* name = nullptr;
    check(api.EpAssignedSubgraph_GetEpName(subgraphs[i], &name));
    const OrtEpAssignedNode* const* nodes = nullptr;
    size_t count = 0;
    check(api.EpAssignedSubgraph_GetNodes(subgraphs[i], &nodes, &count));
    if (std::string_view(name) != kProviderName) {
      assignment.elsewhere += count;
      continue;
    }
    assignment.on_htp += count;
    for (size_t n = 0; n < count; ++n) {
      const char* node = nullptr;
      check(api.EpAssignedNode_GetName(nodes[n], &node));
      assignment.htp_nodes.emplace_back(node);
    }
  }
  return assignment;
}

}  // namespace assay::qnn
