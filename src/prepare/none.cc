// The source model is the artifact: FP32 rows, other precisions that a runtime derives itself, and models
// that come already quantized.
#include "prepare/toolchain.h"

namespace assay::prepare {

const Toolchain kNone{
    .name = "none",
    .backends = {},
    .precisions = {},
    .format = "onnx",
    .script = {},
    .min_opset = 1,
    .max_opset = 26,
    .input_types = {},
    .options = {},
    .limits = "The backend opens the source model itself.",
};

}  // namespace assay::prepare
