"""mIoU and the IoU of each class equal cityscapesScripts' to 1e-6 on the same PNG files. Argument: metric_oracle."""
import argparse
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
from cityscapesscripts.evaluation import evalPixelLevelSemanticLabeling as theirs
from cityscapesscripts.helpers.labels import labels, trainId2label
from PIL import Image

CLASSES, IGNORE = 19, 255
ID_TO_TRAIN = np.full(256, IGNORE, np.uint8)
for label in labels:
    if label.id >= 0 and 0 <= label.trainId < CLASSES:
        ID_TO_TRAIN[label.id] = label.trainId
TRAIN_TO_ID = np.array([trainId2label[i].id for i in range(CLASSES)], np.uint8)


def blocky(random, values, shape, block):
    """Patches of equal labels, as label maps have them; block 1 is noise."""
    small = random.choice(values, [-(-side // block) for side in shape])
    return np.kron(small, np.ones((block, block), np.uint8))[: shape[0], : shape[1]].astype(np.uint8)


def pair(random, shape, block, right, ids, predicted):
    """Ground truth with label ids (ignored ones too), and a prediction in train ids that is right to a share."""
    truth = blocky(random, ids, shape, block)
    guess = blocky(random, predicted, shape, max(1, block // 2))
    train = ID_TO_TRAIN[truth]
    keep = (random.random(shape) < right) & (train != IGNORE)
    return truth, np.where(keep, train, guess).astype(np.uint8)


def score_theirs(pairs, folder):
    args = argparse.Namespace(evalInstLevelScore=False, evalPixelAccuracy=False, quiet=True)
    matrix = theirs.generateMatrix(args)
    for number, (truth, prediction) in enumerate(pairs):
        files = [str(folder / f"{number}_{kind}.png") for kind in ("prediction", "labelIds")]
        Image.fromarray(TRAIN_TO_ID[prediction]).save(files[0])
        Image.fromarray(truth).save(files[1])
        theirs.evaluatePair(*files, matrix, {}, {}, args)
    ious = {trainId2label[i].name: theirs.getIouScoreForLabel(int(TRAIN_TO_ID[i]), matrix, args) for i in range(CLASSES)}
    return theirs.getScoreAverage(ious, args), list(ious.values())


def score_ours(tool, pairs, folder):
    """From the same files, read back as label ids and mapped to train ids."""
    truths, predictions = [], []
    for number in range(len(pairs)):
        truths.append(ID_TO_TRAIN[np.array(Image.open(folder / f"{number}_labelIds.png"))])
        predictions.append(ID_TO_TRAIN[np.array(Image.open(folder / f"{number}_prediction.png"))])
    np.concatenate([t.ravel() for t in truths]).tofile(folder / "truth")
    np.concatenate([p.ravel() for p in predictions]).tofile(folder / "prediction")
    out = subprocess.run([tool, "miou", str(CLASSES), str(IGNORE), folder / "truth", folder / "prediction"],
                         check=True, capture_output=True, text=True).stdout.split()
    return float(out[0]) / 100, [float(v) / 100 if float(v) >= 0 else float("nan") for v in out[2:]]


def main(tool):
    random = np.random.default_rng(7)
    every = np.array([label.id for label in labels if label.id >= 0])
    few = np.array([7, 8, 11, 23, 0, 4])  # Most classes occur nowhere: they leave the mean, and are nan.
    sets = {
        "all classes, good": [pair(random, (256, 512), 32, 0.8, every, range(CLASSES)) for _ in range(4)],
        "all classes, noise": [pair(random, (97, 131), 1, 0.1, every, range(CLASSES)) for _ in range(3)],
        "few classes": [pair(random, (64, 200), 16, 0.7, few, [0, 1, 2, 10]) for _ in range(3)],
        "predicted where absent": [pair(random, (64, 64), 8, 0.5, few, range(CLASSES))],
        "perfect": [pair(random, (128, 128), 16, 1.0, every, [0])],
        "nothing right": [(np.full((32, 32), 7, np.uint8), np.full((32, 32), 10, np.uint8))],
    }
    worst = 0.0
    for name, pairs in sets.items():
        with tempfile.TemporaryDirectory() as folder:
            mean, ious = score_theirs(pairs, pathlib.Path(folder))
            our_mean, our_ious = score_ours(tool, pairs, pathlib.Path(folder))
        if not np.array_equal(np.isnan(ious), np.isnan(our_ious)):
            print(f"{name}: other classes are absent: theirs {ious}, ours {our_ious}")
            return 1
        off = max(abs(mean - our_mean), np.nanmax(np.abs(np.array(ious) - our_ious)))
        print(f"{name}: mIoU {our_mean:.6f}, cityscapesScripts {mean:.6f}, largest difference {off:.1e}")
        worst = max(worst, off)
    return 0 if worst <= 1e-6 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
