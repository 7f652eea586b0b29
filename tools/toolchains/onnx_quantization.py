"""What the scripts that use ONNX Runtime's quantizer share. MinMax calibration keeps two numbers of each tensor and image;
entropy and percentile keep every activation of every image until the end, and are refused when that does not fit in memory."""

import math
import os
import sys

# The quantizer walks over sets of names: one order, one file.
if os.environ.get("PYTHONHASHSEED") != "0":
    os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], {**os.environ, "PYTHONHASHSEED": "0"})

import onnx
from onnxruntime import quantization

import toolchain

METHODS = {"minmax": quantization.CalibrationMethod.MinMax, "entropy": quantization.CalibrationMethod.Entropy,
           "percentile": quantization.CalibrationMethod.Percentile}


class Reader(quantization.CalibrationDataReader):
    def __init__(self, name, batches):
        self._name, self._batches = name, batches

    def get_next(self):
        batch = next(self._batches, None)
        return None if batch is None else {self._name: batch}


def input_shapes(model):
    """Name -> dimensions, None where dynamic, of the inputs that are not initializers."""
    initializers = {tensor.name for tensor in model.graph.initializer}
    return {value.name: [dim.dim_value if dim.HasField("dim_value") else None for dim in value.type.tensor_type.shape.dim]
            for value in model.graph.input if value.name not in initializers}


def activation_bytes(model):
    """Of all floating-point tensors of one inference: what a histogram calibrator keeps for it."""
    total = 0
    for value in [*model.graph.value_info, *model.graph.input, *model.graph.output]:
        if value.type.tensor_type.elem_type == onnx.TensorProto.FLOAT:
            total += 4 * math.prod(max(dim.dim_value, 1) for dim in value.type.tensor_type.shape.dim)
    return total


def available_bytes():
    with open("/proc/meminfo", encoding="ascii") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith("MemAvailable:"))


def refuse_what_does_not_fit(method, model, batches):
    needed, available = activation_bytes(model) * batches, available_bytes()
    if METHODS[method] is not quantization.CalibrationMethod.MinMax and needed > 0.8 * available:
        raise toolchain.ToolchainError(
            f"{method} calibration keeps every activation of every image: about {needed / 2**30:.1f} GiB here, and "
            f"{available / 2**30:.1f} GiB are available. Use calibration 'minmax', which streams, or fewer images")
