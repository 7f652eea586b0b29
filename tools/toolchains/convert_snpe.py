"""Toolchains "snpe" and "snpe-float": FP32 ONNX -> DLC by the programs of the user's SNPE or QAIRT SDK.

Converts; with calibration tensors also quantizes; with --htp-socs or --htp-archs also prepares the graph for the HTP. The
programs have two sets of names: snpe-onnx-to-dlc and snpe-dlc-quantize (SNPE 2), qairt-converter and qairt-quantizer (QAIRT,
beside the others). Their flags differ between versions, so each program is asked for its own
(--help) first, and a flag that it does not list is never given to it.

Writes model.dlc and model.dlc.io, the names and shapes of the source's tensors, the quantizer's bits, and the digests of the
calibration tensors and of the DLC itself: the plugin compares the shapes with what SNPE reports and so knows which of the DLC's tensors are NHWC,
and assay knows on another machine from which tensors a DLC that it is given was calibrated.

The SDK is at SNPE_ROOT, QNN_SDK_ROOT or QAIRT_SDK_ROOT; its converters are Python programs with packages of their own:
ASSAY_SNPE_VENV may name the virtual environment that has them. Both, and bin/envsetup.sh of the SDK, are applied to the
programs only, not to this script.

Sources: Qualcomm, "Tools" and "Qairt Converter" of the Neural Processing SDK (80-63442-2 Rev BL, June 2025; 80-63442-10)."""

import argparse
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

import onnx

import toolchain

ROOTS = ("SNPE_ROOT", "QNN_SDK_ROOT", "QAIRT_SDK_ROOT")
CONVERTERS = {"old": "snpe-onnx-to-dlc", "new": "qairt-converter"}
QUANTIZERS = {"old": ("snpe-dlc-quantize", "snpe-dlc-quant"), "new": ("qairt-quantizer",)}
PREPARE = "snpe-dlc-graph-prepare"
TAIL_LINES = 12
# The environment is made in a shell, as the SDK documents it. $1 is the SDK, the rest the command.
SHELL = ('load() { if [ -f "$1" ]; then . "$1" >&2; fi; }; '
         'if [ -n "$ASSAY_SNPE_VENV" ]; then load "$ASSAY_SNPE_VENV/bin/activate"; fi; '
         'load "$1/bin/envsetup.sh"; shift; exec "$@"')


def last_lines(text):
    lines = [line for line in text.splitlines() if line.strip()]
    return "\n".join("  | " + line for line in lines[-TAIL_LINES:])


class Sdk:
    """The user's SDK and the programs that it has for this host."""

    def __init__(self):
        named = [(name, os.environ[name]) for name in ROOTS if os.environ.get(name)]
        if not named:
            raise toolchain.ToolchainError(
                "no SDK of Qualcomm's was named: set SNPE_ROOT (or QNN_SDK_ROOT, QAIRT_SDK_ROOT) to the folder that "
                "has bin/x86_64-linux-clang")
        self.variable, root = named[0]
        self.root = pathlib.Path(root)
        self.bin = self.root / "bin" / "x86_64-linux-clang"
        if not self.bin.is_dir():
            raise toolchain.ToolchainError(f"{self.variable}={root}: there is no {self.bin}, which holds the converters "
                                           "of an SNPE or QAIRT SDK")

    def version(self):
        try:
            text = (self.root / "sdk.yaml").read_text(encoding="utf-8", errors="replace")
        except OSError:
            return self.root.resolve().name  # SDKs without sdk.yaml carry their version in the folder's name.
        found = dict(re.findall(r"^(product|version|build_id):\s*(\S+)", text, re.MULTILINE))
        return " ".join(found[key] for key in ("product", "version", "build_id") if key in found) or "unknown"

    def has(self, program):
        return (self.bin / program).is_file()

    def family(self, wanted, quantizes):
        """"old" or "new", and the programs of it."""
        for family in ("old", "new") if wanted == "auto" else (wanted,):
            quantizer = next((name for name in QUANTIZERS[family] if self.has(name)), "")
            if self.has(CONVERTERS[family]) and (quantizer or not quantizes):
                return family, CONVERTERS[family], quantizer
        looked_for = [CONVERTERS[family] + (" and " + QUANTIZERS[family][0] if quantizes else "")
                      for family in CONVERTERS if wanted in ("auto", family)]
        raise toolchain.ToolchainError(f"{self.bin} has not {', nor '.join(looked_for)}")


