"""Reading and writing the published weight file, and loading either kind of checkpoint.

The file is in safetensors format: 8 bytes little-endian header length, a JSON header, raw data.
Tensors are fp32 and lie in layer order under their state_dict names; convolutions and batch
normalisations are separate (nothing is folded).
"""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import torch

from ddrnet import BN_EPS, CLASSES, MEAN, STD, DDRNet23Slim, build, inference_state


def save_safetensors(path: Path, state: dict[str, torch.Tensor], metadata: dict[str, str]) -> None:
    """Writes `state` in its own order. The same tensors always give the same bytes."""
    header: dict = {"__metadata__": metadata}
    offset = 0
    for name, t in state.items():
        size = t.numel() * 4
        header[name] = {"dtype": "F32", "shape": list(t.shape), "data_offsets": [offset, offset + size]}
        offset += size
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)  # so that the data starts at a multiple of 8
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text)
        for t in state.values():
            f.write(t.numpy().astype("<f4").tobytes())


def load_safetensors(path: Path) -> tuple[dict[str, torch.Tensor], dict[str, str]]:
    """Tensors by name, and the metadata strings."""
    blob = Path(path).read_bytes()
    (n,) = struct.unpack("<Q", blob[:8])
    header = json.loads(blob[8:8 + n])
    metadata = header.pop("__metadata__", {})
    state = {}
    for name, h in header.items():
        a, b = h["data_offsets"]
        values = np.frombuffer(blob, "<f4", (b - a) // 4, 8 + n + a)
        state[name] = torch.from_numpy(values.copy()).reshape(h["shape"])
    return state, metadata


def save_weights(path: Path, model: DDRNet23Slim, extra: dict[str, str] | None = None) -> None:
    """The inference weights with what a reader has to know to use them."""
    metadata = {
        "format": "pt",
        "model": "ddrnet23-slim",
        "bn_eps": repr(BN_EPS),
        "classes": ",".join(CLASSES),
        "mean": ",".join(map(str, MEAN)),
        "std": ",".join(map(str, STD)),
        "input": "RGB / 255, (x - mean) / std, NCHW",
        "license": "Apache-2.0",
    }
    save_safetensors(path, inference_state(model), metadata | (extra or {}))


def load_model(path: Path) -> DDRNet23Slim:
    """An inference model from a published weight file or from a checkpoint of train.py."""
    if Path(path).suffix == ".safetensors":
        state, _ = load_safetensors(path)
    else:
        state = torch.load(path, map_location="cpu", weights_only=True)["ema"]
    model = build()
    missing, unexpected = model.load_state_dict(state, strict=False)
    assert all(k.endswith("num_batches_tracked") for k in missing), missing
    assert all(k.startswith("aux.") for k in unexpected), unexpected
    return model.eval()
