// INT8 for ONNX Runtime by its own quantizer: QuantizeLinear/DequantizeLinear pairs in the ONNX graph.
#include "prepare/toolchain.h"

namespace assay::prepare {

const Toolchain kOnnxRuntimeQuantizer{
    .name = "onnxruntime-quantizer",
    .backends = {"onnxruntime", "openvino"},
    .precisions = {"int8"},
    .format = "onnx",
    .script = "quantize_onnxruntime.py",
    .calibrates = true,
    .min_opset = 7,
    .max_opset = 26,  // ONNX Runtime 1.31.1 refuses 27.
    .input_types = {"f32", "u8"},
    .options = {{"calibration-method", {"minmax", "entropy", "percentile"}, "how ranges are found"},
                {"activation-type", {"int8", "uint8"}, "of activations; weights are int8"},
                {"per-channel", {"true", "false"}, "one scale per output channel of a weight"},
                {"reduce-range", {"false", "true"}, "7-bit weights, for CPUs without VNNI"}},
    .limits =
        "minmax streams. entropy and percentile keep every activation of every image, and are refused when "
        "that does "
        "not fit in memory. Artifacts are the same byte for byte each time.",
};

}  // namespace assay::prepare