class Program:
    """One program of the SDK, that knows its own flags."""

    def __init__(self, sdk, name):
        self._sdk, self._name = sdk, name
        status, output = self._start(["--help"])
        self.flags = set(re.findall(r"--[a-z][a-z0-9_]*", output))
        if not self.flags:
            raise toolchain.ToolchainError(
                f"{name} of {sdk.version()} cannot be run (exit code {status}): does it miss its Python packages? "
                "bin/check-python-dependency of the SDK installs them, ASSAY_SNPE_VENV names their virtual environment. "
                f"Its last lines:\n{last_lines(output)}")

    def _start(self, arguments):
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONNOUSERSITE"}
        words = ["bash", "-c", SHELL, "assay", str(self._sdk.root), str(self._sdk.bin / self._name), *arguments]
        with tempfile.TemporaryFile("w+", errors="replace") as output:
            done = subprocess.run(words, stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, check=False,
                                  env=environment)
            output.seek(0)
            return done.returncode, output.read()

    def first_of(self, *spellings):
        """The first spelling of an option that this version has; each is a list of words."""
        for words in spellings:
            if words[0] in self.flags:
                return words
        raise toolchain.ToolchainError(f"{self._name} of {self._sdk.version()} has no "
                                       f"{' or '.join(words[0] for words in spellings)}, which the options ask for")

    def run(self, arguments, result):
        for word in arguments:
            if word.startswith("--") and word not in self.flags:
                raise toolchain.ToolchainError(
                    f"{self._name} of {self._sdk.version()} has no {word}, which the options ask for")
        status, output = self._start(arguments)
        print(f"$ {self._name} {' '.join(arguments)}\n{output}", flush=True)
        # A converter may end well and have written nothing.
        if status != 0 or not os.path.isfile(result) or os.path.getsize(result) == 0:
            ending = f"failed with exit code {status}" if status else "ended well, but wrote no DLC"
            raise toolchain.ToolchainError(f"{self._name} {ending}; its last lines:\n{last_lines(output)}")


class Source:
    """Names and shapes of the ONNX model's inputs and outputs; -1 where a dimension is not known."""

    def __init__(self, path):
        graph = onnx.load(path, load_external_data=False).graph
        initializers = {tensor.name for tensor in graph.initializer}
        self.inputs = {value.name: self._shape(value) for value in graph.input if value.name not in initializers}
        self.outputs = {value.name: self._shape(value) for value in graph.output}

    @staticmethod
    def _shape(value):
        return [dim.dim_value if dim.HasField("dim_value") else -1 for dim in value.type.tensor_type.shape.dim]

    def text(self, more):
        lines = [" ".join([kind, name, *map(str, shape)])
                 for kind, tensors in (("input", self.inputs), ("output", self.outputs)) for name, shape in tensors.items()]
        return "\n".join(["# The ONNX model's tensors: the plugin tells NHWC by them.", *lines, *more, ""])


def backend_arguments(family, args):
    if args.target_backend == "default":
        return []
    if family == "old":
        raise toolchain.ToolchainError("target-backend is of the new programs: the old ones make one DLC for all runtimes")
    return ["--target_backend", args.target_backend]


def convert_arguments(program, family, source, args, model, dlc):
    words = ["--input_network", model, "--output_path", dlc]
    if family == "old" and args.io_layout == "nchw":
        words += ["--preserve_io", "layout"]  # Else: NHWC, the legacy converters' own way.
    if family == "new" and args.io_layout == "nhwc":  # Else: as the source, this converter's own way.
        for name, shape in source.inputs.items():
            if len(shape) == 4:
                words += ["--source_model_input_layout", name, "NCHW", "--desired_input_layout", name, "NHWC"]
        for name, shape in source.outputs.items():
            if len(shape) == 4:
                words += ["--source_model_output_layout", name, "NCHW", "--desired_output_layout", name, "NHWC"]
    words += backend_arguments(family, args)
    if args.float_bitwidth != 32:
        words += [program.first_of(["--float_bitwidth"], ["--float_bw"])[0], str(args.float_bitwidth)]
    return words


