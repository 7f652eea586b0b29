"""Imported times and powers equal numpy's of the same CSV: values bit for bit, times to the nanosecond. Argument:
powerlog_oracle."""
import decimal
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

ROWS = 20000


def number_texts(random, values):
    """Each number in one of the ways in which programs print it; what numpy reads there is the truth."""
    forms = ("{!r}", "{:.6f}", "{:.17g}", "{:e}", "{:+.3f}", " {!r} ", "{:.0f}")
    return [forms[form].format(float(value)) for form, value in zip(random.integers(0, len(forms), len(values)), values)]


def tables(random):
    """(name, unit, time texts, true nanoseconds)"""
    steps = random.integers(1, 10**9, ROWS)
    ns = np.cumsum(steps)
    for name, unit, digits in (("seconds", "s", 9), ("milliseconds", "ms", 6), ("microseconds", "us", 3), ("nanoseconds", "ns", 0)):
        scale = decimal.Decimal(10) ** -digits
        yield name, unit, [str(decimal.Decimal(int(t)) * scale) if digits else str(t) for t in ns], ns
    utc = ns + 1_600_000_000_000_000_000
    yield "epoch", "epoch", [f"{t // 10**9}.{t % 10**9:09d}" for t in utc], utc
    stamps = [np.datetime_as_string(np.datetime64(int(t), "ns")) for t in utc]
    yield "iso8601", "iso8601", stamps, np.array([np.datetime64(s, "ns").astype(np.int64) for s in stamps])
    american = [f"{s[5:7]}-{s[8:10]}-{s[:4]} {s[11:]}" for s in stamps]
    yield "pattern", "%m-%d-%Y %H:%M:%S.%f", american, utc


def main(tool):
    random = np.random.default_rng(20260101)
    failed = False
    for name, unit, times, ns in tables(random):
        values = random.lognormal(0, 5, ROWS) * random.choice([1, -1, 0], ROWS, p=[0.9, 0.05, 0.05])
        texts = number_texts(random, values)
        odd = random.random(ROWS) < 0.02
        with tempfile.TemporaryDirectory() as folder:
            path = [str(pathlib.Path(folder, file)) for file in ("log.csv", "times", "watts")]
            with open(path[0], "w", encoding="ascii") as file:
                file.write("note,watts,time\n")
                for text, time, is_odd in zip(texts, times, odd):
                    file.write(f"x,{'nan' if is_odd else text},{time}\n")
            out = subprocess.run([tool, path[0], unit, path[1], path[2]], check=True, capture_output=True, text=True).stdout
            ours = np.fromfile(path[1], np.int64), np.fromfile(path[2])
            truth = np.genfromtxt(path[0], delimiter=",", skip_header=1, usecols=1)
        kept = np.isfinite(truth)
        good = (np.array_equal(ours[0], ns[kept]) and np.array_equal(ours[1].view(np.int64), truth[kept].view(np.int64))
                and out == f"no data: {np.sum(~kept)}\n")
        print(f"{name}: {len(ours[0])} of {np.sum(kept)} readings, {out.strip()}: {'equal' if good else 'DIFFERENT'}")
        failed |= not good
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
