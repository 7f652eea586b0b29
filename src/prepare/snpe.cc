// DLCs for SNPE by the user's own SDK, whose programs are not ours to ship: quantized from the shared
// calibration tensors, or in floating point.
#include <cstdlib>

#include "base/digest.h"
#include "base/file.h"
#include "base/text.h"
#include "prepare/toolchain.h"

namespace assay::prepare {
namespace {

namespace fs = std::filesystem;

constexpr const char* kRoots[] = {"SNPE_ROOT", "QNN_SDK_ROOT", "QAIRT_SDK_ROOT"};

/// "product: QAIRT", "version: 2.22.6" and "build_id: 240515184619_92920" of an SDK's sdk.yaml.
std::string version_in(const std::string& yaml) {
  std::string version;
  for (const char* key : {"product: ", "version: ", "build_id: "})
    for (const std::string& line : split(yaml, '\n'))
      if (line.rfind(key, 0) == 0)
        version += (version.empty() ? "" : " ") + std::string(trim(line.substr(std::string(key).size())));
  return version;
}

// All that convert_snpe.py may start.
constexpr const char* kPrograms[] = {"snpe-onnx-to-dlc", "snpe-dlc-quantize", "snpe-dlc-quant",
                                     "qairt-converter",  "qairt-quantizer",   "snpe-dlc-graph-prepare"};

/// Which SDK will convert: its version, and the programs themselves, because a folder may be renamed and a
/// program replaced. What those load (Python packages, libraries) is taken to be its release's.
Result<std::string> sdk_identity() {
  for (const char* name : kRoots) {
    const char* root = std::getenv(name);
    if (root == nullptr || *root == '\0') continue;
    const fs::path programs = fs::path(root) / "bin" / "x86_64-linux-clang";
    std::error_code error;
    if (!fs::is_directory(programs, error))
      return fail(Code::kUnavailable, std::string(name) + " is " + root + ", and there is no " +
                                          programs.string() +
                                          ", which holds the converters of an SNPE or QAIRT SDK");
    std::string version;
    if (const auto yaml = read_file(fs::path(root) / "sdk.yaml")) version = version_in(*yaml);
    // Older SDKs have no sdk.yaml: their folder carries the version in its name.
    if (version.empty()) version = fs::weakly_canonical(root, error).filename().string();
    Sha256 identity;
    identity.field(version);
    for (const char* program : kPrograms) {
      if (!fs::exists(programs / program, error)) continue;
      ASSAY_TRY(const std::string content, sha256_file(programs / program));
      identity.field(program).field(content);
    }
    return identity.hex();
  }
  return fail(
      Code::kUnavailable,
      "DLCs are made by Qualcomm's Neural Processing SDK or QAIRT, which everybody downloads for himself: "
      "set "
      "SNPE_ROOT (or QNN_SDK_ROOT, QAIRT_SDK_ROOT) to its folder, or give the row the DLC that was made "
      "elsewhere (artifact)");
}

const ToolchainOption kNames{
    "names",
    {"auto", "old", "new"},
    "programs: snpe-onnx-to-dlc and snpe-dlc-quantize, or qairt-converter and qairt-quantizer; "
    "auto: the old ones where the SDK has them"};
const ToolchainOption kIoLayout{"io-layout",
                                {"nhwc", "nchw"},
                                "of the DLC's inputs and outputs: nhwc is transposed by the plugin, inside "
                                "the latency; nchw inside the network"};
const ToolchainOption kBackend{
    "target-backend",
    {"default", "HTP", "DSP", "GPU", "CPU"},
    "of the new programs: what the graph is made for, and may not run elsewhere; their "
    "default is HTP"};
const ToolchainOption kSocs{
    "htp-socs", {}, "prepares the graph for these SoCs (qcs6490), so that opening it on the device is fast"};
const ToolchainOption kArchs{"htp-archs", {}, "the same by architecture (v68)"};
const ToolchainOption kLevel{"optimization-level", {"2", "1", "3"}, "of that preparation; 3 takes longest"};

}  // namespace

const Toolchain kSnpe{
    .name = "snpe",
    .backends = {"snpe"},
    .precisions = {"int8"},
    .format = "snpe-dlc",
    .script = "convert_snpe.py",
    .calibrates = true,
    // 21 is the newest opset that the tools document (Qualcomm 80-63442-2 Rev BL); older SDKs take less, and
    // say so.
    .min_opset = 7,
    .max_opset = 21,
    .input_types = {"f32"},
    .options = {kNames,
                kIoLayout,
                kBackend,
                {"act-bitwidth", {"8", "16"}, "bits of activations"},
                {"bias-bitwidth", {"8", "32"}, "bits of biases; 8 is the tools' default"},
                {"per-channel", {"true", "false"}, "one scale per output channel of a weight"},
                {"activation-calibration",
                 {"min-max", "enhanced", "sqnr", "entropy", "mse", "percentile"},
                 "how ranges are found; enhanced is of the old programs, the four after it of the new"},
                {"activation-schema", {"asymmetric", "symmetric"}, "of activations"},
                {"weight-schema", {"asymmetric", "symmetric"}, "of weights"},
                {"cle", {"false", "true"}, "cross-layer equalization"},
                kSocs,
                kArchs,
                kLevel},
    .limits =
        "Needs the user's SDK (SNPE_ROOT, QNN_SDK_ROOT or QAIRT_SDK_ROOT) on an x86-64 host, and a batch of "
        "1.",
    .identity = sdk_identity,
};

const Toolchain kSnpeFloat{
    .name = "snpe-float",
    .backends = {"snpe"},
    .precisions = {"fp32", "fp16"},
    .format = "snpe-dlc",
    .script = "convert_snpe.py",
    .min_opset = 7,
    .max_opset = 21,
    .input_types = {"f32"},
    .options = {kNames,
                kIoLayout,
                kBackend,
                {"float-bitwidth",
                 {"32", "16"},
                 "of the DLC; a GPU runs either in 16 bits where the row says fp16"},
                kSocs,
                kArchs,
                kLevel},
    .limits = "Needs the user's SDK, as snpe does. What is executed is the runtime's to decide.",
    .identity = sdk_identity,
};

}  // namespace assay::prepare
