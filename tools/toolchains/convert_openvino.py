"""Toolchain "openvino-fp16": FP32 ONNX -> OpenVINO IR whose weights are FP16.

Writes model.xml and model.bin. Weights are rounded to FP16 and decompressed to what the device computes in: FP16 on a GPU or
NPU, where the row's precision is fp16. Nothing is calibrated."""

import pathlib

import openvino

import toolchain


def convert(args, _, channel):
    channel.progress("reading the model")
    model = openvino.Core().read_model(args.model)
    channel.progress("writing")
    openvino.save_model(model, pathlib.Path(args.output, "model.xml"), compress_to_fp16=True)
    return {"artifact": "model.xml", "samples": 0, "versions": {"openvino": openvino.__version__}, "settings": {}}


if __name__ == "__main__":
    toolchain.run(convert, toolchain.arguments(__doc__, calibrates=False))
