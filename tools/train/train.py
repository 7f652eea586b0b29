"""Trains DDRNet-23-slim on generated street scenes on a CPU.

    python train.py --data train/256x512:0.75 train/512x1024:0.17 train/1024x2048:0.08 \\
        --val val/256x512 --out runs/a --steps 6000

Each --data is FOLDER:SHARE, the share of the batch that comes from it. Every step draws whole
scenes or random crops of --crop, mirrors half of them, and minimises

    CE(logits) + aux * CE(aux logits) + jaccard * (1 - soft Jaccard(logits))

on the labels' own resolution. Weights are fp32; convolutions run in bfloat16 under autocast unless
--fp32. What is evaluated and published is the exponential moving average of the weights.
"""

from __future__ import annotations

import argparse
import copy
import json
import math
import time
from pathlib import Path

import numpy as np
import torch
import torch.distributed as dist
import torch.nn.functional as F

from data import Batches, Scenes
from ddrnet import CLASSES, IGNORE, build
from evaluate import confusion, ious, report


def upsample_matrix(size: int, full: int, phase: int, stride: int) -> torch.Tensor:
    """Rows phase, phase+stride, ... of the bilinear resize (align_corners=False) size -> full."""
    eye = torch.eye(size)[:, None]  # [size,1,size]
    return F.interpolate(eye, full, mode="linear", align_corners=False)[:, 0].T[phase::stride]


def sampled_logits(logits: torch.Tensor, labels: torch.Tensor, stride: int, phase: tuple[int, int]):
    """The resized logits at every `stride`-th label pixel, without resizing the rest.

    [N,C,h,w], [N,H,W] -> float [N*H/stride*W/stride, C], [the same length]. The values are those
    of the full resize; only which pixels take part is thinned out, and the phase is drawn anew
    each step, so all pixels take part in turn. The full-size loss costs as much as the network.
    """
    n, c, h, w = logits.shape
    rows = upsample_matrix(h, labels.shape[1], phase[0], stride)
    cols = upsample_matrix(w, labels.shape[2], phase[1], stride)
    y = logits.float().permute(0, 2, 3, 1).contiguous()             # [N,h,w,C]
    y = torch.matmul(rows, y.reshape(n, h, w * c))                   # [N,H/s,w*C]
    y = torch.matmul(cols, y.reshape(n, rows.shape[0], w, c))        # [N,H/s,W/s,C]
    t = labels[:, phase[0]::stride, phase[1]::stride]
    return y.reshape(-1, c), t.reshape(-1)


