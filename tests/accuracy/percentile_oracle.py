"""Percentiles equal numpy.percentile's to one unit in the last place, on arrays of every kind. Argument: metric_oracle."""
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

QUANTILES = np.array([0, 1, 25, 50, 75, 90, 95, 99, 99.9, 100, 33.3, 66.7, 12.345678])


def arrays(random):
    for n in [1, 2, 3, 4, 5, 10, 44, 100, 459, 999, 1000, 1001, 4603, 5000, *random.integers(1, 5000, 200)]:
        yield random.lognormal(3, 1, n)                              # Latencies.
        yield random.integers(0, 5, n).astype(float)                 # Ties.
        yield random.integers(10**6, 10**9, n) / 1e6                 # Nanoseconds in milliseconds.
        yield random.integers(1, 1000, n) * np.float64(5e-324)       # Denormals.
        yield random.normal(0, 1, n) * 10.0 ** random.integers(-300, 300, n)
        yield np.full(n, random.normal())


def main(tool):
    random = np.random.default_rng(20260101)
    values = list(arrays(random))
    with tempfile.TemporaryDirectory() as folder:
        path = [str(pathlib.Path(folder, name)) for name in ("values", "lengths", "quantiles", "out")]
        np.concatenate(values).tofile(path[0])
        np.array([len(v) for v in values], np.int64).tofile(path[1])
        QUANTILES.tofile(path[2])
        subprocess.run([tool, "percentile", *path], check=True)
        ours = np.fromfile(path[3]).reshape(len(values), len(QUANTILES))
    numpys = np.array([np.percentile(v, QUANTILES) for v in values])
    off = np.abs(ours - numpys) / np.spacing(np.abs(numpys))
    print(f"{ours.size} percentiles of {len(values)} arrays: {np.sum(off > 0)} differ, by at most {off.max():g} ulp")
    return 0 if off.max() <= 1 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
