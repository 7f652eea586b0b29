"""Toolchain "qnn": FP32 ONNX -> QDQ ONNX as the HTP of a Qualcomm SoC executes it: activations uint8 or uint16, asymmetric.

qnn_preprocess_model (fusions that QNN has operators for), then ONNX Runtime's quantizer with get_qnn_qdq_config, QNN's own
rules for each operator. Writes model.onnx, with model.onnx.data where the source has external data. The device's context
binary is built from it by the plugin."""

import os
import tempfile

import onnx_quantization as shared  # First: it fixes the order in which names are walked.
import onnx
import onnxruntime
from onnxruntime import quantization
from onnxruntime.quantization import shape_inference
from onnxruntime.quantization.execution_providers import qnn

import toolchain

ACTIVATIONS = {"uint8": quantization.QuantType.QUInt8, "uint16": quantization.QuantType.QUInt16}
WEIGHTS = {"int8": quantization.QuantType.QInt8, "uint8": quantization.QuantType.QUInt8}


def quantize(args, calibration, channel):
    if args.per_channel and args.weight_type != "int8":
        raise toolchain.ToolchainError("per-channel weights are symmetric on QNN, and take weight-type int8, not "
                                       f"{args.weight_type}")
    with tempfile.TemporaryDirectory(dir=args.output) as folder:
        channel.progress("reading the model")
        source = onnx.load(args.model, load_external_data=False)
        name, batch = calibration.fit(shared.input_shapes(source))
        external = any(tensor.data_location == onnx.TensorProto.EXTERNAL for tensor in source.graph.initializer)
        channel.progress("pre-processing")
        prepared, fused = os.path.join(folder, "prepared.onnx"), os.path.join(folder, "fused.onnx")
        # Batch normalizations are folded and shapes inferred before QNN's fusions look at the graph.
        shape_inference.quant_pre_process(args.model, prepared, skip_symbolic_shape=True, save_as_external_data=external)
        model = onnx.load(prepared)
        del model.metadata_props[:]  # qnn_preprocess_model of ONNX Runtime 1.31.1 fails on a model that has any.
        if qnn.qnn_preprocess_model(model, fused, save_as_external_data=external):
            prepared = fused
        shared.refuse_what_does_not_fit(args.calibration_method, onnx.load(prepared, load_external_data=False),
                                        -(-len(calibration) // batch))
        batches = calibration.batches(batch, lambda done, total: channel.progress("collecting statistics", done, total))
        config = qnn.get_qnn_qdq_config(
            prepared, shared.Reader(name, batches), calibrate_method=shared.METHODS[args.calibration_method],
            activation_type=ACTIVATIONS[args.activation_type], weight_type=WEIGHTS[args.weight_type],
            per_channel=args.per_channel)
        config.use_external_data_format = config.use_external_data_format or external
        quantization.quantize(prepared, os.path.join(args.output, "model.onnx"), config)
    return {"artifact": "model.onnx", "samples": len(calibration), "batch": batch,
            "versions": {"onnxruntime": onnxruntime.__version__, "onnx": onnx.__version__},
            "settings": {"calibration_method": args.calibration_method, "activation_type": args.activation_type,
                         "weight_type": args.weight_type, "per_channel": str(args.per_channel).lower()}}


if __name__ == "__main__":
    parser = toolchain.arguments(__doc__)
    parser.add_argument("--calibration-method", choices=shared.METHODS, default="minmax")
    parser.add_argument("--activation-type", choices=ACTIVATIONS, default="uint8")
    parser.add_argument("--weight-type", choices=WEIGHTS, default="int8")
    parser.add_argument("--per-channel", type=toolchain.boolean, default=True, metavar="true|false")
    toolchain.run(quantize, parser)