def old_quantizer_arguments(program, args):
    """snpe-dlc-quantize and snpe-dlc-quant: older ones have flags that newer ones call deprecated."""
    words = []
    if args.activation_calibration not in ("min-max", "enhanced"):
        raise toolchain.ToolchainError(f"snpe-dlc-quantize has no calibration '{args.activation_calibration}': min-max or "
                                       "enhanced, or names: new")
    if args.activation_calibration == "enhanced":
        if args.activation_schema == "symmetric":
            raise toolchain.ToolchainError("snpe-dlc-quantize takes one --act_quantizer: enhanced or symmetric")
        words += program.first_of(["--act_quantizer", "enhanced"], ["--use_enhanced_quantizer"])
    if args.activation_schema == "symmetric":
        words += ["--act_quantizer", "symmetric"]
    if args.weight_schema == "symmetric":
        words += program.first_of(["--param_quantizer", "symmetric"], ["--use_symmetric_quantize_weights"])
    if args.per_channel:
        words += program.first_of(["--use_per_channel_quantization"], ["--axis_quant"])
    if args.cle:
        words += program.first_of(["--algorithms", "cle"], ["--optimizations", "cle"])
    return words


def new_quantizer_arguments(_, args):
    if args.activation_calibration == "enhanced":
        raise toolchain.ToolchainError("qairt-quantizer has no calibration 'enhanced': min-max, sqnr, entropy, mse or "
                                       "percentile, or names: old")
    words = []
    if args.activation_calibration != "min-max":
        words += ["--act_quantizer_calibration", args.activation_calibration]
    if args.activation_schema != "asymmetric":
        words += ["--act_quantizer_schema", args.activation_schema]
    if args.weight_schema != "asymmetric":
        words += ["--param_quantizer_schema", args.weight_schema]
    if args.per_channel:
        words += ["--use_per_channel_quantization"]
    if args.cle:
        words += ["--apply_algorithms", "cle"]
    return words


def write_input_list(folder, calibration, layout, progress):
    """Raw float32 tensors in the DLC's layout, one file a line: absolute paths, as the quantizers want them."""
    if layout == "nchw":  # The canonical tensors are that already.
        paths = [calibration.path(number).resolve() for number in range(len(calibration))]
        for number in range(len(calibration)):
            calibration.sample(number)  # Read for its checks.
            progress(number + 1, len(calibration))
    else:
        needed = len(calibration) * calibration.sample(0).nbytes
        free = shutil.disk_usage(folder).free
        if needed > free:
            raise toolchain.ToolchainError(f"the calibration tensors in NHWC need {needed / 2**30:.1f} GiB in {folder}, "
                                           f"{free / 2**30:.1f} GiB are free: No space left on device")
        paths = []
        for number in range(len(calibration)):
            paths.append(folder / f"{number:06}.raw")
            calibration.sample(number).transpose(0, 2, 3, 1).astype("<f4").tofile(paths[-1])
            progress(number + 1, len(calibration))
    for path in paths:
        if any(character.isspace() for character in str(path)):
            raise toolchain.ToolchainError(f"{path}: the quantizers separate files by spaces, so a path cannot have one")
    listed = folder / "input_list.txt"
    listed.write_text("".join(f"{path}\n" for path in paths), encoding="utf-8")
    return listed


