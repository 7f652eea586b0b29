"""Writes the published weight file, and optionally an ONNX graph, from a checkpoint.

    python export.py runs/a/last.pt ../../models/ddrnet23-slim.safetensors
    python export.py weights.safetensors --onnx ddrnet.onnx --size 256x512

The ONNX graph is [1,3,H,W] normalised RGB -> [1,19,H/8,W/8] logits. It exists to check assay's
own ONNX writer against PyTorch's; nothing in assay needs it.
"""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path

import torch

from weights import load_model, save_weights


def export_onnx(model: torch.nn.Module, path: Path, height: int, width: int) -> float:
    """Exports, runs ONNX Runtime on noise, and returns the largest difference in the logits."""
    import onnxruntime as ort

    x = torch.randn(1, 3, height, width, generator=torch.Generator().manual_seed(1))
    torch.onnx.export(model, (x,), str(path), input_names=["image"], output_names=["logits"],
                      opset_version=18, dynamo=True, external_data=False, verbose=False)
    session = ort.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    (y,) = session.run(None, {"image": x.numpy()})
    with torch.no_grad():
        return float((torch.from_numpy(y) - model(x)).abs().max())


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("checkpoint", type=Path, help=".pt of train.py or .safetensors")
    p.add_argument("weights", type=Path, nargs="?", help="weight file to write")
    p.add_argument("--onnx", type=Path, help="ONNX file to write")
    p.add_argument("--size", default="256x512", help="HxW of the ONNX input")
    args = p.parse_args()

    model = load_model(args.checkpoint)
    if args.weights:
        save_weights(args.weights, model)
        print(hashlib.sha256(args.weights.read_bytes()).hexdigest(), args.weights.name)
    if args.onnx:
        h, w = map(int, args.size.split("x"))
        print(f"largest difference PyTorch to ONNX Runtime: {export_onnx(model, args.onnx, h, w):.2e}")


if __name__ == "__main__":
    main()
