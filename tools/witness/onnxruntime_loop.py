"""The plainest timing loop over ONNX Runtime's own Python interface: what `assay witness` holds assay's figures against.

ONNX Runtime's wheel has no tool of its own that binds memory and takes all session options. This is one inference at a
time (InferenceSession.run_with_iobinding), input and output bound once, timed around the call in nanoseconds. Run by hand:
  sdk/venv/bin/python tools/witness/onnxruntime_loop.py --model m.onnx --input image=x.npy --threads 2 --seconds 3
The last line of standard output is the result as JSON; everything else is the runtime's own."""

import argparse
import json
import statistics
import sys
import time

import numpy
import onnxruntime

LEVELS = {"disable": onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL,
          "basic": onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC,
          "extended": onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED,
          "all": onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL}
MODES = {"sequential": onnxruntime.ExecutionMode.ORT_SEQUENTIAL, "parallel": onnxruntime.ExecutionMode.ORT_PARALLEL}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--model", required=True)
    parser.add_argument("--input", action="append", required=True, metavar="NAME=FILE.npy")
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--inter-op", type=int, default=1)
    parser.add_argument("--graph-optimization", choices=LEVELS, default="all")
    parser.add_argument("--execution-mode", choices=MODES, default="sequential")
    parser.add_argument("--spinning", choices=("0", "1"), default="1")
    parser.add_argument("--warmup-seconds", type=float, default=1)
    parser.add_argument("--seconds", type=float, default=3)
    return parser.parse_args()


def open_session(args):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = args.threads
    options.inter_op_num_threads = args.inter_op
    options.graph_optimization_level = LEVELS[args.graph_optimization]
    options.execution_mode = MODES[args.execution_mode]
    options.add_session_config_entry("session.intra_op.allow_spinning", args.spinning)
    options.add_session_config_entry("session.inter_op.allow_spinning", args.spinning)
    inputs = {}
    for pair in args.input:
        name, _, path = pair.partition("=")
        inputs[name] = numpy.load(path)
    session = onnxruntime.InferenceSession(args.model, options, providers=["CPUExecutionProvider"])
    binding = session.io_binding()
    for name, value in inputs.items():
        binding.bind_ortvalue_input(name, onnxruntime.OrtValue.ortvalue_from_numpy(value))
    for output in session.get_outputs():
        if all(isinstance(dim, int) and dim > 0 for dim in output.shape) and output.type == "tensor(float)":
            value = onnxruntime.OrtValue.ortvalue_from_shape_and_type(output.shape, numpy.float32)
            binding.bind_ortvalue_output(output.name, value)
        else:  # Its shape depends on the input: the runtime allocates it anew each time.
            binding.bind_output(output.name)
    return session, binding


def loop(session, binding, seconds):
    clock, run = time.perf_counter_ns, session.run_with_iobinding
    times, begin = [], clock()
    end = begin + int(seconds * 1e9)
    now = begin
    while now < end or not times:
        before = clock()
        run(binding)
        now = clock()
        times.append(now - before)
    return times, now - begin


def main():
    args = arguments()
    session, binding = open_session(args)
    first, _ = loop(session, binding, 0)
    loop(session, binding, args.warmup_seconds)
    times, wall = loop(session, binding, args.seconds)
    result = {"version": onnxruntime.__version__, "median_ms": statistics.median(times) / 1e6,
              "mean_ms": statistics.fmean(times) / 1e6, "min_ms": min(times) / 1e6, "max_ms": max(times) / 1e6,
              "loop_ms": wall / len(times) / 1e6, "first_ms": first[0] / 1e6, "inferences": len(times),
              "settings": {"threads": str(args.threads), "inter_op": str(args.inter_op),
                           "graph_optimization": args.graph_optimization, "execution_mode": args.execution_mode,
                           "spinning": args.spinning, "execution_provider": session.get_providers()[0]}}
    print(json.dumps(result), flush=True)


if __name__ == "__main__":
    sys.exit(main())
