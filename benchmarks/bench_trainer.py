"""The trainer: what an update costs over a loop by hand, and how soon it begins.

Times of updates are those between two batches asked for, so that every trainer is
measured by the same clock; one epoch of 180 updates each, in turns. The least busy
quarter counts (the first quartile): what a machine does beside it is no cost of ours.
"""

import importlib.util
import itertools
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch.utils.data import DataLoader

from harness import Row, Times, publish
from training_loops import (
    BATCHES,
    Epoch,
    Ready,
    by_accelerate,
    by_default,
    by_hand,
    by_lehr,
    by_lightning,
    naive_loader,
    own_loader,
    ten_callbacks,
)

ROUNDS, PEER_ROUNDS, STARTS = 15, 3, 3
HERE = Path(__file__).parent


def quartile(seconds: list[float]) -> float:
    return sorted(seconds)[len(seconds) // 4]


def overhead() -> list[Row]:
    """Time each update of each trainer on ready batches, less that of the raw loop."""
    stamps: list[float] = []
    loader = DataLoader(
        Ready(lambda: stamps.append(time.process_time())), batch_size=None
    )
    ours: dict[str, Epoch] = {
        "loop by hand": by_hand(),
        "fit, bare": by_lehr(),
        "fit, 10 callbacks, records every 50": ten_callbacks(),
        "fit, check_finite=False": by_lehr(check_finite=False),
    }
    peers: dict[str, Epoch] = {}
    for name, build in (("accelerate", by_accelerate), ("lightning", by_lightning)):
        if importlib.util.find_spec(name) is not None:
            peers[name] = build()
    over: Times = {name: [] for name in ours | peers}
    for number in range(ROUNDS + 1):
        taken = {}
        for name, epoch in (ours | peers).items():
            if name in peers and number > PEER_ROUNDS:
                continue
            stamps.clear()
            epoch(loader)
            pairs = itertools.pairwise(stamps)
            taken[name] = quartile([after - before for before, after in pairs])
        if number:  # the first round loads code
            for name, seconds in taken.items():
                over[name].append(seconds - taken["loop by hand"])
    medians = {name: max(1e-9, statistics.median(v)) for name, v in over.items()}
    rows = []
    goals = (10e-6, 15e-6, None)
    for name, goal in zip(list(ours)[1:], goals, strict=True):
        rows.append(
            Row(f"an update over the raw loop: {name}", medians[name], at_most=goal)
        )
        for peer in peers:
            ratio = medians[peer] / medians[name]
            rows.append(Row(name, medians[name], peer, medians[peer], ratio))
    return rows


def defaults() -> Row:
    """Time an epoch by lehr's optimizer and loader, and by the loop of most people."""
    pairs: dict[str, Callable[[], object]] = {}
    for name, epoch, loader in (
        ("ours", by_default(), own_loader()),
        ("naive", by_hand(), naive_loader()),
    ):
        pairs[name] = lambda epoch=epoch, loader=loader: epoch(loader)
    times: Times = {name: [] for name in pairs}
    for number in range(ROUNDS + 1):
        for name, run in pairs.items():
            begin = time.process_time()
            run()
            if number:
                times[name].append((time.process_time() - begin) / BATCHES)
    ratios = [b / a for a, b in zip(times["ours"], times["naive"], strict=True)]
    return Row(
        "an update by default: AdamW, Loader",
        statistics.median(times["ours"]),
        "by hand, DataLoader(batch_size=32)",
        statistics.median(times["naive"]),
        statistics.median(ratios),
        times_faster=1 / 0.7,
    )


def started(*arguments: str) -> float:
    """Run `first_update.py` in a fresh process; return the CPU seconds it tells."""
    command = [sys.executable, str(HERE / "first_update.py"), *arguments]
    found = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(found.stdout.split()[-1])


def starts() -> list[Row]:
    times: Times = {"by hand": [], "fit": [], "resumed": []}
    with tempfile.TemporaryDirectory() as folder:
        started("prepare", folder)
        for number in range(STARTS):
            times["by hand"].append(started("hand"))
            times["fit"].append(started("fit", f"{folder}/fresh-{number}"))
            times["resumed"].append(started("resume", folder))
    # Of a few starts the least disturbed one says most.
    least = {name: min(seconds) for name, seconds in times.items()}
    first, resumed = (
        max(0.0, least[name] - least["by hand"]) for name in ("fit", "resumed")
    )
    return [
        Row("fit to first update, over the raw loop's", first, at_most=30e-3),
        Row("resumed at batch 100,000, likewise", resumed, at_most=1.0),
    ]


if __name__ == "__main__":
    torch.set_num_threads(1)
    publish("Trainer, AdamW, MLP 64-128-10", [*overhead(), defaults(), *starts()])
