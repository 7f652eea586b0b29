// Engines of TensorRT: built on the machine that will run them, since an engine belongs to a version and a
// device. INT8 comes from TensorRT's own entropy calibration (8.x and 10.x) or from explicit Q/DQ (all
// versions, and the only way in 11).
#include "prepare/toolchain.h"

namespace assay::prepare {
namespace {

const std::vector<std::string_view> kOffOn{"off", "on"};
const std::vector<std::string_view> kOnOff{"on", "off"};

/// As plugins/tensorrt/build_options.cc reads them.
const std::vector<ToolchainOption> kBuildOptions{
    {"workspace", {}, "MiB that the builder may use for a layer's scratch memory; without it, all there is"},
    {"timing-cache", kOnOff, "kernels that were timed before are not timed again"},
    {"sparsity", kOffOn, "kernels for weights with 2 of 4 zero may be used where the weights are so"},
    {"gpu-fallback", kOffOn, "layers that the DLA cannot take run on the GPU; off: they are an error"},
    {"dla-core", {"0", "1"}, "must agree with the accelerator, DLA0 or DLA1"},
    {"dla-sram", {}, "KiB of the DLA's managed SRAM, a power of two"},
    {"dla-local-dram", {}, "MiB of system memory for the DLA's tensors between operations, a power of two"},
    {"dla-global-dram", {}, "MiB of system memory for the DLA's weights, a power of two"},
    {"io-formats", {"source", "fp32", "fp16"}, "element type of inputs and outputs; before TensorRT 11"},
    {"optimization-level",
     {"3", "0", "1", "2", "4", "5"},
     "how long the builder searches; from TensorRT 8.6 on"},
    {"version-compatible", kOffOn, "the engine may be opened by newer versions; from TensorRT 8.6 on"},
    {"tf32", kOffOn, "FP32 layers may multiply in TF32, which has 10 bits of mantissa"},
    {"int8-fallback", {"fp32", "fp16"}, "what else an INT8 engine before TensorRT 11 may compute in"}};

}  // namespace

const Toolchain kTensorRtEntropy{
    .name = "tensorrt-entropy",
    .backends = {"tensorrt"},
    .precisions = {"int8"},
    .format = "tensorrt-engine",
    .calibrates = true,
    .builds = true,
    .min_opset = 7,
    .max_opset = 26,
    .input_types = {"f32"},
    .options = {},
    .build_options = kBuildOptions,
    .limits = "TensorRT 8.5 to 10.x. TensorRT 11 has no calibration: use tensorrt-qdq there.",
};

const Toolchain kTensorRtQdq{
    .name = "tensorrt-qdq",
    .backends = {"tensorrt"},
    .precisions = {"int8"},
    .format = "tensorrt-engine",
    .script = "quantize_tensorrt.py",
    .calibrates = true,
    .builds = true,
    .min_opset = 7,
    .max_opset = 26,
    .input_types = {"f32"},
    .options = {{"calibration-method", {"minmax", "entropy", "percentile"}, "how ranges are found"},
                {"per-channel", {"true", "false"}, "one scale per output channel of a weight"}},
    .build_options = kBuildOptions,
    .limits =
        "ONNX Runtime's quantizer without zero points and with floating-point biases, as TensorRT wants it. "
        "DLA takes Q/DQ "
        "only in newer versions: use tensorrt-entropy there.",
};

const Toolchain kTensorRt{
    .name = "tensorrt",
    .backends = {"tensorrt"},
    .precisions = {"fp32", "fp16", "int8"},
    .format = "tensorrt-engine",
    .builds = true,
    .min_opset = 7,
    .max_opset = 26,
    .input_types = {"f32", "f16", "u8"},
    .options = {},
    .build_options = kBuildOptions,
    .limits =
        "int8: of a source that has Q/DQ already. From TensorRT 11 on an engine computes in the types of its "
        "source: fp16 "
        "needs a source in FP16.",
};

}  // namespace assay::prepare
