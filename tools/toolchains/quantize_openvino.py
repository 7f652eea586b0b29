"""Toolchain "nncf": FP32 ONNX -> INT8 OpenVINO IR by NNCF's post-training quantization.

Writes model.xml and model.bin. Statistics are collected in FP32 (NNCF's own default), whatever the CPU prefers."""

import os
import pathlib

os.environ["NNCF_CI"] = "1"  # NNCF's way to switch its usage reports off: a benchmark does not phone home.

import nncf
import openvino

import toolchain

PRESETS = {"mixed": nncf.QuantizationPreset.MIXED, "performance": nncf.QuantizationPreset.PERFORMANCE}
MODEL_TYPES = {"none": None, "transformer": nncf.ModelType.TRANSFORMER}


class Source:
    """NNCF goes over the data once for each algorithm that wants statistics; every pass is reported as one."""

    def __init__(self, calibration, batch, channel):
        self._calibration, self._batch, self._channel, self._passes = calibration, batch, channel, 0

    def __iter__(self):
        self._passes += 1
        phase = f"collecting statistics, pass {self._passes}"
        return self._calibration.batches(self._batch, lambda done, total: self._channel.progress(phase, done, total))


def quantize(args, calibration, channel):
    channel.progress("reading the model")
    model = openvino.Core().read_model(args.model)
    # A port may have several names; the first is the ONNX input's.
    shapes = {port.get_any_name(): [None if dim.is_dynamic else dim.get_length() for dim in port.get_partial_shape()]
              for port in model.inputs}
    _, batch = calibration.fit(shapes)
    dataset = nncf.Dataset(Source(calibration, batch, channel))
    batches = -(-len(calibration) // batch)
    quantized = nncf.quantize(model, dataset, preset=PRESETS[args.preset], model_type=MODEL_TYPES[args.model_type],
                              fast_bias_correction=args.fast_bias_correction, subset_size=batches)
    channel.progress("writing")
    # Uncompressed: what stays floating-point stays as accurate as in the source.
    openvino.save_model(quantized, pathlib.Path(args.output, "model.xml"), compress_to_fp16=False)
    return {"artifact": "model.xml", "samples": len(calibration), "batch": batch,
            "versions": {"nncf": nncf.__version__, "openvino": openvino.__version__},
            "settings": {"preset": args.preset, "model_type": args.model_type,
                         "fast_bias_correction": str(args.fast_bias_correction).lower()}}


if __name__ == "__main__":
    parser = toolchain.arguments(__doc__)
    parser.add_argument("--preset", choices=PRESETS, default="mixed",
                        help="mixed: asymmetric activations where they may be negative; performance: symmetric everywhere")
    parser.add_argument("--model-type", choices=MODEL_TYPES, default="none")
    parser.add_argument("--fast-bias-correction", type=toolchain.boolean, default=True, metavar="true|false",
                        help="false: exact correction, much slower")
    toolchain.run(quantize, parser)
