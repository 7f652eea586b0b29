"""Scenes in the Cityscapes folder layout, packed into arrays once, and batches drawn from them.

`DIR/leftImg8bit/SPLIT/CITY/NAME_leftImg8bit.png` and
`DIR/gtFine/SPLIT/CITY/NAME_gtFine_labelTrainIds.png` are what `assay dataset streets` writes.
All scenes of a folder have one size.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from ddrnet import MEAN, STD


def pack(root: Path, threads: int = 2) -> tuple[Path, Path]:
    """Decodes all PNGs below `root` into images.npy uint8 [N,H,W,3] and labels.npy uint8 [N,H,W].

    Decoding a PNG takes longer than a training step leaves for it, so it is done once. Files that
    exist are taken as they are: delete them after changing the scenes.
    """
    out = root / "images.npy", root / "labels.npy"
    if all(p.exists() for p in out):
        return out
    images = sorted(root.glob("leftImg8bit/*/*/*_leftImg8bit.png"))
    assert images, f"no scenes below {root}"
    width, height = Image.open(images[0]).size
    # written under another name first, so that a pack cut short is not taken for a whole one
    parts = [p.with_suffix(".part") for p in out]
    x = np.lib.format.open_memmap(parts[0], "w+", np.uint8, (len(images), height, width, 3))
    y = np.lib.format.open_memmap(parts[1], "w+", np.uint8, (len(images), height, width))

    def one(i: int) -> None:
        path = images[i]
        label = (root / "gtFine" / path.parts[-3] / path.parts[-2]
                 / path.name.replace("_leftImg8bit.png", "_gtFine_labelTrainIds.png"))
        x[i] = np.asarray(Image.open(path).convert("RGB"))
        y[i] = np.asarray(Image.open(label))

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(one, range(len(images))))
    x.flush()
    y.flush()
    for part, final in zip(parts, out):
        part.rename(final)
    return out


class Scenes:
    """Packed scenes of one size; `images` uint8 [N,H,W,3], `labels` uint8 [N,H,W]."""

    def __init__(self, root: Path | str):
        image_file, label_file = pack(Path(root))
        self.images = np.load(image_file, mmap_mode="r")
        self.labels = np.load(label_file, mmap_mode="r")

    def __len__(self) -> int:
        return len(self.images)

    def order(self, rng: np.random.Generator):
        """Indices for ever: every scene once, in a new order each time round."""
        while True:
            yield from rng.permutation(len(self))


def normalise(images: np.ndarray) -> torch.Tensor:
    """uint8 [N,H,W,3] -> float32 [N,3,H,W] in channels_last memory, normalised."""
    scale = torch.tensor(STD).reciprocal() / 255
    shift = torch.tensor(MEAN) / torch.tensor(STD)
    return (torch.from_numpy(images).float() * scale - shift).permute(0, 3, 1, 2)


class Batches:
    """Batches of crops [height,width] from several sets of scenes, mirrored half of the time.

    `shares` are the fractions of a batch that come from each set. A set whose scenes have the
    crop's size gives whole scenes; larger scenes are cropped at random.
    """

    def __init__(self, sets: list[Scenes], shares: list[float], batch: int, height: int,
                 width: int, seed: int):
        self.rng = np.random.default_rng(seed)
        self.sets, self.batch, self.height, self.width = sets, batch, height, width
        self.shares = np.array(shares) / sum(shares)
        self.orders = [s.order(self.rng) for s in sets]

    def draw(self) -> tuple[torch.Tensor, torch.Tensor]:
        """float32 [B,3,h,w] and int64 [B,h,w]."""
        h, w = self.height, self.width
        x = np.empty((self.batch, h, w, 3), np.uint8)
        y = np.empty((self.batch, h, w), np.uint8)
        for k, s in enumerate(self.rng.choice(len(self.sets), self.batch, p=self.shares)):
            scenes, i = self.sets[s], next(self.orders[s])
            top = self.rng.integers(scenes.images.shape[1] - h + 1)
            left = self.rng.integers(scenes.images.shape[2] - w + 1)
            step = -1 if self.rng.random() < 0.5 else 1
            x[k] = scenes.images[i, top:top + h, left:left + w][:, ::step]
            y[k] = scenes.labels[i, top:top + h, left:left + w][:, ::step]
        return normalise(x), torch.from_numpy(y).long()
