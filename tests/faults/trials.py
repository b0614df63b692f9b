"""The run that is disturbed: all that a state can have, and all that can be logged.

Dropout, batch norm, random augmentation from three generators, shuffling, accumulation
with a short last window, a schedule, averaged weights, early stopping; the numbers of
the samples stand in the log of metrics.
"""

import hashlib
import json
import os
import signal
import time
from math import inf, nan
from pathlib import Path

import torch
from torch import nn
from torch.utils.data import Dataset

from faults.phases import Last, Observer, at, watched
from lehr import warmup_cosine
from lehr.bindings.torch import Scheduler
from lehr.training import (
    BaseTrainer,
    Checkpointing,
    EarlyStopping,
    Ema,
    JsonLines,
    LoggingCallback,
    RateMonitor,
    accuracy,
    snapshot,
)
from lehr.training.checkpoint.codec import encode
from lehr.training.checkpoint.tensors import chunks_of
from lehr.training.data import DatasetLoader
from training import data_runs, runs

UPDATES = 20
PER_EPOCH = 5  # of 14 batches, in windows of 3 3 3 3 2


def fail(how):
    """Fail as a data set may."""
    if how == "raises":
        raise ZeroDivisionError("a bad sample")
    if how == "hangs":
        time.sleep(600)
    os.kill(os.getpid(), signal.SIGKILL)


class Rows(Dataset):
    """A table with noise from all three global generators, and the samples' numbers."""

    def __init__(self, samples=runs.SAMPLES, bad=None):
        self.x, self.y = runs.table(samples)
        self.bad = bad  # (what, the number of the read in this process)
        self.reads = 0

    def __len__(self):
        return len(self.x)

    def __getitem__(self, number):
        at("data")
        self.reads += 1
        if self.bad is not None and self.reads == self.bad[1]:
            fail(self.bad[0])
        x, y = data_runs.noisy((self.x[number], self.y[number]))
        return x, torch.tensor(number), y


class Net(nn.Module):
    """A small network that notes which samples it was trained with."""

    def __init__(self, width=16, plain=False):
        super().__init__()
        torch.manual_seed(3)
        norm = nn.Identity() if plain else nn.BatchNorm1d(width)
        self.first = nn.Sequential(nn.Linear(8, width), norm)
        dropout = nn.Dropout(0.0 if plain else 0.5)
        self.second = nn.Sequential(dropout, nn.Linear(width, 3))
        self.seen = []
        self.poison = None  # (what, sample, epoch)

    def forward(self, x, numbers):
        if not self.training:
            at("validation")
            return self.second(torch.relu(self.first(x)))
        at("accumulation" if self.seen else "forward")
        self.seen.append(numbers.tolist())
        hidden = torch.relu(self.first(x))
        hidden.register_hook(self._gradient)
        if self._is_poisoned("error"):
            raise ZeroDivisionError("a bad model")
        return self.second(hidden) * (nan if self._is_poisoned("loss") else 1.0)

    def _gradient(self, gradient):
        at("backward")
        return gradient * inf if self._is_poisoned("gradient") else None

    def _is_poisoned(self, what):
        if self.poison is None or self.poison[0] != what:
            return False
        _, sample, epoch = self.poison
        return sample in self.seen[-1] and at.trainer.epochs == epoch


def data(
    workers=0,
    batch_size=runs.BATCH,
    samples=runs.SAMPLES,
    seed=5,
    bad=None,
    **options,
):
    rows = Rows(samples, bad)
    return DatasetLoader(rows, batch_size, seed=seed, num_workers=workers, **options)


def validation():
    x, y = runs.table(30, seed=8)
    numbers = torch.arange(30)
    return list(zip(x.split(8), numbers.split(8), y.split(8), strict=True))


def build(
    folder,
    *,
    every=2,
    callbacks=(),
    patience=100,
    width=16,
    total=UPDATES,
    checkpointing=None,
    loggers=None,
    optimizer=torch.optim.AdamW,
    plain=False,
    backwards=False,
    **options,
):
    """Build the trainer of the run."""
    model = Net(width, plain)
    optimizer = optimizer(model.parameters(), lr=1.0)
    log = JsonLines(Path(folder, "metrics.jsonl"))
    ready = [
        Observer(),
        RateMonitor(),
        Ema(0.9),
        *([] if patience is None else [EarlyStopping(patience=patience)]),
        LoggingCallback(1, [log] if loggers is None else loggers),
        Checkpointing(every_updates=every, **checkpointing or {}),
        Last(),
    ]
    trainer = BaseTrainer(
        model,
        optimizer,
        Scheduler(optimizer, lr=warmup_cosine(0.02, warmup=4, total=total)),
        metrics={"accuracy": accuracy},
        callbacks=[*ready, *callbacks][:: -1 if backwards else 1],
        **{"accumulation": 3, "clip_norm": 1.0, "folder": folder} | options,
    )
    return watched(trainer)


def outcome(trainer, result, log=None):
    """What must be the same, disturbed or not: to the last bit."""
    log = Path(log or Path(trainer.folder, "metrics.jsonl"))
    log = log.read_bytes() if log.exists() else b""
    return {
        "state": runs.digest(trainer),
        "trained": trained(trainer),
        "log": hashlib.sha256(log).hexdigest(),
        "lines": log.count(b"\n"),
        "stopped_by": result.stopped_by,
        "updates": result.updates,
    }


def trained(trainer):
    """The hash of what training makes, whatever looked on: all but what was judged."""
    state = snapshot.take(trainer)["state"]
    chosen = {name: state[name] for name in ("optimizer", "scheduler", "random")}
    chosen |= {"model": trainer.model.state_dict(), "data": state["data"]}
    chosen["average"] = state["callbacks"]["Ema"]
    data, tensors = encode(chosen)
    digest = hashlib.sha256(json.dumps(data, sort_keys=True).encode())
    for chunk in chunks_of(tensors):
        digest.update(chunk)
    return digest.hexdigest()
