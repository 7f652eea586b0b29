#include "device.h"

#include <unistd.h>

#include <cctype>
#include <filesystem>
#include <map>

namespace assay::openvino {
namespace {

namespace fs = std::filesystem;

/// "f16" -> "fp16"; "" for what is no precision of arithmetic.
std::string assay_name(const std::string& openvino) {
  static const std::map<std::string, std::string> kNames{{"f32", "fp32"}, {"f16", "fp16"}, {"bf16", "bf16"},
                                                         {"i8", "int8"},  {"u8", "int8"},  {"f64", "fp64"}};
  const auto found = kNames.find(openvino);
  return found == kNames.end() ? "" : found->second;
}

DeviceNodes count_nodes(const fs::path& folder, const std::string& prefix) {
  DeviceNodes nodes;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().filename().string().rfind(prefix, 0) != 0) continue;
    ++nodes.present;
    if (access(entry.path().c_str(), R_OK | W_OK) == 0) ++nodes.readable;
  }
  return nodes;
}

}  // namespace

std::string device_kind(const std::string& device) { return device.substr(0, device.find('.')); }

std::string listed_device(const std::vector<std::string>& listed, const std::string& name) {
  for (const std::string& device : listed)
    if (device == name) return device;
  for (const std::string& device : listed)
    if (device.rfind(name + ".", 0) == 0 || device + ".0" == name) return device;
  return "";
}

DeviceNodes device_nodes(const std::string& kind) {
  if (kind == "GPU") return count_nodes("/dev/dri", "renderD");
  if (kind == "NPU") return count_nodes("/dev/accel", "accel");
  return {};
}

std::string reason_of_absence(const std::string& kind, const std::string& openvino_says, DeviceNodes nodes) {
  std::string reason = openvino_says;
  if (kind == "GPU") {
    if (nodes.present == 0)
      reason +=
          "; the kernel has no /dev/dri/renderD*: no GPU here, or no driver (i915 or xe) for it is loaded. "
          "With "
          "one, install ocl-icd-libopencl1 and intel-opencl-icd (Intel's compute-runtime)";
    else if (nodes.readable == 0)
      reason += "; /dev/dri/renderD* is there but not for this user: add it to the group render";
    else
      reason +=
          "; /dev/dri/renderD* is there and may be used: install ocl-icd-libopencl1 and intel-opencl-icd "
          "(Intel's compute-runtime), and see `clinfo`";
  } else if (kind == "NPU") {
    if (nodes.present == 0)
      reason +=
          "; the kernel has no /dev/accel/accel*: no NPU here, or its driver (intel_vpu, Linux 6.6 or newer) "
          "is "
          "not loaded. With one, install Intel's linux-npu-driver and level-zero";
    else if (nodes.readable == 0)
      reason += "; /dev/accel/accel* is there but not for this user: add it to the group render";
    else
      reason +=
          "; /dev/accel/accel* is there and may be used: install Intel's linux-npu-driver (level-zero-npu, "
          "driver-compiler-npu) and level-zero";
  }
  return reason;
}

std::string layer_precision(const std::string& kernel, const std::string& runtime_precision) {
  const auto mark = kernel.rfind("__");
  if (mark != std::string::npos) {
    const std::string named = assay_name(kernel.substr(mark + 2));
    if (!named.empty()) return named;
  }
  // A CPU's kernel: "brgconv_avx512_f32", "brgconv_avx512_amx_I8". A GPU's without its mark may end in a
  // layout.
  if (kernel.find("_gpu_") == std::string::npos) {
    std::string suffix = kernel.substr(kernel.rfind('_') + 1);
    for (char& letter : suffix) letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
    const std::string named = assay_name(suffix);
    if (!named.empty()) return named;
  }
  return assay_name(runtime_precision);
}

}  // namespace assay::openvino
