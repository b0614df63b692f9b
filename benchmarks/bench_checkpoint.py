"""A checkpoint of 400 MB: for how long it keeps training waiting, by the wall clock.

34 million parameters with the moments of Adam. Training waits for a copy to memory at
most if the checkpoint is written beside it, and hardly at all if that copy is made
while the next gradients are computed. So the limits are a copy into memory that was
touched before, and the same bytes written and flushed, by nothing else. torch.save and
DCP hash nothing and do not wait for the disk, unless said.
"""

import itertools
import os
import random
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch

from harness import Row, Times, compare, publish
from lehr.training import CheckpointStore, Retention

ROUNDS = 7
TENSORS, NUMBERS = 20, 1_700_000

Calls = Mapping[str, Callable[[], object]]


def make_state() -> dict[str, dict[str, torch.Tensor]]:
    generator = torch.Generator().manual_seed(0)

    def table() -> dict[str, torch.Tensor]:
        return {
            str(i): torch.randn(NUMBERS, generator=generator) for i in range(TENSORS)
        }

    return {"model": table(), "first": table(), "second": table()}


def seconds(call: Callable[[], object]) -> tuple[float, float]:
    """Return the seconds by the wall, and those of this thread alone on its core."""
    begin = time.perf_counter(), time.thread_time()
    call()
    return time.perf_counter() - begin[0], time.thread_time() - begin[1]


def write(tensors: list[torch.Tensor], path: Path) -> None:
    with path.open("xb", buffering=0) as file:
        for tensor in tensors:
            file.write(tensor.numpy().data.cast("B"))
        os.fsync(file.fileno())


def save_by_torch(state: object, path: Path, *, flush: bool) -> None:
    with path.open("xb") as file:
        torch.save(state, file)
        if flush:
            file.flush()
            os.fsync(file.fileno())


def save_by_dcp(state: Mapping[str, Any], folder: Path) -> Calls:
    """DCP with buffers that it uses again, without a group of processes."""
    warnings.simplefilter("ignore", UserWarning)  # that there is no group
    from torch.distributed import checkpoint as dcp
    from torch.distributed.checkpoint.staging import DefaultStager, StagingOptions

    stager = DefaultStager(StagingOptions(False, False, False, False))
    flat = {f"{p}.{n}": t for p, part in state.items() for n, t in part.items()}
    running: list[Any] = []

    def begin() -> None:
        writer = dcp.FileSystemWriter(folder, overwrite=True)
        running[:] = [
            dcp.async_save(
                flat, storage_writer=writer, async_stager=stager, no_dist=True
            )
        ]

    return {"DCP": begin, "": lambda: running[0].result()}


def calls_in(folder: Path, state: Mapping[str, Any]) -> list[Calls]:
    """Return what is timed, in groups that belong together; "" is not reported."""
    tensors = [tensor for part in state.values() for tensor in part.values()]
    buffers = [torch.zeros_like(tensor) for tensor in tensors]
    one, two, three = (CheckpointStore(folder / name) for name in "abc")
    only, count, path = Retention(best=0), itertools.count(1), folder / "peer"

    def options() -> dict[str, Any]:
        return {"updates": next(count), "retention": only}

    def saved(*, flush: bool) -> Callable[[], None]:
        return lambda: save_by_torch(state, path, flush=flush)

    return [
        {"async": lambda: one.save_async(state, **options()), "durable": one.wait},
        {"memcpy": lambda: [b.copy_(t) for b, t in zip(buffers, tensors, strict=True)]},
        {
            "overlapped": lambda: two.save_async(state, steady=tensors, **options()),
            "copied": two.wait_for_copy,
            "": two.wait,
        },
        {"write, fsync": lambda: write(tensors, path), "": path.unlink},
        {"sync": lambda: three.save(state, **options())},
        {"torch.save": saved(flush=False), "": path.unlink},
        {"torch.save, fsync": saved(flush=True), "": path.unlink},
        save_by_dcp(state, folder / "dcp"),
    ]


def measured(folder: Path) -> Times:
    groups = calls_in(folder, make_state())
    times: Times = {name: [] for calls in groups for name in calls}
    chance = random.Random(0)
    for number in range(ROUNDS + 1):
        chance.shuffle(groups)  # memory that another has just let go is quick to get
        for calls in groups:
            os.sync()  # nobody pays for what others left
            for name, call in calls.items():
                wall, cpu = seconds(call)
                if number:  # the first round touches memory and loads code
                    times[name].append(wall)
                    times.setdefault(f"{name}, CPU", []).append(cpu)
    times["whole"] = list(map(sum, zip(times["async"], times["durable"], strict=True)))
    times["at worst"] = list(
        map(sum, zip(times["overlapped"], times["copied"], strict=True))
    )
    return times


def main() -> None:
    with tempfile.TemporaryDirectory(dir=os.environ.get("LEHR_BENCH_FOLDER")) as folder:
        times = measured(Path(folder))
    waits = "save_async, training waits"
    overlapped = statistics.median(times["overlapped"])
    whole = "save_async, until durable"
    rows = [
        compare(waits, times, "async", "memcpy", times_as_long=1.2),
        compare("its thread's CPU time", times, "async, CPU", "memcpy, CPU"),
        compare(waits, times, "async", "DCP"),
        compare(waits, times, "async", "torch.save", times_faster=2),
        compare(waits, times, "async", "torch.save, fsync"),
        Row("save_async, overlapped, training waits", overlapped, at_most=10e-3),
        compare("the same, if no gradient takes time", times, "at worst", "memcpy"),
        compare(whole, times, "whole", "write, fsync", times_as_long=5),
        compare(whole, times, "whole", "torch.save, fsync"),
        compare("save", times, "sync", "write, fsync", times_as_long=5),
        compare("save", times, "sync", "torch.save, fsync"),
    ]
    publish("Checkpoint of 408 MB, wall clock", rows)


if __name__ == "__main__":
    main()
