"""Ratios of numpy's and OpenCV's time to ours for the accuracy pass's kernels: one thread each, in alternating blocks
of one run, so that a change of the machine's speed touches both. Argument: the program bench_kernels."""
import argparse
import os
import subprocess
import sys
import tempfile
import time

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = "1"
import cv2  # noqa: E402
import numpy as np  # noqa: E402

CLASSES, FROM, TO = 19, (128, 256), (1024, 2048)


def scene(random):
    """Logits with regions as a street scene has them, a prediction from them, and a truth that disagrees at borders
    and in patches, with some pixels to ignore."""
    coarse = random.normal(0, 1, (CLASSES, 8, 16)).astype(np.float32)
    logits = np.stack([cv2.resize(plane, FROM[::-1], interpolation=cv2.INTER_CUBIC) for plane in coarse]) * 8
    logits += random.normal(0, 0.5, logits.shape).astype(np.float32)
    prediction = upsample_theirs(logits).astype(np.uint8)
    truth = np.roll(prediction, (3, 5), (0, 1))
    truth[:, :20] = 255
    truth[400:440] = random.integers(0, CLASSES, (40, TO[1]))
    return np.ascontiguousarray(logits), truth, prediction


def upsample_theirs(logits):
    planes = [cv2.resize(plane, TO[::-1], interpolation=cv2.INTER_LINEAR) for plane in logits]
    return np.argmax(np.stack(planes), axis=0)


def upsample_theirs_in_one(logits):
    return np.argmax(cv2.resize(logits.transpose(1, 2, 0), TO[::-1], interpolation=cv2.INTER_LINEAR), axis=2)


def confusion_theirs(kind):
    def run(truth, prediction):
        mask = truth < CLASSES
        return np.bincount(CLASSES * truth[mask].astype(kind) + prediction[mask], minlength=CLASSES * CLASSES)

    return run


def fastest_ms(work, passes):
    best = float("inf")
    for _ in range(passes):
        begin = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - begin)
    return best * 1e3


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("--blocks", type=int, default=10)
    args = parser.parse_args()
    cv2.setNumThreads(1)
    random = np.random.default_rng(1)
    logits, truth, prediction = scene(random)
    noise = [random.integers(0, CLASSES, TO).astype(np.uint8) for _ in range(2)]

    # The reference is whichever way of writing it is fastest here.
    ways = [confusion_theirs(kind) for kind in (np.uint16, np.int64)]
    confusion = min(ways, key=lambda way: fastest_ms(lambda: way(truth, prediction), 5))
    upsample = min([upsample_theirs, upsample_theirs_in_one], key=lambda way: fastest_ms(lambda: way(logits), 3))
    cases = [
        ("confusion matrix, 1024x2048 scene", "confusion", lambda: confusion(truth, prediction), 20, 5, (truth, prediction)),
        ("confusion matrix, 1024x2048 noise", "confusion", lambda: confusion(*noise), 20, 5, noise),
        ("upsample + argmax, [19,128,256] to 1024x2048", "upsample", lambda: upsample(logits), 3, 6, (truth, prediction)),
    ]
    slow = False
    for name, kernel, theirs, passes, goal, (t, p) in cases:
        with tempfile.TemporaryDirectory() as folder:
            for data, file in ((logits, "logits"), (t, "truth"), (p, "prediction")):
                data.tofile(os.path.join(folder, file))
            with subprocess.Popen([args.program, folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as ours:
                pairs = []
                for _ in range(args.blocks):
                    their_ms = fastest_ms(theirs, passes)
                    ours.stdin.write(f"{kernel} {passes}\n")
                    ours.stdin.flush()
                    our_ms = float(ours.stdout.readline())
                    if our_ms <= 0:
                        sys.exit(f"{name}: our kernel refused the data")
                    pairs.append((their_ms, our_ms))
                ours.stdin.close()
        ratios = np.array([a / b for a, b in pairs])
        their_ms, our_ms = np.median(pairs, axis=0)
        ratio = np.median(ratios)
        slow |= ratio < goal
        print(f"{name}: {their_ms:.2f} ms / {our_ms:.3f} ms = {ratio:.1f} times as fast "
              f"(blocks {ratios.min():.1f} .. {ratios.max():.1f}; at least {goal})", flush=True)
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
