"""Toolchain "tensorrt-qdq": FP32 ONNX -> INT8 ONNX with the QuantizeLinear/DequantizeLinear pairs that TensorRT takes.

ONNX Runtime's quantizer under TensorRT's rules: activations and weights are int8 without zero points, and biases stay
floating-point, since TensorRT's parser refuses a DequantizeLinear of int32 (github.com/onnx/onnx-tensorrt issue 850,
github.com/microsoft/onnxruntime issue 14229; NVIDIA's TensorRT documentation, "Working with Quantized Types")."""

import onnx_quantization as shared  # First: it fixes the order in which names are walked.
import quantize_onnxruntime
import toolchain

RULES = {"ActivationSymmetric": True, "WeightSymmetric": True, "QuantizeBias": False}


def quantize(args, calibration, channel):
    args.activation_type, args.reduce_range, args.extra_options = "int8", False, RULES
    made = quantize_onnxruntime.quantize(args, calibration, channel)
    made["settings"] = {"calibration_method": args.calibration_method, "per_channel": str(args.per_channel).lower(),
                        "symmetric": "true", "quantized_bias": "false"}
    return made


if __name__ == "__main__":
    parser = toolchain.arguments(__doc__)
    parser.add_argument("--calibration-method", choices=shared.METHODS, default="minmax")
    parser.add_argument("--per-channel", type=toolchain.boolean, default=True, metavar="true|false")
    toolchain.run(quantize, parser)