def soft_jaccard(logits: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """1 - mean over the classes present of (intersection / union) of the probabilities, [P,C]."""
    known = target != IGNORE
    p = logits[known].softmax(1)
    t = F.one_hot(target[known], p.shape[1]).to(p.dtype)
    hit, size = (p * t).sum(0), t.sum(0)
    present = size > 0
    return 1 - (hit / (p.sum(0) + size - hit))[present].mean()


def class_weights(scenes: Scenes, power: float, count: int = 300) -> torch.Tensor:
    """frequency ** -power for each class, scaled so that the mean over pixels is 1."""
    seen = np.bincount(np.asarray(scenes.labels[:count]).ravel(), minlength=256)[:len(CLASSES)]
    freq = np.maximum(seen / seen.sum(), 1e-4)
    w = freq ** -power
    return torch.tensor(w / (w * freq).sum(), dtype=torch.float32)


def rate(progress: float, warmup: float) -> float:
    """Learning rate factor: linear warm-up, then half a cosine to zero. `progress` in 0..1."""
    if progress < warmup:
        return progress / warmup
    return 0.5 * (1 + math.cos(math.pi * min(1.0, (progress - warmup) / (1 - warmup))))


def work(rank: int, args: argparse.Namespace, meeting: Path) -> None:
    """One worker process, `rank` 0 to workers - 1.

    Processes of one thread, because oneDNN's weight gradient spins on a barrier between its
    threads: on cores shared with other programs two threads were three times slower.
    """
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    torch.manual_seed(args.seed)
    dist.init_process_group("gloo", f"file://{meeting.absolute()}", rank=rank,
                            world_size=args.workers)
    first = rank == 0  # evaluates, logs and saves

    height, width = map(int, args.crop.split("x"))
    folders, shares = zip(*(d.rsplit(":", 1) for d in args.data))
    sets = [Scenes(f) for f in folders]
    val = Scenes(args.val)
    weight = class_weights(sets[0], args.class_power)

    model = build(aux=True).to(memory_format=torch.channels_last)
    if args.init:
        model.load_state_dict(torch.load(args.init, weights_only=True)["ema"])
    ema = copy.deepcopy(model).eval()
    # decay shrinks convolution weights only: BN scales and biases have no reason to be small
    decayed = [q for q in model.parameters() if q.ndim > 1]
    rest = [q for q in model.parameters() if q.ndim <= 1]
    optimiser = torch.optim.AdamW([{"params": decayed, "weight_decay": args.decay},
                                   {"params": rest, "weight_decay": 0.0}], lr=args.lr)
    step, spent = 0, 0.0  # spent: seconds in earlier runs of this schedule
    if args.resume:
        last = torch.load(args.out / "last.pt", weights_only=True)
        model.load_state_dict(last["model"])
        ema.load_state_dict(last["ema"])
        optimiser.load_state_dict(last["optimiser"])
        step, spent = last["step"], last["seconds"]
    batches = Batches(sets, [float(s) for s in shares], args.batch, height, width,
                      args.seed + 1000 * step + 7919 * rank)
    phases = np.random.default_rng(args.seed + step + 7919 * rank)

    began = saved = time.monotonic()
    log = open(args.out / "log.txt", "a", buffering=1) if first else None

    def say(text: str) -> None:
        if first:
            print(text, flush=True)
            print(text, file=log)

    def seconds() -> float:
        return spent + time.monotonic() - began

    def save() -> None:
        part = args.out / "last.part"
        torch.save({"model": model.state_dict(), "ema": ema.state_dict(), "step": step,
                    "optimiser": optimiser.state_dict(), "seconds": seconds()}, part)
        part.rename(args.out / "last.pt")

    def judge() -> None:
        # bfloat16 here too: this is for the curve, evaluate.py gives the figures
        def logits_of(x):
            with torch.autocast("cpu", torch.bfloat16, enabled=not args.fp32):
                return ema(x)
        matrix = confusion(logits_of, val, args.val_count)
        names = " ".join(f"{c[:7]}={v:.0f}" for c, v in zip(CLASSES, ious(matrix)))
        say(f"eval step {step} {seconds():.0f} s mIoU {np.nanmean(ious(matrix)):.2f} {names}")
        (args.out / "val.txt").write_text(f"step {step}\n{report(matrix)}\n")

    say(f"{sum(map(len, sets))} scenes, class weights "
        + " ".join(f"{c[:7]}={w:.2f}" for c, w in zip(CLASSES, weight.tolist())))
    sums, shown, shown_at = np.zeros(3), step, time.monotonic()
    progress = step / args.steps
    while progress < 1:
        lr = args.lr * rate(progress, args.warmup)
        for group in optimiser.param_groups:
            group["lr"] = lr

        x, y = batches.draw()
        model.train()
        with torch.autocast("cpu", torch.bfloat16, enabled=not args.fp32):
            logits, aux = model(x)
        phase = tuple(phases.integers(args.loss_stride, size=2))
        z, t = sampled_logits(logits, y, args.loss_stride, phase)
        main_ce = F.cross_entropy(z, t, weight, ignore_index=IGNORE)
        jaccard = soft_jaccard(z, t) if args.jaccard else torch.zeros(())
        # the auxiliary loss only has to point the way: a quarter as many pixels do
        za, ta = sampled_logits(aux, y, 2 * args.loss_stride, phase)
        aux_ce = F.cross_entropy(za, ta, weight, ignore_index=IGNORE)
        loss = main_ce + args.jaccard * jaccard + args.aux * aux_ce
        optimiser.zero_grad(set_to_none=True)
        loss.backward()

        # the workers' mean gradient, and their mean progress so that all stop at the same step
        progress = (step + 1) / args.steps
        if args.minutes:
            progress = max(progress, seconds() / 60 / args.minutes)
        grads = [q.grad for q in model.parameters()]
        flat = torch.cat([g.flatten() for g in grads] + [torch.tensor([progress])])
        dist.all_reduce(flat)
        flat /= args.workers
        progress = flat[-1].item()
        for g, mean in zip(grads, flat[:-1].split([g.numel() for g in grads])):
            g.copy_(mean.view_as(g))
        torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimiser.step()
        step += 1

        # a short average at first, so that early evaluations are not those of the random start
        decay = min(args.ema, (1 + step) / (10 + step))
        mine, theirs = ema.state_dict(), model.state_dict()
        for k in mine if first else ():
            if mine[k].is_floating_point():
                mine[k].lerp_(theirs[k], 1 - decay)

        sums += [main_ce.item(), jaccard.item(), aux_ce.item()]
        if step % 50 == 0:
            assert np.isfinite(sums).all(), "the loss is not finite"
            now = time.monotonic()
            ce, ja, au = sums / (step - shown)
            say(f"step {step} {seconds():.0f} s lr {lr:.2e} ce {ce:.4f} jaccard {ja:.4f} aux {au:.4f} "
                f"{args.workers * args.batch * (step - shown) / (now - shown_at):.1f} images/s")
            sums, shown, shown_at = np.zeros(3), step, now
        if first and step % args.eval_every == 0:
            judge()
            shown_at = time.monotonic()
        if first and time.monotonic() - saved > 60 * args.save_minutes:
            save()
            saved = time.monotonic()
    if first:
        save()
        judge()
    dist.destroy_process_group()



def main() -> None:
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0],
                                formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    p.add_argument("--data", nargs="+", required=True, metavar="FOLDER:SHARE")
    p.add_argument("--val", type=Path, required=True)
    p.add_argument("--val-count", type=int, default=100, help="scenes in each evaluation")
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--crop", default="256x512", help="HxW of a training sample")
    p.add_argument("--batch", type=int, default=8, help="samples of one worker")
    p.add_argument("--steps", type=int, default=6000)
    p.add_argument("--minutes", type=float, default=0,
                   help="end the schedule after this time, should the steps take longer (0: never)")
    p.add_argument("--lr", type=float, default=1.5e-3)
    p.add_argument("--warmup", type=float, default=0.03, help="fraction of the steps")
    p.add_argument("--decay", type=float, default=0.02, help="AdamW weight decay of convolutions")
    p.add_argument("--aux", type=float, default=0.4)
    p.add_argument("--jaccard", type=float, default=0.5)
    p.add_argument("--class-power", type=float, default=0.25,
                   help="classes weigh frequency ** -power in the cross-entropy")
    p.add_argument("--loss-stride", type=int, default=4,
                   help="the loss looks at every n-th pixel each way, from a random phase")
    p.add_argument("--ema", type=float, default=0.998)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--workers", type=int, default=2,
                   help="processes of one thread; each draws --batch samples a step")
    p.add_argument("--fp32", action="store_true")
    p.add_argument("--eval-every", type=int, default=500, help="steps")
    p.add_argument("--save-minutes", type=float, default=10)
    p.add_argument("--init", type=Path, help="start from this checkpoint's weights, new schedule")
    p.add_argument("--resume", action="store_true", help="go on from OUT/last.pt")
    args = p.parse_args()

    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / "args.json").write_text(json.dumps(vars(args), default=str, indent=1) + "\n")
    meeting = args.out / "meeting"  # the file through which the workers find each other
    meeting.unlink(missing_ok=True)
    torch.multiprocessing.spawn(work, (args, meeting), args.workers)


if __name__ == "__main__":
    main()
