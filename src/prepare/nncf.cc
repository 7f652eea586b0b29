// INT8 for OpenVINO by NNCF's post-training quantization. OpenVINO reads ONNX itself, so the source needs no
// conversion.
#include "prepare/toolchain.h"

namespace assay::prepare {

const Toolchain kNncf{
    .name = "nncf",
    .backends = {"openvino"},
    .precisions = {"int8"},
    .format = "openvino-ir",
    .script = "quantize_openvino.py",
    .calibrates = true,
    // Tried from 7 up; 26 is the newest that ONNX Runtime, the reference of every comparison, still loads.
    .min_opset = 7,
    .max_opset = 26,
    .input_types = {"f32", "u8"},
    .options = {{"preset",
                 {"mixed", "performance"},
                 "activations: asymmetric where they may be negative, or always symmetric"},
                {"model-type", {"none", "transformer"}, "the scheme of transformers"},
                {"fast-bias-correction", {"true", "false"}, "false: exact correction, much slower"}},
    .limits =
        "Statistics are collected in FP32. What stays floating-point is not compressed. Artifacts are the "
        "same byte for byte each time.",
};

}  // namespace assay::prepare
