"""How far colour and place alone go: a random forest on (R, G, B, x, y) of single pixels.

    python baseline.py train/256x512 val/256x512

If this came close to the network, the scenes would be too easy to tell networks apart.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from sklearn.ensemble import RandomForestClassifier

from data import Scenes
from ddrnet import CLASSES, IGNORE
from evaluate import ious


def pixels(scenes: Scenes, count: int, each: int | None, rng: np.random.Generator):
    """Features uint8/float [P,5] and labels [P]: `each` random pixels of a scene, or all."""
    h, w = scenes.labels.shape[1:]
    features, labels = [], []
    for i in range(min(count, len(scenes))):
        at = np.arange(h * w) if each is None else rng.integers(h * w, size=each)
        label = scenes.labels[i].reshape(-1)[at]
        rgb = scenes.images[i].reshape(-1, 3)[at].astype(np.float32)
        place = np.stack([at % w / w, at // w / h], 1).astype(np.float32)
        known = label != IGNORE
        features.append(np.concatenate([rgb, place], 1)[known])
        labels.append(label[known])
    return np.concatenate(features), np.concatenate(labels)


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("train", type=Path)
    p.add_argument("val", type=Path)
    p.add_argument("--scenes", type=int, default=500, help="training scenes")
    p.add_argument("--pixels", type=int, default=1000, help="training pixels of each scene")
    p.add_argument("--val-scenes", type=int, default=50)
    p.add_argument("--seed", type=int, default=1)
    args = p.parse_args()

    rng = np.random.default_rng(args.seed)
    x, y = pixels(Scenes(args.train), args.scenes, args.pixels, rng)
    vx, vy = pixels(Scenes(args.val), args.val_scenes, 20000, rng)
    n = len(CLASSES)
    for weight in (None, "balanced_subsample"):
        forest = RandomForestClassifier(40, max_depth=18, min_samples_leaf=5, class_weight=weight,
                                        n_jobs=1, random_state=args.seed).fit(x, y)
        guess = forest.predict(vx)
        matrix = np.bincount(vy.astype(int) * n + guess, minlength=n * n).reshape(n, n)
        print(f"class_weight {weight}: mIoU {np.nanmean(ious(matrix)):.2f}, "
              f"pixel accuracy {100 * (vy == guess).mean():.2f}")


if __name__ == "__main__":
    main()
