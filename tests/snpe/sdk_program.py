"""Stands in for a program of Qualcomm's SDK in the tests: the name that it is started by decides which. It knows the flags
that the SDK's documents list for that program (80-63442-2 Rev BL), refuses any other, checks the files that it is given,
and writes contract DLCs (tests/snpe/contract_dlc.h) instead of real ones. Nothing of Qualcomm's is in it.

The environment says how it fails: STAND_IN_FAIL = crash | silent | import. STAND_IN_OLD = 1: a release from before
--param_quantizer and --use_per_channel_quantization. STAND_IN_BYTES: what a calibration file must have. STAND_IN_LOG: a file
to which each command line is appended; the first calibration tensor is copied beside it."""

import argparse
import os
import pathlib
import shutil
import sys

name = pathlib.Path(sys.argv[0]).name
fails = os.environ.get("STAND_IN_FAIL", "")
old = os.environ.get("STAND_IN_OLD") == "1"
if not os.environ.get("STAND_IN_ENVSETUP") or (fails == "import" and name.endswith(("to-dlc", "converter"))):
    sys.exit("Traceback (most recent call last):\nModuleNotFoundError: No module named 'qti'")

parser = argparse.ArgumentParser(prog=name, allow_abbrev=False)
flag, pair = parser.add_argument, {"nargs": 2, "action": "append", "default": []}
if name in ("snpe-onnx-to-dlc", "qairt-converter"):
    flag("--input_network", "-i", required=True)
    flag("--output_path", "-o", required=True)
    flag("--float_bitwidth", choices=["16", "32"], default="32")
    if name == "snpe-onnx-to-dlc":
        flag("--preserve_io", nargs="*", action="append", default=[])
    else:
        for kind in ("source_model_input", "desired_input", "source_model_output", "desired_output"):
            flag(f"--{kind}_layout", **pair)
elif name in ("snpe-dlc-quantize", "qairt-quantizer"):
    flag("--input_dlc", required=True)
    flag("--input_list", required=True)
    flag("--output_dlc", required=True)
    flag("--act_bitwidth", choices=["8", "16"], default="8")
    flag("--weights_bitwidth", choices=["4", "8", "16"], default="8")
    flag("--bias_bitwidth", choices=["8", "32"], default="8")
    if name == "qairt-quantizer":
        calibrations = ["min-max", "sqnr", "entropy", "mse", "percentile"]
        flag("--act_quantizer_calibration", choices=calibrations)
        flag("--param_quantizer_calibration", choices=calibrations)
        flag("--act_quantizer_schema", choices=["asymmetric", "symmetric", "unsignedsymmetric"])
        flag("--param_quantizer_schema", choices=["asymmetric", "symmetric", "unsignedsymmetric"])
        flag("--apply_algorithms", nargs="+")
    else:
        flag("--use_enhanced_quantizer", action="store_true")
        flag("--use_symmetric_quantize_weights", action="store_true")
        flag("--axis_quant", action="store_true")
        flag("--optimizations")
        if not old:
            flag("--act_quantizer", choices=["tf", "enhanced", "symmetric"])
            flag("--param_quantizer", choices=["tf", "enhanced", "symmetric"])
            flag("--algorithms")
    if not old:
        flag("--use_per_channel_quantization", action="store_true")
elif name == "snpe-dlc-graph-prepare":
    flag("--input_dlc", required=True)
    flag("--output_dlc", required=True)
    flag("--optimization_level", choices=["1", "2", "3"], default="2")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--htp_socs", default="sm8650")
    which.add_argument("--htp_archs")
else:
    sys.exit(f"{name}: no such program")
if name.startswith("qairt"):
    flag("--target_backend", choices=["CPU", "GPU", "DSP", "HTP", "HTA", "LPAI"], default="HTP")
args = parser.parse_args()

if os.environ.get("STAND_IN_LOG"):
    with open(os.environ["STAND_IN_LOG"], "a", encoding="utf-8") as log:
        log.write(name + " " + " ".join(sys.argv[1:]) + "\n")
if fails == "crash":
    sys.exit("2026-11-21 - ERROR - Encountered Error: ERROR_ONNX_NODE_NOT_SUPPORTED: node_y")
if fails == "silent":
    print("INFO_CONVERSION_SUCCESS: Conversion completed successfully")
    sys.exit(0)


def insert(source, target, lines):
    """Copies a contract DLC with more lines after its first."""
    content = pathlib.Path(source).read_bytes()
    head, rest = content.split(b"\n", 1)
    if head != b"ASSAY-CONTRACT-DLC 2":
        sys.exit(f"error_code=311; Invalid DLC: {source}")
    pathlib.Path(target).write_bytes(head + b"\n" + lines.encode() + rest)


def check_list():
    for line in pathlib.Path(args.input_list).read_text(encoding="utf-8").splitlines():
        if not os.path.isabs(line):
            sys.exit(f"error_code=102; {line} is no absolute path")
        if not os.path.isfile(line):
            sys.exit(f"error_code=102; could not open {line}")
        if os.path.getsize(line) != int(os.environ["STAND_IN_BYTES"]):
            sys.exit(f"error_code=203; {line} has {os.path.getsize(line)} bytes")
    first = pathlib.Path(args.input_list).read_text(encoding="utf-8").splitlines()[0]
    if os.environ.get("STAND_IN_LOG"):
        shutil.copy(first, os.environ["STAND_IN_LOG"] + ".raw")


if name == "snpe-onnx-to-dlc":
    layout = "NCHW" if ["layout"] in args.preserve_io else "NHWC"
elif name == "qairt-converter":
    layout = "NHWC" if any(value == "NHWC" for _, value in args.desired_input_layout) else "NCHW"
if name in ("snpe-onnx-to-dlc", "qairt-converter"):
    onnx = pathlib.Path(args.input_network).read_bytes()
    head = f"ASSAY-CONTRACT-DLC 2\nlayout {layout}\nlayer node_c\nlayer node_y\nonnx {len(onnx)}\n"
    pathlib.Path(args.output_path).write_bytes(head.encode() + onnx)
elif name == "snpe-dlc-graph-prepare":
    insert(args.input_dlc, args.output_dlc, "cached\n")
else:
    check_list()
    insert(args.input_dlc, args.output_dlc, "quantized x 0.0078431374 128 8\nquantized y 0.03125 0 8\n")
