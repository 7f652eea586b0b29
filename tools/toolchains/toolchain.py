"""What the quantization scripts share: the calibration tensors, and the lines they speak to assay.

A script is started by assay (src/prepare), or by hand with the same arguments. Its standard output carries JSON lines and
nothing else; what libraries print goes to standard error:
  {"phase": "...", "progress": 3, "total": 20}     as often as it likes
  {"done": {"artifact": "model.xml", "samples": 20, "versions": {...}, "settings": {...}}}     last, with exit code 0
  {"error": "..."}                                  last, with exit code 1

A calibration folder is what assay's dataset code writes (src/dataset/calibration.h): index.json with
  {"input_name": "image", "shape": [1, 3, 256, 512], "dtype": "f32", "model_layout": "NCHW", "model_dtype": "f32",
   "digest": "...", "items": [{"file": "000000.raw", ...}, ...]}
and files of one canonical tensor each: float32, dense, NCHW, little endian. The layout and type that the model wants are
derived from it here, so that every toolchain calibrates with the same values. An empty input_name is the only input."""

import argparse
import json
import math
import os
import pathlib
import sys
import traceback

import numpy as np


class ToolchainError(Exception):
    """Something the user can mend: its text is the whole message."""


class Channel:
    """The JSON lines. Takes the standard output away from everybody else, C++ libraries included."""

    def __init__(self):
        self._file = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
        os.dup2(2, 1)

    def _write(self, message):
        self._file.write(json.dumps(message) + "\n")

    def progress(self, phase, done=0, total=0):
        self._write({"phase": phase, "progress": done, "total": total})

    def done(self, **facts):
        self._write({"done": facts})

    def error(self, text):
        self._write({"error": text})


class Calibration:
    """The calibration tensors, read one at a time: 500 full-size images do not fit in memory."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        index = self.folder / "index.json"
        try:
            facts = json.loads(index.read_text(encoding="utf-8"))
            self.input = facts["input_name"]
            self._canonical = tuple(int(dim) for dim in facts["shape"])
            self._layout, self._dtype = facts["model_layout"], facts["model_dtype"]
            self._files = [item["file"] for item in facts["items"]]
            self.digest = str(facts.get("digest", ""))  # Of all of it; "" in a folder that was made by hand.
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ToolchainError(f"{index}: not a calibration index: {error!r}") from error
        if facts.get("dtype") != "f32" or len(self._canonical) != 4 or self._canonical[0] != 1:
            raise ToolchainError(f"{index}: tensors of dtype f32 and shape [1, C, H, W] were expected")
        if self._layout not in ("NCHW", "NHWC") or self._dtype not in ("f32", "u8"):
            raise ToolchainError(f"{index}: the model is said to want layout {self._layout} and dtype {self._dtype}; "
                                 "NCHW or NHWC and f32 or u8 were expected")
        if not self._files:
            raise ToolchainError(f"{index}: names no file: calibration needs at least one tensor")

    def __len__(self):
        return len(self._files)

    @property
    def shape(self):
        """Of one sample, as the model wants it."""
        n, c, h, w = self._canonical
        return (n, c, h, w) if self._layout == "NCHW" else (n, h, w, c)

    @property
    def layout(self):
        """Of one sample: the model's."""
        return self._layout

    def path(self, number):
        """Of the canonical tensor: float32, NCHW."""
        return self.folder / self._files[number]

    def sample(self, number):
        path = self.path(number)
        try:
            data = path.read_bytes()
        except OSError as error:
            raise ToolchainError(f"{path}: cannot be read: {error.strerror}") from error
        expected = 4 * math.prod(self._canonical)
        if len(data) != expected:
            raise ToolchainError(f"{path}: {expected} bytes were expected for {list(self._canonical)} f32, {len(data)} were "
                                 "found")
        values = np.frombuffer(data, dtype="<f4").reshape(self._canonical)
        if self._layout == "NHWC":
            values = np.ascontiguousarray(values.transpose(0, 2, 3, 1))
        return values if self._dtype == "f32" else np.clip(np.rint(values), 0, 255).astype(np.uint8)

    def batches(self, batch, progress=None):
        """Yields arrays with `batch` samples each. A last group that is short is filled up from the first samples, so
        that every sample is used and the model's fixed shape is kept."""
        for begin in range(0, len(self), batch):
            samples = [self.sample((begin + i) % len(self)) for i in range(batch)]
            if progress:  # Before the yield: whoever iterates may know the length and never come back after the last.
                progress(min(begin + batch, len(self)), len(self))
            yield np.concatenate(samples)

    def fit(self, inputs):
        """The input to feed and how many samples it takes at once. `inputs` maps the model's input names to their shapes,
        with None for dynamic dimensions."""
        name = self.input or next(iter(inputs), "")
        if len(inputs) != 1 or name not in inputs:
            raise ToolchainError(f"the model's inputs are {sorted(inputs)}; the calibration is for a single input"
                                 + (f" named '{self.input}'" if self.input else ""))
        model_shape = inputs[name]
        fits = len(model_shape) == 4 and all(
            have in (None, given) for have, given in zip(model_shape[1:], self.shape[1:]))
        if not fits:
            shape = "[" + ", ".join("?" if dim is None else str(dim) for dim in model_shape) + "]"
            raise ToolchainError(f"the model's input is {shape}, the calibration tensors are {list(self.shape)}: they were "
                                 "made for another model, size or layout")
        return name, model_shape[0] or 1


def boolean(text):
    if text not in ("true", "false"):
        raise argparse.ArgumentTypeError(f"'{text}' is neither true nor false")
    return text == "true"


class Parser(argparse.ArgumentParser):
    def error(self, message):
        raise ToolchainError(message)


def arguments(description, calibrates=True):
    """A parser with what every script takes; abbreviations would make two command lines of one meaning. A script that does
    not always calibrate is started without the folder then."""
    parser = Parser(description=description, allow_abbrev=False)
    parser.add_argument("--model", required=True, help="ONNX model, FP32")
    parser.add_argument("--calibration", required=calibrates, help="folder with index.json")
    parser.add_argument("--output", required=True, help="folder for the artifact; it exists and is empty")
    return parser


def run(quantize, parser):
    """Runs quantize(arguments, calibration, channel), which returns the facts of {"done": ...}; exits with 0 or 1. The
    calibration is None where none was given."""
    channel = Channel()
    try:
        args = parser.parse_args()
        calibration = Calibration(args.calibration) if args.calibration else None
        channel.done(**quantize(args, calibration, channel))
    except ToolchainError as error:
        channel.error(str(error))
        sys.exit(1)
    except MemoryError:
        traceback.print_exc()
        channel.error("out of memory: use fewer or smaller calibration images")
        sys.exit(1)
    except Exception as error:  # noqa: BLE001 -- whatever a vendor's tool throws has to reach the user
        traceback.print_exc()
        channel.error(f"{type(error).__name__}: {error}")
        sys.exit(1)
