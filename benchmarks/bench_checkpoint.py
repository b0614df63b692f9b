"""A checkpoint of 400 MB: for how long it keeps training waiting, by the wall clock.

34 million parameters with the moments of Adam. Training waits for a copy to memory only
if the checkpoint is written beside it; so the limit is that copy, into memory that was
touched before. torch.save hashes nothing and does not wait for the disk, unless said.
"""

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import torch

from harness import Times, compare, publish
from lehr.training import CheckpointStore, Retention

ROUNDS = 7
TENSORS, NUMBERS = 20, 1_700_000


def make_state() -> dict[str, dict[str, torch.Tensor]]:
    generator = torch.Generator().manual_seed(0)

    def table() -> dict[str, torch.Tensor]:
        return {
            str(i): torch.randn(NUMBERS, generator=generator) for i in range(TENSORS)
        }

    return {"model": table(), "first": table(), "second": table()}


def seconds(call: Callable[[], object]) -> float:
    begin = time.perf_counter()
    call()
    return time.perf_counter() - begin


def save_by_torch(state: object, path: Path, *, flush: bool) -> None:
    with path.open("wb") as file:
        torch.save(state, file)
        if flush:
            file.flush()
            os.fsync(file.fileno())


def measured(folder: Path) -> Times:
    state = make_state()
    tensors = [tensor for part in state.values() for tensor in part.values()]
    buffers = [torch.zeros_like(tensor) for tensor in tensors]
    beside, waiting = CheckpointStore(folder / "a"), CheckpointStore(folder / "b")
    only = Retention(best=0)
    path = folder / "peer.pt"
    calls: dict[str, Callable[[], object]] = {
        "async": lambda: beside.save_async(state, updates=1, retention=only),
        "durable": lambda: beside.wait(),  # what is left of the one before
        "sync": lambda: waiting.save(state, updates=1, retention=only),
        "memcpy": lambda: [b.copy_(t) for b, t in zip(buffers, tensors, strict=True)],
        "torch.save": lambda: save_by_torch(state, path, flush=False),
        "torch.save, fsync": lambda: save_by_torch(state, path, flush=True),
    }
    times: Times = {name: [] for name in calls}
    for number in range(ROUNDS + 1):
        for name, call in calls.items():
            taken = seconds(call)
            if number:  # the first round touches memory and loads code
                times[name].append(taken)
        os.sync()
    beside.close()
    return times


def main() -> None:
    with tempfile.TemporaryDirectory(dir=os.environ.get("LEHR_BENCH_FOLDER")) as folder:
        times = measured(Path(folder))
    parts = zip(times["async"], times["durable"], strict=True)
    times["whole"] = list(map(sum, parts))
    blocks = "save_async, training waits"
    rows = [
        compare(blocks, times, "async", "torch.save", times_faster=2),
        compare(blocks, times, "async", "torch.save, fsync"),
        compare(blocks, times, "async", "memcpy"),
        compare("save_async, until durable", times, "whole", "torch.save, fsync"),
        compare("save", times, "sync", "torch.save"),
        compare("save", times, "sync", "torch.save, fsync"),
    ]
    publish("Checkpoint of 408 MB, wall clock", rows)


if __name__ == "__main__":
    main()
