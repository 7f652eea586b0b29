// FP16 for OpenVINO: the intermediate representation with weights in FP16, as Intel's GPUs and NPUs compute.
#include "prepare/toolchain.h"

namespace assay::prepare {

const Toolchain kOpenVinoFp16{
    .name = "openvino-fp16",
    .backends = {"openvino"},
    .precisions = {"fp16"},
    .format = "openvino-ir",
    .script = "convert_openvino.py",
    .min_opset = 7,
    .max_opset = 26,
    .input_types = {},
    .options = {},
    .limits =
        "Nothing is calibrated. Weights are rounded to FP16; the input and output keep their types. INT8 "
        "starts "
        "from the FP32 model all the same: NNCF would otherwise quantize weights that are rounded already.",
};

}  // namespace assay::prepare
