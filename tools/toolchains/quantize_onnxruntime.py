"""Toolchain "onnxruntime-quantizer": FP32 ONNX -> INT8 ONNX with QuantizeLinear/DequantizeLinear pairs (QDQ).

ONNX Runtime's own pre-processing step (shape inference, graph optimization), then its quantize_static. MinMax calibration
keeps two numbers of each tensor and image; entropy and percentile keep every activation of every image until the end, and
are refused when that does not fit in memory. Writes model.onnx, with model.onnx.data where the source has external data."""

import math
import os
import sys
import tempfile

if os.environ.get("PYTHONHASHSEED") != "0":  # The quantizer walks over sets of names: one order, one file.
    os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], {**os.environ, "PYTHONHASHSEED": "0"})

import onnx
import onnxruntime
from onnxruntime import quantization
from onnxruntime.quantization import shape_inference

import toolchain

METHODS = {"minmax": quantization.CalibrationMethod.MinMax, "entropy": quantization.CalibrationMethod.Entropy,
           "percentile": quantization.CalibrationMethod.Percentile}
TYPES = {"int8": quantization.QuantType.QInt8, "uint8": quantization.QuantType.QUInt8}


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


def quantize(args, calibration, channel):
    with tempfile.TemporaryDirectory(dir=args.output) as folder:
        channel.progress("reading the model")
        source = onnx.load(args.model, load_external_data=False)
        name, batch = calibration.fit(input_shapes(source))
        external = any(tensor.data_location == onnx.TensorProto.EXTERNAL for tensor in source.graph.initializer)
        channel.progress("pre-processing")
        prepared = os.path.join(folder, "prepared.onnx")
        # Symbolic shape inference is for transformers, and wants sympy; ONNX's own inference is done all the same.
        shape_inference.quant_pre_process(args.model, prepared, skip_symbolic_shape=True, save_as_external_data=external)
        refuse_what_does_not_fit(args.calibration_method, onnx.load(prepared, load_external_data=False),
                                 -(-len(calibration) // batch))
        batches = calibration.batches(batch, lambda done, total: channel.progress("collecting statistics", done, total))
        quantization.quantize_static(
            prepared, os.path.join(args.output, "model.onnx"), Reader(name, batches),
            quant_format=quantization.QuantFormat.QDQ, per_channel=args.per_channel, reduce_range=args.reduce_range,
            activation_type=TYPES[args.activation_type], weight_type=quantization.QuantType.QInt8,
            calibrate_method=METHODS[args.calibration_method], use_external_data_format=external,
            extra_options=getattr(args, "extra_options", None))
    return {"artifact": "model.onnx", "samples": len(calibration), "batch": batch,
            "versions": {"onnxruntime": onnxruntime.__version__, "onnx": onnx.__version__},
            "settings": {"calibration_method": args.calibration_method, "activation_type": args.activation_type,
                         "per_channel": str(args.per_channel).lower(), "reduce_range": str(args.reduce_range).lower()}}


if __name__ == "__main__":
    parser = toolchain.arguments(__doc__)
    parser.add_argument("--calibration-method", choices=METHODS, default="minmax")
    parser.add_argument("--activation-type", choices=TYPES, default="int8")
    parser.add_argument("--per-channel", type=toolchain.boolean, default=True, metavar="true|false")
    parser.add_argument("--reduce-range", type=toolchain.boolean, default=False, metavar="true|false",
                        help="true: 7-bit weights, for CPUs with AVX2 or AVX-512 but without VNNI")
    toolchain.run(quantize, parser)
