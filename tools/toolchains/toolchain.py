"""What the quantization scripts share: the calibration tensors, and the lines they speak to assay.

A script is started by assay (src/prepare), or by hand with the same arguments. Its standard output carries JSON lines and
nothing else; what libraries print goes to standard error:
  {"phase": "...", "progress": 3, "total": 20}     as often as it likes
  {"done": {"artifact": "model.xml", "samples": 20, "versions": {...}, "settings": {...}}}     last, with exit code 0
  {"error": "..."}                                  last, with exit code 1

A calibration folder holds calibration.json:
  {"input": "image", "shape": [1, 3, 256, 512], "dtype": "f32", "files": ["000.raw", ...]}
Each file is one dense row-major tensor of that shape, in the machine's byte order."""

import argparse
import json
import os
import pathlib
import sys
import traceback

import numpy as np

DTYPES = {"f32": np.float32, "f16": np.float16, "u8": np.uint8, "i8": np.int8, "i32": np.int32, "i64": np.int64}


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
        index = self.folder / "calibration.json"
        try:
            facts = json.loads(index.read_text(encoding="utf-8"))
            self.input, self.shape, dtype, self.files = (facts[key] for key in ("input", "shape", "dtype", "files"))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ToolchainError(f"{index}: no calibration index with input, shape, dtype and files: {error!r}") from error
        if dtype not in DTYPES:
            raise ToolchainError(f"{index}: dtype '{dtype}' is none of {', '.join(DTYPES)}")
        if not self.files:
            raise ToolchainError(f"{index}: names no file: calibration needs at least one tensor")
        self.dtype = np.dtype(DTYPES[dtype])

    def __len__(self):
        return len(self.files)

    def sample(self, number):
        path = self.folder / self.files[number]
        try:
            values = np.fromfile(path, dtype=self.dtype)
        except OSError as error:
            raise ToolchainError(f"{path}: cannot be read: {error.strerror}") from error
        expected = int(np.prod(self.shape))
        if values.size != expected or path.stat().st_size != expected * self.dtype.itemsize:
            raise ToolchainError(f"{path}: {expected * self.dtype.itemsize} bytes were expected for {self.shape} "
                                 f"{self.dtype}, {path.stat().st_size} were found")
        return values.reshape(self.shape)

    def batches(self, batch, progress=None):
        """Yields arrays with `batch` samples each. A last group that is short is filled up from the first samples, so
        that every sample is used and the model's fixed shape is kept."""
        for begin in range(0, len(self), batch):
            samples = [self.sample((begin + i) % len(self)) for i in range(batch)]
            if progress:  # Before the yield: whoever iterates may know the length and never come back after the last.
                progress(min(begin + batch, len(self)), len(self))
            yield np.concatenate(samples)

    def batch_of(self, model_shape):
        """How many samples the model takes at once; checks that they fit its input. Dynamic dimensions are None."""
        batch = model_shape[0] if model_shape and model_shape[0] else self.shape[0]
        fits = len(model_shape) == len(self.shape) and self.shape[0] == 1 and all(
            have is None or have == given for have, given in zip(model_shape[1:], self.shape[1:]))
        if not fits:
            raise ToolchainError(f"the model's input is {shape_text(model_shape)}, the calibration tensors are {self.shape}: "
                                 "they were made for another model or size")
        return batch


def shape_text(shape):
    return "[" + ", ".join("?" if dim is None else str(dim) for dim in shape) + "]"


def boolean(text):
    if text not in ("true", "false"):
        raise argparse.ArgumentTypeError(f"'{text}' is neither true nor false")
    return text == "true"


class Parser(argparse.ArgumentParser):
    def error(self, message):
        raise ToolchainError(message)


def arguments(description):
    """A parser with what every script takes; abbreviations would make two command lines of one meaning."""
    parser = Parser(description=description, allow_abbrev=False)
    parser.add_argument("--model", required=True, help="ONNX model, FP32")
    parser.add_argument("--calibration", required=True, help="folder with calibration.json")
    parser.add_argument("--output", required=True, help="folder for the artifact; it exists and is empty")
    return parser


def run(quantize, parser):
    """Runs quantize(arguments, calibration, channel), which returns the facts of {"done": ...}; exits with 0 or 1."""
    channel = Channel()
    try:
        args = parser.parse_args()
        channel.done(**quantize(args, Calibration(args.calibration), channel))
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
