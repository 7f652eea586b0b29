// Contexts for Qualcomm's HTP: quantized by ONNX Runtime's quantizer with QNN's own rules, composed and
// serialized by the plugin.
#include "prepare/toolchain.h"

namespace assay::prepare {
namespace {

// Names and values are the provider's: plugins/qnn checks them.
const ToolchainOption kFp16{
    "enable_htp_fp16_precision", {"1", "0"}, "1: float graphs in fp16, from V69 on; 0: in fp32"};
/// Of a row that asks for fp16: in fp32 it would be INVALID.
const ToolchainOption kFp16Only{
    "enable_htp_fp16_precision", {"1"}, "the row asks for fp16, and fp32 would be another precision"};

std::vector<ToolchainOption> context_options(const ToolchainOption& fp16) {
  return {
      {"htp_arch", {"68", "69", "73", "75", "79", "81"}, "Hexagon that the context is for; 68: a QCS6490's"},
      {"soc_model", {}, "Qualcomm's number of the SoC; default: one with that Hexagon, 35 (QCS6490) for 68"},
      {"vtcm_mb", {}, "of tightly coupled memory that the graph may use; 0: as the SoC has it"},
      {"htp_graph_finalization_optimization_mode",
       {"0", "1", "2", "3"},
       "3: longest preparation, fastest graph"},
      fp16,
      {"offload_graph_io_quantization", {"0", "1"}, "1: inputs and outputs are quantized on the CPU"},
  };
}

}  // namespace

const Toolchain kQnn{
    .name = "qnn",
    .backends = {"qnn"},
    .precisions = {"int8"},
    .format = "qnn-context",
    .script = "quantize_qnn.py",
    .calibrates = true,
    .builds = true,
    .min_opset = 7,
    .max_opset = 26,  // ONNX Runtime 1.31.1 refuses 27.
    .input_types = {"f32"},
    .options = {{"calibration-method", {"minmax", "entropy", "percentile"}, "how ranges are found"},
                {"activation-type", {"uint8", "uint16"}, "of activations, asymmetric"},
                {"weight-type", {"int8", "uint8"}, "int8: symmetric"},
                {"per-channel", {"true", "false"}, "one scale per output channel of a convolution's weight"}},
    .build_options = context_options(kFp16),
    .limits =
        "Static shapes only. minmax streams; entropy and percentile keep every activation of every image. "
        "The context "
        "holds for one QAIRT version, Hexagon and SoC.",
};

const Toolchain kQnnFloat{
    .name = "qnn-float",
    .backends = {"qnn"},
    .precisions = {"fp16"},
    .format = "qnn-context",
    .builds = true,
    .min_opset = 7,
    .max_opset = 26,
    .input_types = {"f32"},
    .options = {},
    .build_options = context_options(kFp16Only),
    .limits =
        "The model as it is, computed in fp16. Needs htp_arch 69 or newer: a QCS6490 (68) has integers only.",
};

}  // namespace assay::prepare
