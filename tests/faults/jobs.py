"""What a forked child can be told to do."""

import os
import random
import resource
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import torch

from faults import trials
from faults.phases import at
from lehr.training import (
    Callback,
    FolderLockedError,
    GradientMonitor,
    JsonLines,
    Logger,
    LoggingCallback,
    Profiler,
    ProgressBar,
    RollBack,
    SkipNonFinite,
    Throughput,
    TimeLimit,
)
from lehr.training.checkpoint import catalog, files
from training import runs


class Broken(Callback):
    def on_evaluate(self, context):
        raise ZeroDivisionError("a broken callback")


class BrokenLogger(Logger):
    def open(self, updates): ...

    def log(self, record):
        if record["update"] == 7:
            raise OSError("the server is away")


CALLBACKS = {
    "broken": Broken,
    "broken logger": lambda: LoggingCallback(1, [BrokenLogger()]),
    "time limit": lambda: TimeLimit(0.001),
    "skip": SkipNonFinite,
    "roll back": lambda: RollBack(None),
    "progress": ProgressBar,
    "throughput": Throughput,
    "gradients": GradientMonitor,
    "profiler": lambda: Profiler(start=3, updates=2),
}


def train(
    folder,
    *,
    resume="auto",
    die=None,
    die_by=signal.SIGKILL,
    fatal_call=None,
    fatal_step_of_resuming=None,
    noise=0,
    data=None,
    updates=trials.UPDATES,
    goals=None,
    evaluates=True,
    callbacks=(),
    exits=False,
    limit=None,
    log=None,
    poison=None,
    signal_in_save=None,
    thread=False,
    other_optimizer=False,
    **options,
):
    """Train to the goal; die on the way if told to: `die` is (phase, updates)."""
    random.seed(noise)
    np.random.seed(noise)
    torch.manual_seed(noise)
    extra: list[Callback] = [CALLBACKS[name]() for name in callbacks]
    if other_optimizer:
        options["optimizer"] = torch.optim.SGD
    if limit is not None:
        extra.append(FileSizes(*limit))
    if log is not None:
        options["loggers"] = [JsonLines(log)]
    trainer = trials.build(folder, callbacks=extra, **options)
    if die is not None:
        at.phase, at.updates = die
        at.number = die_by
    if fatal_call is not None:
        runs.die_at_call(fatal_call)
    if fatal_step_of_resuming is not None:
        die_while_resuming(trainer, fatal_step_of_resuming)
    if poison is not None:
        trainer.model.poison = poison
    if signal_in_save is not None:
        send_in_save(*signal_in_save)
    loader = trials.data(**data or {})
    goals = {"updates": updates} if goals is None else goals
    validation = trials.validation() if evaluates else None
    fit = partial(trainer.fit, loader, validation, resume=resume, **goals)
    result = in_a_thread(fit) if thread else fit()
    if exits:
        sys.exit(result.exit_code)
    entries = trainer.store.entries()
    return {
        "run": trials.outcome(trainer, result, log),
        "checkpoints": [[entry.updates, entry.finite] for entry in entries],
        "best": None if result.best is None else result.best.value,
    }


class FileSizes(Callback):
    """Limits the sizes of files, from behind an update to behind another one."""

    order = 2000  # behind the save

    def __init__(self, first, size, last=None):
        self.first, self.size, self.last = first, size, last

    def on_save_point(self, context):
        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        if context.updates in (self.first, self.last):
            context.trainer.store.entries()  # waits for what is being written
        if context.updates == self.first:
            resource.setrlimit(resource.RLIMIT_FSIZE, (self.size, hard))
        if context.updates == self.last:
            resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))


def die_while_resuming(trainer, number):
    """Die just before the step of that number: of the sweep, of reading, of putting."""
    steps = iter(range(number, -1, -1))

    def fatal(place, name):
        function = getattr(place, name)

        def step(*args, **options):
            if next(steps) == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*args, **options)

        setattr(place, name, step)

    fatal(catalog, "sweep")
    fatal(catalog.shutil, "rmtree")
    fatal(catalog, "read_manifest")
    fatal(files, "read_unverified")
    fatal(trainer.model, "load_state_dict")
    fatal(trainer.optimizer, "load_state_dict")
    fatal(trainer.callbacks, "load_state_dict")
    fatal(trainer, "resume_data")


def in_a_thread(work):
    """Do it in another thread; return what it returned."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


def send_in_save(call, *numbers):
    """Send signals to this process in the middle of a save, at a call of fsync."""
    calls, fsync = iter(range(call, -1, -1)), os.fsync

    def interrupted(descriptor):
        if next(calls, -1) == 0:
            for number in numbers:
                os.kill(os.getpid(), number)
                time.sleep(0.05)  # two at once would be one
        fsync(descriptor)

    os.fsync = interrupted


def two_writers(folder):
    """Start a second run in a folder while another one trains there."""
    told = {}

    class Second(Callback):
        def on_update(self, context):
            if context.update != 8:
                return
            context.trainer.store.entries()  # waits for what is being written
            before = everything(folder)
            at.phase = ""
            reader, writer = os.pipe()
            if (child := os.fork()) == 0:
                try:
                    trials.build(folder).fit(trials.data(), updates=20, resume="auto")
                except FolderLockedError as error:
                    os.write(writer, str(error).encode())
                os._exit(0)
            os.waitpid(child, 0)
            told["second"] = os.read(reader, 10_000).decode()
            told["untouched"] = everything(folder) == before

    trainer = trials.build(folder, callbacks=[Second()])
    trainer.fit(trials.data(), trials.validation(), updates=trials.UPDATES)
    return told | {"pid": os.getpid()}


def everything(folder):
    """Every byte in a folder, but who holds its lock."""
    files_ = [file for file in Path(folder).rglob("*") if file.is_file()]
    return {str(file): file.read_bytes() for file in files_}
