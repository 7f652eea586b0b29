"""mIoU of a checkpoint or weight file on packed or unpacked scenes.

    python evaluate.py ../../models/ddrnet23-slim.safetensors val/256x512 [val/512x1024 ...]

One confusion matrix over all pixels of all scenes; logits are resized to the labels' size
(bilinear, align_corners=False) before the argmax; label 255 is left out; the mean is over the
classes that occur in the labels.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Callable

import numpy as np
import torch

from data import Scenes, normalise
from ddrnet import CLASSES, resize
from weights import load_model


def confusion(logits_of: Callable[[torch.Tensor], torch.Tensor], scenes: Scenes,
              count: int | None = None, batch: int = 8) -> np.ndarray:
    """Pixels by [label, prediction], int64 [19,19], over the first `count` scenes."""
    n = len(CLASSES)
    total = np.zeros((n, n), np.int64)
    count = min(count or len(scenes), len(scenes))
    for i in range(0, count, batch):
        part = slice(i, min(i + batch, count))
        label = np.array(scenes.labels[part])
        with torch.no_grad():
            logits = logits_of(normalise(np.array(scenes.images[part])))
            guess = resize(logits.float().contiguous(), label.shape[1:]).argmax(1).numpy()
        known = label < n
        total += np.bincount(label[known].astype(np.int64) * n + guess[known],
                             minlength=n * n).reshape(n, n)
    return total


def ious(matrix: np.ndarray) -> np.ndarray:
    """IoU of each class in percent; NaN where the class occurs in no label."""
    hit = np.diag(matrix).astype(float)
    union = matrix.sum(0) + matrix.sum(1) - hit
    return np.where(matrix.sum(1) > 0, 100 * hit / np.maximum(union, 1), np.nan)


def report(matrix: np.ndarray) -> str:
    per_class = ious(matrix)
    lines = [f"{name:14s} {iou:6.2f}" for name, iou in zip(CLASSES, per_class)]
    accuracy = 100 * np.trace(matrix) / matrix.sum()
    return "\n".join(lines + [f"{'mIoU':14s} {np.nanmean(per_class):6.2f}",
                              f"{'pixel accuracy':14s} {accuracy:6.2f}"])


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("weights", type=Path, help=".safetensors or a .pt of train.py")
    p.add_argument("scenes", type=Path, nargs="+", help="folders of scenes")
    p.add_argument("--count", type=int, help="only the first COUNT scenes of each folder")
    args = p.parse_args()
    model = load_model(args.weights).to(memory_format=torch.channels_last)
    for folder in args.scenes:
        scenes = Scenes(folder)
        h, w = scenes.labels.shape[1:]
        print(f"{folder.name}: {min(args.count or len(scenes), len(scenes))} scenes of {h}x{w}")
        print(report(confusion(model, scenes, args.count, batch=max(1, 8 * 256 * 512 // (h * w)))))


if __name__ == "__main__":
    main()
