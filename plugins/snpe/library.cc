#include "library.h"

#include <dlfcn.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <mutex>

#include "support/fastrpc.h"
#include "support/vendor_plugin.h"

namespace assay::snpe {

using plugin::Failure;
namespace fs = std::filesystem;

namespace {

constexpr const char* kRoots[] = {"SNPE_ROOT", "QNN_SDK_ROOT", "QAIRT_SDK_ROOT"};

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

std::string machine() {
  utsname name{};
  return ::uname(&name) == 0 ? name.machine : "";
}

bool runs_ubuntu() {
  std::ifstream file("/etc/os-release");
  for (std::string line; std::getline(file, line);)
    if (line == "ID=ubuntu") return true;
  return false;
}

std::vector<fs::path> folders_of(const fs::path& parent, const std::string& prefix) {
  std::vector<fs::path> found;
  std::error_code problem;
  for (const auto& entry : fs::directory_iterator(parent, problem))
    if (entry.path().filename().string().rfind(prefix, 0) == 0) found.push_back(entry.path());
  std::sort(found.rbegin(), found.rend());
  return found;
}

// An SDK has one folder for each C library and compiler: lib/aarch64-ubuntu-gcc9.4,
// lib/aarch64-oe-linux-gcc11.2, lib/x86_64-linux-clang. This system's kind first, the newest compiler first.
void add_libraries_of(const fs::path& root, std::vector<std::string>& candidates) {
  std::vector<fs::path> folders = folders_of(root / "lib", machine() + "-");
  const std::string own = runs_ubuntu() ? "-ubuntu-" : "-oe-linux-";
  std::stable_partition(folders.begin(), folders.end(), [&](const fs::path& folder) {
    return folder.filename().string().find(own) != std::string::npos;
  });
  for (const fs::path& folder : folders) {
    const std::string name = folder.filename().string();
    if (name.find("android") != std::string::npos || name.find("windows") != std::string::npos) continue;
    candidates.push_back((folder / "libSNPE.so").string());
  }
}

std::vector<std::string> candidates() {
  if (const std::string named = environment("ASSAY_SNPE_LIB"); !named.empty()) return {named};
  std::vector<std::string> found;
  for (const char* root : kRoots)
    if (const std::string folder = environment(root); !folder.empty()) add_libraries_of(folder, found);
  found.push_back("libSNPE.so");
  return found;
}

// The DSP's loader searches ADSP_LIBRARY_PATH for the skel, a list with semicolons (Qualcomm, "DSP Runtime
// Environment", 80-63442-10). It reads the variable when the first session begins, so it can be set here.
std::string settle_adsp_path(const fs::path& library, bool& set_here) {
  if (const std::string given = environment("ADSP_LIBRARY_PATH"); !given.empty()) return given;
  std::string path;
  for (const fs::path& folder : folders_of(library.parent_path().parent_path(), "hexagon-v")) {
    std::error_code problem;
    if (fs::is_directory(folder / "unsigned", problem)) path += (folder / "unsigned").string() + ";";
  }
  if (path.empty()) return "";
  path += "/usr/lib/rfsa/adsp;/dsp";
  ::setenv("ADSP_LIBRARY_PATH", path.c_str(), 0);
  set_here = true;
  return path;
}

bool skel_lies_in(const std::string& list) {
  for (std::size_t begin = 0; begin <= list.size();) {
    const std::size_t end = std::min(list.find(';', begin), list.size());
    std::error_code problem;
    for (const auto& entry : fs::directory_iterator(list.substr(begin, end - begin), problem)) {
      const std::string name = entry.path().filename().string();
      if (name.rfind("libSnpe", 0) == 0 && name.find("Skel") != std::string::npos) return true;
    }
    begin = end + 1;
  }
  return false;
}

/// What keeps the GPU's device node from being used; "" when one of them can be opened.
std::string gpu_problem() {
  const std::vector<std::string> nodes{"/dev/kgsl-3d0", "/dev/dri/renderD128"};
  std::string denied;
  for (const std::string& node : nodes) {
    if (::access(node.c_str(), F_OK) != 0) continue;
    if (::access(node.c_str(), R_OK | W_OK) == 0) return "";
    denied = node + ": " + std::strerror(errno) + " (add the user to the node's group)";
  }
  return denied.empty() ? "this machine has no device node of a GPU (" + plugin::join(nodes, ", ") + ")"
                        : denied;
}

std::string dsp_clues(const std::string& list) {
  std::vector<std::string> clues;
  if (const std::string reason = plugin::find_dsp().reason; !reason.empty()) clues.push_back(reason);
  if (list.empty())
    clues.push_back(
        "ADSP_LIBRARY_PATH is not set: it must name the folder with libSnpeHtpV68Skel.so (of "
        "lib/hexagon-v68/unsigned "
        "in the SDK, for a QCS6490), folders separated by semicolons");
  else if (!skel_lies_in(list))
    clues.push_back("no libSnpe*Skel.so lies in ADSP_LIBRARY_PATH=" + list);
  return plugin::join(clues, "; ");
}

assay_code code_of(ErrorCode code) {
  if (code == 500 || code == 904 || code == 2006 || code == 2010) return ASSAY_ERROR_UNAVAILABLE;
  if (code >= 300 && code < 316) return ASSAY_ERROR_INVALID;  // DLCONTAINER_*
  if (code >= 100 && code < 200) return ASSAY_ERROR_INVALID;  // CONFIG_*
  if (code == 402 || code == 600 || code == 700 || code == 800 || code == 900 ||
      (code >= 1000 && code < 1100))
    return ASSAY_ERROR_UNSUPPORTED;  // Layers that the runtime does not take.
  return ASSAY_ERROR_VENDOR;
}

}  // namespace

std::shared_ptr<Library> Library::open() {
  static std::mutex mutex;
  static std::shared_ptr<Library> opened;
  const std::lock_guard<std::mutex> lock(mutex);
  if (opened) return opened;

  return opened = plugin::first_usable(
             candidates(),
             "no usable libSNPE.so. Unpack Qualcomm's Neural Processing SDK or QAIRT and set SNPE_ROOT (or "
             "QNN_SDK_ROOT, QAIRT_SDK_ROOT) to its folder, or set ASSAY_SNPE_LIB to the library",
             [](const std::string& candidate) { return std::shared_ptr<Library>(new Library(candidate)); });
}

Library::Library(const std::string& path) {
  void* handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) throw Failure(ASSAY_ERROR_NOT_FOUND, dlerror());
  std::vector<std::string> missing;
  const auto resolve = [handle](auto& pointer, const char* name) {
    pointer = reinterpret_cast<std::remove_reference_t<decltype(pointer)>>(dlsym(handle, name));
    return pointer != nullptr;
  };
#define ASSAY_SNPE_RESOLVE(result, name, parameters) \
  if (!resolve(api_.name, "Snpe_" #name)) missing.push_back("Snpe_" #name);
  ASSAY_SNPE_REQUIRED(ASSAY_SNPE_RESOLVE)
#undef ASSAY_SNPE_RESOLVE
#define ASSAY_SNPE_RESOLVE(result, name, parameters) resolve(api_.name, "Snpe_" #name);
  ASSAY_SNPE_OPTIONAL(ASSAY_SNPE_RESOLVE)
#undef ASSAY_SNPE_RESOLVE
  if (!missing.empty()) {
    const std::size_t count = missing.size();
    missing.resize(std::min<std::size_t>(count, 4));
    throw Failure(ASSAY_ERROR_NOT_FOUND, path + ": " + std::to_string(count) +
                                             " functions of SNPE's C API are missing (" +
                                             plugin::join(missing) + (count > 4 ? ", ..." : "") +
                                             "): SNPE 2 or QAIRT is needed; SNPE 1 has a C++ interface only");
  }
  Dl_info info{};
  path_ = dladdr(reinterpret_cast<const void*>(api_.SNPEBuilder_Build), &info) != 0 ? info.dli_fname : path;
  const Owned version(api_.Util_GetLibraryVersion(), api_.DlVersion_Delete);
  const char* text = version.get() != nullptr ? api_.DlVersion_ToString(version.get()) : nullptr;
  version_ = text != nullptr && *text != '\0' ? text : "unknown";
  contract_ = dlsym(handle, "assay_contract_library") != nullptr;
  // Last: one that cannot be used must not leave its folders to the next.
  adsp_path_ = settle_adsp_path(path_, adsp_set_here_);
}

std::string Library::unavailable(int runtime, bool unsigned_pd) const {
  const bool dsp = runtime == kRuntimeDsp;
  const auto available = [&](bool is_unsigned) {
    return api_.Util_IsRuntimeAvailableCheckOption(runtime,
                                                   dsp && is_unsigned ? kCheckUnsignedPd : kCheckNormal) != 0;
  };
  if (available(unsigned_pd)) return "";
  const char* text = api_.ErrorCode_GetLastErrorString();
  const std::string own = text != nullptr && *text != '\0' ? std::string(" SNPE: ") + text + "." : "";
  if (dsp && available(!unsigned_pd))
    return std::string("the DSP refuses a") + (unsigned_pd ? "n unsigned" : " signed") +
           " protection domain, and takes the other kind: give the option unsigned-pd: " +
           (unsigned_pd ? "off (it needs skel libraries that are signed for this device)" : "on") + "." + own;
  if (dsp) {
    const std::string clues = dsp_clues(adsp_path_);
    return "SNPE finds no usable DSP." + own + (clues.empty() ? "" : " " + clues);
  }
  if (runtime == kRuntimeGpu || runtime == kRuntimeGpuFloat16) {
    const std::string clue = gpu_problem();
    return "SNPE finds no usable GPU: it needs Adreno's OpenCL driver (libOpenCL.so)." + own +
           (clue.empty() ? "" : " " + clue);
  }
  return "SNPE's CPU runtime says that it is not available." + own;
}

void Library::fail(const std::string& what) const {
  const ErrorCode code = api_.ErrorCode_getLastErrorCode();
  const char* text = api_.ErrorCode_GetLastErrorString();
  std::string message =
      what + ": SNPE's error " + std::to_string(code) + ": " + (text != nullptr ? text : "");
  const bool memory = code == 15 || code == 2002 || message.find("bad_alloc") != std::string::npos;
  if (memory) message += " (out of memory)";
  if (code == 904 || (code >= 908 && code <= 911)) {
    const std::string clues = dsp_clues(adsp_path_);
    if (!clues.empty()) message += " (" + clues + ")";
  }
  throw Failure(code_of(code), message, code);
}

void Library::check(ErrorCode code, const std::string& what) const {
  if (code != 0) fail(what);
}

Handle Library::need(Handle handle, const std::string& what) const {
  if (handle == nullptr) fail(what);
  return handle;
}

}  // namespace assay::snpe
