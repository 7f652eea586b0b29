"""What INT8 costs, and what a careless calibration costs: mIoU of FP32 and of quantized graphs.

    python quantize.py ../../models/ddrnet23-slim.safetensors --calibration calib/256x512 \\
        --val val/256x512 --out quantized

Post-training quantization by ONNX Runtime (QDQ, per channel, MinMax) and by NNCF for OpenVINO,
each calibrated on generated scenes and on blank images. Blank calibration is a mistake that is
made in earnest (a calibration set never filled in): ranges then say nothing about real
activations, and the quantized network still runs without a complaint.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Callable, Iterator

import numpy as np
import torch

from data import Scenes, normalise
from evaluate import confusion, ious
from export import export_onnx
from weights import load_model

BLANKS = {"black": 0, "grey": 128}


def inputs(scenes: Scenes, count: int, blank: int | None) -> Iterator[np.ndarray]:
    """`count` normalised float32 [1,3,H,W]: the scenes, or images of one grey level."""
    for i in range(count):
        image = np.array(scenes.images[i:i + 1])
        if blank is not None:
            image[:] = blank
        yield np.ascontiguousarray(normalise(image).numpy())


def ort_quantize(source: Path, target: Path, samples: Iterator[np.ndarray]) -> None:
    from onnxruntime.quantization import (CalibrationDataReader, CalibrationMethod, QuantFormat,
                                          QuantType, quantize_static)

    class Reader(CalibrationDataReader):
        def get_next(self):
            x = next(samples, None)
            return None if x is None else {"image": x}

    quantize_static(source, target, Reader(), quant_format=QuantFormat.QDQ, per_channel=True,
                    calibrate_method=CalibrationMethod.MinMax,
                    activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8)


def ort_model(path: Path, threads: int) -> Callable[[torch.Tensor], torch.Tensor]:
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    session = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    return lambda x: torch.from_numpy(session.run(None, {"image": x.contiguous().numpy()})[0])


def openvino_model(model, threads: int) -> Callable[[torch.Tensor], torch.Tensor]:
    import openvino as ov

    # f32: on CPUs with bfloat16 units OpenVINO would otherwise round the FP32 reference too
    compiled = ov.Core().compile_model(model, "CPU", {"INFERENCE_NUM_THREADS": threads,
                                                      "INFERENCE_PRECISION_HINT": "f32"})
    return lambda x: torch.from_numpy(compiled(x.contiguous().numpy())[0].copy())


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("weights", type=Path)
    p.add_argument("--calibration", type=Path, required=True, help="folder of scenes")
    p.add_argument("--val", type=Path, required=True, help="folder of scenes of the same size")
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--samples", type=int, default=100, help="calibration images")
    p.add_argument("--count", type=int, default=100, help="scenes to evaluate")
    p.add_argument("--threads", type=int, default=2)
    args = p.parse_args()

    import onnx
    import nncf
    import openvino as ov
    from onnxruntime.quantization.shape_inference import quant_pre_process

    args.out.mkdir(parents=True, exist_ok=True)
    calibration, val = Scenes(args.calibration), Scenes(args.val)
    height, width = val.labels.shape[1:]
    plain, prepared = args.out / "fp32.onnx", args.out / "prepared.onnx"
    export_onnx(load_model(args.weights), plain, height, width)
    quant_pre_process(plain, prepared, skip_symbolic_shape=True)

    def show(what: str, run: Callable[[torch.Tensor], torch.Tensor]) -> None:
        print(f"{what:34s} {np.nanmean(ious(confusion(run, val, args.count, 1))):6.2f}", flush=True)

    print(f"onnx {onnx.__version__}, nncf {nncf.__version__}, openvino {ov.__version__}; mIoU on "
          f"{args.count} scenes of {height}x{width}")
    show("ONNX Runtime FP32", ort_model(plain, args.threads))
    cases = {"scenes": None} | BLANKS
    for name, blank in cases.items():
        path = args.out / f"int8-{name}.onnx"
        ort_quantize(prepared, path, inputs(calibration, args.samples, blank))
        show(f"ONNX Runtime INT8, {name}", ort_model(path, args.threads))

    reference = ov.Core().read_model(plain)
    show("OpenVINO FP32", openvino_model(reference, args.threads))
    for name, blank in cases.items():
        data = nncf.Dataset(list(inputs(calibration, args.samples, blank)))
        quantized = nncf.quantize(reference, data, subset_size=args.samples)
        show(f"OpenVINO INT8 by NNCF, {name}", openvino_model(quantized, args.threads))


if __name__ == "__main__":
    main()
