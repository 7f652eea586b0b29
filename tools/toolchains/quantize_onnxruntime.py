"""Toolchain "onnxruntime-quantizer": FP32 ONNX -> INT8 ONNX with QuantizeLinear/DequantizeLinear pairs (QDQ).

ONNX Runtime's own pre-processing step (shape inference, graph optimization), then its quantize_static. Writes model.onnx,
with model.onnx.data where the source has external data."""

import os
import tempfile

import onnx_quantization as shared  # First: it fixes the order in which names are walked.
import onnx
import onnxruntime
from onnxruntime import quantization
from onnxruntime.quantization import shape_inference

import toolchain

TYPES = {"int8": quantization.QuantType.QInt8, "uint8": quantization.QuantType.QUInt8}


def quantize(args, calibration, channel):
    with tempfile.TemporaryDirectory(dir=args.output) as folder:
        channel.progress("reading the model")
        source = onnx.load(args.model, load_external_data=False)
        name, batch = calibration.fit(shared.input_shapes(source))
        external = any(tensor.data_location == onnx.TensorProto.EXTERNAL for tensor in source.graph.initializer)
        channel.progress("pre-processing")
        prepared = os.path.join(folder, "prepared.onnx")
        # Symbolic shape inference is for transformers, and wants sympy; ONNX's own inference is done all the same.
        shape_inference.quant_pre_process(args.model, prepared, skip_symbolic_shape=True, save_as_external_data=external)
        shared.refuse_what_does_not_fit(args.calibration_method, onnx.load(prepared, load_external_data=False),
                                        -(-len(calibration) // batch))
        batches = calibration.batches(batch, lambda done, total: channel.progress("collecting statistics", done, total))
        quantization.quantize_static(
            prepared, os.path.join(args.output, "model.onnx"), shared.Reader(name, batches),
            quant_format=quantization.QuantFormat.QDQ, per_channel=args.per_channel, reduce_range=args.reduce_range,
            activation_type=TYPES[args.activation_type], weight_type=quantization.QuantType.QInt8,
            calibrate_method=shared.METHODS[args.calibration_method], use_external_data_format=external)
    return {"artifact": "model.onnx", "samples": len(calibration), "batch": batch,
            "versions": {"onnxruntime": onnxruntime.__version__, "onnx": onnx.__version__},
            "settings": {"calibration_method": args.calibration_method, "activation_type": args.activation_type,
                         "per_channel": str(args.per_channel).lower(), "reduce_range": str(args.reduce_range).lower()}}


if __name__ == "__main__":
    parser = toolchain.arguments(__doc__)
    parser.add_argument("--calibration-method", choices=shared.METHODS, default="minmax")
    parser.add_argument("--activation-type", choices=TYPES, default="int8")
    parser.add_argument("--per-channel", type=toolchain.boolean, default=True, metavar="true|false")
    parser.add_argument("--reduce-range", type=toolchain.boolean, default=False, metavar="true|false",
                        help="true: 7-bit weights, for CPUs with AVX2 or AVX-512 but without VNNI")
    toolchain.run(quantize, parser)
