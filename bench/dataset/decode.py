"""Ratio of Pillow's and numpy's time to ours for decoding and normalising a 1024x2048 PNG: one thread each, in
alternating blocks of one run, so that a change of the machine's speed touches both. Argument: the program bench_decode."""
import argparse
import os
import subprocess
import sys
import tempfile
import time

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = "1"
import numpy as np  # noqa: E402
from PIL import Image  # noqa: E402

GOAL = 1.5
MEAN, STD = (np.array(v, np.float32) for v in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)))


def theirs(path):
    with Image.open(path) as image:
        pixels = np.asarray(image.convert("RGB"), np.float32)
    return np.ascontiguousarray(((pixels / 255 - MEAN) / STD).transpose(2, 0, 1))


def fastest_ms(work, passes):
    best = float("inf")
    for _ in range(passes):
        begin = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - begin)
    return best * 1e3


def measure(program, name, path, folder, blocks):
    """True when the goal is reached and the tensors agree."""
    with subprocess.Popen([program, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as ours:
        def ask(line):
            ours.stdin.write(line + "\n")
            ours.stdin.flush()
            return float(ours.stdout.readline() or sys.exit(f"{name}: {program} ended"))

        tensor = os.path.join(folder, "tensor")
        ask(f"tensor {tensor}")
        difference = np.abs(np.fromfile(tensor, np.float32) - theirs(path).ravel()).max()
        pairs = np.array([(fastest_ms(lambda: theirs(path), 4), ask("time 4")) for _ in range(blocks)])
        ours.stdin.close()
    ratios = pairs[:, 0] / pairs[:, 1]
    their_ms, our_ms = np.median(pairs, axis=0)
    ratio = np.median(ratios)
    print(f"decode + normalise, 1024x2048 PNG {name}: {their_ms:.1f} ms / {our_ms:.1f} ms = {ratio:.2f} times as fast "
          f"(blocks {ratios.min():.2f} .. {ratios.max():.2f}; at least {GOAL}); largest difference {difference:.1e}",
          flush=True)
    return ratio >= GOAL and difference < 1e-5


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("image", nargs="?", help="a 1024x2048 PNG; by default a generated scene")
    parser.add_argument("--blocks", type=int, default=10)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if args.image:
            return 0 if measure(args.program, args.image, args.image, folder, args.blocks) else 1
        path = os.path.join(folder, "scene.png")
        subprocess.run([args.program, "scene", path], check=True)
        usual = os.path.join(folder, "usual.png")
        with Image.open(path) as image:
            image.save(usual)
        good = [measure(args.program, "as Pillow saves it", usual, folder, args.blocks),
                measure(args.program, "as assay saves it", path, folder, args.blocks)]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
