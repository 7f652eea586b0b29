#include "backend/registry.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <vector>

#include "base/text.h"

namespace assay::backend {
namespace {

namespace fs = std::filesystem;

constexpr std::array<BuiltinBackend, 7> kBuiltins{{
    {"openvino", "OpenVINO: Intel CPU, GPU and NPU"},
    {"onnxruntime", "ONNX Runtime: CPU"},
    {"tensorrt", "TensorRT: NVIDIA GPU, and the DLA of a Jetson"},
    {"qnn", "Qualcomm Hexagon (HTP) by ONNX Runtime's QNN provider; on x86-64 its simulator"},
    {"snpe", "Qualcomm SNPE/QAIRT: Hexagon DSP (HTP), Adreno GPU and CPU, by the user's SDK"},
    {"null", "does nothing: its time is the harness's own"},
    {"replay", "replays recorded outputs and delays; always marked simulated"},
}};

std::vector<fs::path> plugin_folders() {
  std::vector<fs::path> folders;
  if (const char* path = std::getenv("ASSAY_PLUGIN_PATH")) {
    for (const std::string& folder : split(path, ':'))
      if (!folder.empty()) folders.emplace_back(folder);
  }
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  if (!error) folders.push_back(program.parent_path() / "plugins");
  return folders;
}

}  // namespace

std::span<const BuiltinBackend> builtin_backends() { return kBuiltins; }

Result<fs::path> plugin_path(std::string_view name) {
  std::vector<std::string_view> names;
  for (const BuiltinBackend& backend : kBuiltins) names.push_back(backend.name);
  if (std::find(names.begin(), names.end(), name) == names.end()) {
    const std::string near = nearest_word(name, names);
    return fail(Code::kInvalidInput,
                "no backend is called \"" + std::string(name) + "\"" +
                    (near.empty() ? "; expected " + join_or(names) : "; did you mean \"" + near + "\"?"));
  }
  const std::string file = "libassay_" + std::string(name) + ".so";
  std::string searched;
  for (const fs::path& folder : plugin_folders()) {
    std::error_code error;
    if (fs::exists(folder / file, error)) return folder / file;
    searched += (searched.empty() ? "" : ", ") + folder.string();
  }
  return fail(Code::kNotFound, "the plugin of backend \"" + std::string(name) + "\" (" + file +
                                   ") was not built, or lies elsewhere; searched " + searched +
                                   ". Build it, or set ASSAY_PLUGIN_PATH");
}

}  // namespace assay::backend
