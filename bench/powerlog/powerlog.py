"""Ratio of pandas' time (read_csv and the mean over a window) to ours on two threads for a power log of 10 million rows,
in alternating passes of one run; and our memory from 1 to 100 million rows. Argument: the program bench_powerlog."""
import argparse
import os
import subprocess
import sys
import tempfile
import time

import numpy as np
import pandas as pd

GOAL, LARGEST_GROWTH = 2.0, 1.1
RATE = 1000  # Rows a second of the log.


def theirs(path, begin, end):
    frame = pd.read_csv(path)
    inside = frame[(frame["time"] > begin) & (frame["time"] <= end)]
    return inside["watts"].mean()


class Ours:
    def __init__(self, program, path, begin, end, threads=2):
        self.process = subprocess.Popen([program, path, str(begin), str(end), str(threads)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)

    def run(self):
        """Seconds, watts, peak resident kB."""
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().split()
        return tuple(map(float, answer)) if answer else sys.exit("bench_powerlog ended")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()


def write(program, path, rows):
    subprocess.run([program, "write", path, str(rows)], check=True)


def compare(program, path, rows, passes):
    write(program, path, rows)
    begin, end = rows // RATE // 4, rows // RATE * 3 // 4
    pairs = []
    with Ours(program, path, begin, end) as ours:
        ours.run()  # Both find the file in memory.
        for _ in range(passes):
            started = time.perf_counter()
            their_watts = theirs(path, begin, end)
            their_seconds = time.perf_counter() - started
            our_seconds, our_watts, _ = ours.run()
            pairs.append((their_seconds, our_seconds))
    pairs = np.array(pairs)
    ratios = pairs[:, 0] / pairs[:, 1]
    difference = abs(their_watts / our_watts - 1)
    print(f"import + window mean, {rows} rows, {os.path.getsize(path) / 1e6:.0f} MB: pandas {np.median(pairs[:, 0]):.2f} s / "
          f"{np.median(pairs[:, 1]):.3f} s on two threads = {np.median(ratios):.1f} times as fast (passes {ratios.min():.1f} .. "
          f"{ratios.max():.1f}; at least {GOAL}); means differ by {difference:.1e}", flush=True)
    return np.median(ratios) >= GOAL and difference < 1e-9


def memory(program, path, rows):
    write(program, path, rows)
    with Ours(program, path, 0, rows // RATE) as ours:
        seconds, _, kilobytes = ours.run()
    print(f"  {rows} rows: {seconds:.2f} s, peak resident set {kilobytes / 1e3:.1f} MB", flush=True)
    return kilobytes


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--passes", type=int, default=5)
    parser.add_argument("--memory-rows", type=int, nargs="*", default=[1_000_000, 10_000_000, 100_000_000])
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "log.csv")
        good = compare(args.program, path, args.rows, args.passes)
        if args.memory_rows:
            print(f"memory of an import (the largest at most {LARGEST_GROWTH} times the smallest):")
            peaks = [memory(args.program, path, rows) for rows in args.memory_rows]
            good = good and max(peaks) <= LARGEST_GROWTH * min(peaks)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
