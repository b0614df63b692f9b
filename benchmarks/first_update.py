"""Print the CPU seconds from the call that trains to its first update's end.

What is imported and built before is not counted; a process of its own for each.
"""

import sys
import time
from pathlib import Path
from typing import Any

import torch
from torch.utils.data import Dataset

from lehr.training import BaseTrainer, Callback, JsonLines, LoggingCallback, RunStore
from lehr.training.data import DatasetLoader
from training_loops import by_hand, parts, samples

DEEP, BATCH = 100_000, 32
RECORDS = 100_000


class Deep(Dataset[Any]):
    """3.2 million and some samples, which are made when they are asked for."""

    def __init__(self) -> None:
        self.read = 0

    def __len__(self) -> int:
        return (DEEP + 1000) * BATCH

    def __getitem__(self, number: int) -> Any:
        self.read += 1
        return torch.full((64,), float(number % 7)), number % 10


class Clocked(Callback):
    """Notes the time of the first update."""

    order = -1000

    def __init__(self) -> None:
        self.at = 0.0

    def on_update(self, context: Any) -> None:
        self.at = self.at or time.process_time()


def deep_trainer(folder: Path, clocked: Clocked) -> tuple[BaseTrainer, Any]:
    loggers = (RunStore(folder), JsonLines(folder / "metrics.jsonl"))
    callbacks = [clocked, LoggingCallback(1, loggers)]
    trainer = BaseTrainer(*parts(), callbacks=callbacks, folder=folder)
    return trainer, DatasetLoader(Deep(), BATCH, shuffle=True)


def prepare(folder: Path) -> float:
    """Write a run as it would be after 100,000 updates of its first epoch."""
    trainer, loader = deep_trainer(folder, Clocked())
    trainer.fit(loader, updates=1)
    for logger in (RunStore(folder), JsonLines(folder / "metrics.jsonl")):
        logger.open(updates=0)
        for update in range(RECORDS):
            logger.log({"update": update, "epoch": 0, "loss": 0.5, "lr": 1e-3})
        logger.close()
    loop, scheduler = trainer.loop, trainer.scheduler
    loop.updates, loop.samples = DEEP, DEEP * BATCH
    scheduler.seek(DEEP, DEEP * BATCH)
    place: Any = dict(trainer.place_in_data() or {})
    place |= {"batches": DEEP, "loader": {**place["loader"], "samples": DEEP * BATCH}}
    trainer.resume_data(place, trainer_random())
    trainer.save()
    return 0.0


def trainer_random() -> Any:
    from lehr.training import rng

    return rng.capture()


def resume(folder: Path) -> float:
    begin = time.process_time()
    clocked = Clocked()
    trainer, loader = deep_trainer(folder, clocked)
    trainer.fit(loader, updates=DEEP + 1, resume=True)
    if trainer.updates != DEEP + 1 or loader.dataset.read > BATCH:
        raise AssertionError(f"{trainer.updates} updates, {loader.dataset.read} read")
    return clocked.at - begin


def first(by: str, folder: Path | None) -> float:
    x, y = samples()
    batches = [(x[:32], y[:32])]
    if by == "hand":
        begin = time.process_time()
        by_hand()(batches)
        return time.process_time() - begin
    clocked = Clocked()
    begin = time.process_time()
    trainer = BaseTrainer(*parts(), callbacks=[clocked], folder=folder)
    trainer.fit(batches, updates=1)
    return clocked.at - begin


if __name__ == "__main__":
    torch.set_num_threads(1)
    what, *rest = sys.argv[1:]
    place = Path(rest[0]) if rest else None
    if what in ("prepare", "resume") and place is not None:
        print(prepare(place) if what == "prepare" else resume(place))
    else:
        print(first(what, place))
