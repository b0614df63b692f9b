"""A small run to try the trainer on, in this process or in ones that may be killed.

As a script it reads jobs, a line of JSON each, and does each in a child process, one
after the other. Children are forked from a process that has torch loaded already and
has never used it, so that a hundred of them take seconds.
"""

import hashlib
import json
import os
import pathlib
import shutil
import signal
import sys
from pathlib import Path

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from fork_server import ForkServer
from lehr import warmup_cosine
from lehr.bindings.torch import Scheduler
from lehr.training import (
    BaseTrainer,
    Callback,
    Checkpointing,
    EarlyStopping,
    JsonLines,
    LoggingCallback,
    RateMonitor,
    StepScheduler,
    WarmupStepLR,
    accuracy,
    snapshot,
)
from lehr.training.checkpoint.codec import encode
from lehr.training.checkpoint.tensors import chunks_of
from lehr.training.data import Loader

SAMPLES, BATCH, ACCUMULATION = 54, 4, 3  # 14 batches an epoch: windows of 3 3 3 3 2


def table(samples=SAMPLES, seed=7):
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(samples, 8, generator=generator)
    return x, (x[:, 0] > 0).long() + (x[:, 1] > 1).long()


def net(dropout=0.5):
    torch.manual_seed(3)
    return nn.Sequential(
        nn.Linear(8, 16),
        nn.BatchNorm1d(16),
        nn.ReLU(),
        nn.Dropout(dropout),
        nn.Linear(16, 3),
    )


def stream(data):
    """A loader that knows neither its length nor how to seek."""

    class Stream:
        def __iter__(self):
            yield from data

    return Stream()


def batches(kind):
    x, y = table()
    if kind == "lehr":
        return Loader((x, y), batch_size=BATCH, seed=5)
    private = torch.Generator().manual_seed(11) if kind == "generator" else None
    loader = DataLoader(
        TensorDataset(x, y), batch_size=BATCH, shuffle=True, generator=private
    )
    return stream(loader) if kind == "stream" else loader


class KillAt(Callback):
    """Ends the process by SIGKILL in an event of update number `update`."""

    def __init__(self, event, update, order=0, number=signal.SIGKILL):
        self.update, self.order, self.number = update, order, number
        self.event = event

    def on_update(self, context):
        self._maybe("on_update", context.update)

    def on_evaluate(self, context):
        self._maybe("on_evaluate", context.update)

    def on_log(self, context):
        self._maybe("on_log", context.update)

    def on_save_point(self, context):
        self._maybe("on_save_point", context.updates - 1)

    def _maybe(self, event, update):
        if (event, update) == (self.event, self.update):
            os.kill(os.getpid(), self.number)


SCHEDULERS = {
    "bound": lambda o: Scheduler(o, lr=warmup_cosine(0.02, warmup=4, total=20)),
    "by epoch": lambda o: WarmupStepLR(0.02, 1, 2, 0.5, start_lr=0.01),
    "by update": lambda o: StepScheduler(0.02, 3, 0.5, optimizer=o),
}


def trainer(
    folder,
    *,
    every=1,
    callbacks=(),
    patience=100,
    scheduler="bound",
    store=False,
    **options,
):
    model = net()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1.0)
    return BaseTrainer(
        model,
        optimizer,
        SCHEDULERS[scheduler](optimizer),
        metrics={"accuracy": accuracy},
        callbacks=[
            RateMonitor(),
            EarlyStopping(patience=patience),
            LoggingCallback(
                1, None if store else [JsonLines(Path(folder, "metrics.jsonl"))]
            ),
            Checkpointing(every_updates=every),
            *callbacks,
        ],
        accumulation=ACCUMULATION,
        clip_norm=1.0,
        folder=folder,
        **options,
    )


def validation():
    x, y = table(30, seed=8)
    return list(zip(x.split(8), y.split(8), strict=True))


def fit(one, data="lehr", **options):
    """Fit a trainer to the table, with validation."""
    data = batches(data) if isinstance(data, str) else data
    return one.fit(data, validation(), **options)


def digest(one):
    """The hash of all that makes a run: two equal ones go on alike, bit for bit."""
    state = snapshot.take(one)
    state["state"]["done"].pop("seconds")
    state["state"].pop("settings")  # how it is built, and not how far it is
    state["state"]["history"] = [
        {k: v for k, v in row.items() if k != "seconds"} for row in one.history
    ]
    data, tensors = encode(state)
    result = hashlib.sha256(json.dumps(data, sort_keys=True).encode())
    for chunk in chunks_of(tensors):
        result.update(chunk)
    return result.hexdigest()


def do(job):
    """Train as a job says; return what came of it."""
    kill = [KillAt(**job["kill"])] if "kill" in job else []
    torch.manual_seed(job.get("noise", 0))
    one = trainer(
        job["folder"],
        every=job.get("every", 1),
        callbacks=kill,
        patience=job.get("patience", 100),
        scheduler=job.get("scheduler", "bound"),
        store=job.get("store", False),
    )
    if "fatal_call" in job:
        die_at_call(job["fatal_call"])
    goal = {"updates": job.get("updates", 20), "resume": job.get("resume")}
    result = fit(one, job.get("data", "lehr"), **goal)
    return {
        "digest": digest(one),
        "stopped_by": result.stopped_by,
        "updates": result.updates,
        "signal": result.signal,
        "evaluations": result.evaluations,
    }


def die_at_call(number):
    """Let the process die just after its `number`-th call that changes a disk."""
    calls = iter(range(number, -1, -1))

    def fatal(function):
        def call(*args, **options):
            result = function(*args, **options)
            if next(calls) == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        return call

    os.fsync = fatal(os.fsync)
    pathlib.Path.rename = fatal(pathlib.Path.rename)
    pathlib.Path.mkdir = fatal(pathlib.Path.mkdir)
    shutil.rmtree = fatal(shutil.rmtree)


class Children(ForkServer):
    """A process that does jobs in children of its own, which may be killed."""

    def __init__(self):
        super().__init__("training.runs")

    def __call__(self, *jobs):
        """Do the jobs, one after the other; give (exit status, result or None)."""
        return [tuple(self.ask(job)) for job in jobs]


def _main():
    import torch._dynamo

    torch.set_num_threads(1)
    for line in sys.stdin:
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.write(writer, json.dumps(do(json.loads(line))).encode())
            os._exit(0)
        os.close(writer)
        with os.fdopen(reader, "rb") as pipe:
            text = pipe.read()
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        print(json.dumps([status, json.loads(text) if text else None]), flush=True)


if __name__ == "__main__":
    _main()