def make(args, calibration, channel):
    sdk = Sdk()
    source = Source(args.model)
    if args.htp_socs and args.htp_archs:
        raise toolchain.ToolchainError("htp-socs and htp-archs exclude each other")
    family, converter, quantizer = sdk.family(args.names, calibration is not None)
    settings = {"names": family, "converter": converter, "io_layout": args.io_layout}
    facts = {"artifact": "model.dlc", "versions": {"snpe": sdk.version()}, "settings": settings}
    result = os.path.join(args.output, "model.dlc")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        dlc = str(folder / "converted.dlc")
        channel.progress(f"{converter}: converting")
        program = Program(sdk, converter)
        program.run(convert_arguments(program, family, source, args, args.model, dlc), dlc)
        if calibration is not None:
            _, batch = calibration.fit({key: [None if dim < 1 else dim for dim in shape]
                                        for key, shape in source.inputs.items()})
            if batch != 1:
                raise toolchain.ToolchainError(f"{quantizer} wants a model with a batch of 1, this one has {batch}")
            if calibration.layout != "NCHW":
                raise toolchain.ToolchainError("a model whose own layout is NHWC is not quantized here: export it as NCHW")
            listed = write_input_list(folder, calibration, args.io_layout,
                                      lambda done, total: channel.progress("writing tensors", done, total))
            program = Program(sdk, quantizer)
            quantized = str(folder / "quantized.dlc")
            own = old_quantizer_arguments if family == "old" else new_quantizer_arguments
            words = ["--input_dlc", dlc, "--input_list", str(listed), "--output_dlc", quantized,
                     "--act_bitwidth", str(args.act_bitwidth), "--bias_bitwidth", str(args.bias_bitwidth),
                     *backend_arguments(family, args), *own(program, args)]
            channel.progress(f"{quantizer}: quantizing")
            program.run(words, quantized)
            dlc = quantized
            facts["samples"] = len(calibration)
            settings.update(quantizer=quantizer, act_bitwidth=str(args.act_bitwidth),
                            bias_bitwidth=str(args.bias_bitwidth), per_channel=str(args.per_channel).lower(),
                            calibration_layout=args.io_layout.upper())
        if args.htp_socs or args.htp_archs:
            program = Program(sdk, PREPARE)
            prepared = str(folder / "prepared.dlc")
            target = ["--htp_socs", args.htp_socs] if args.htp_socs else ["--htp_archs", args.htp_archs]
            channel.progress(f"{PREPARE}: {target[1]}")
            program.run(["--input_dlc", dlc, "--output_dlc", prepared, *target,
                         "--optimization_level", str(args.optimization_level)], prepared)
            dlc = prepared
            settings["htp"] = target[1]
        shutil.move(dlc, result)
    # The quantizers' own default for weights, which no option here changes, is 8 bits (80-63442-2 Rev BL). Their fallback
    # to floats is never asked for. So the plugin knows what the DSP computes in.
    record = [f"quantized activations {args.act_bitwidth} weights 8"] if calibration is not None else []
    if calibration is not None and calibration.digest:
        record.append(f"calibration {calibration.digest}")
    with open(result, "rb") as file:  # Notes beside another DLC are told by this.
        record.append(f"dlc {hashlib.file_digest(file, 'sha256').hexdigest()}")
    pathlib.Path(result + ".io").write_text(source.text(record), encoding="utf-8")
    return facts


def arguments():
    parser = toolchain.arguments(__doc__, calibrates=False)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--names", choices=["auto", "old", "new"], default="auto")
    parser.add_argument("--io-layout", choices=["nhwc", "nchw"], default="nhwc")
    parser.add_argument("--target-backend", choices=["default", "HTP", "DSP", "GPU", "CPU"], default="default")
    parser.add_argument("--float-bitwidth", type=int, choices=[32, 16], default=32)
    parser.add_argument("--act-bitwidth", type=int, choices=[8, 16], default=8)
    parser.add_argument("--bias-bitwidth", type=int, choices=[8, 32], default=8)
    parser.add_argument("--per-channel", type=toolchain.boolean, default=True)
    parser.add_argument("--activation-calibration", default="min-max",
                        choices=["min-max", "enhanced", "sqnr", "entropy", "mse", "percentile"])
    parser.add_argument("--activation-schema", choices=["asymmetric", "symmetric"], default="asymmetric")
    parser.add_argument("--weight-schema", choices=["asymmetric", "symmetric"], default="asymmetric")
    parser.add_argument("--cle", type=toolchain.boolean, default=False)
    parser.add_argument("--htp-socs", default="")
    parser.add_argument("--htp-archs", default="")
    parser.add_argument("--optimization-level", type=int, choices=[1, 2, 3], default=2)
    return parser


if __name__ == "__main__":
    toolchain.run(make, arguments())
