"""Data: what a batch costs, and what it costs to resume at batch 100,000."""

from collections.abc import Iterable, Iterator
from typing import Any

import torch
from torch.utils.data import DataLoader, TensorDataset

from harness import Code, Row, compare, interleaved, publish
from lehr.training.data import DatasetLoader, Loader

BATCH, BATCHES = 32, 200
DEEP, SIZE = 100_000, 4_000_000
REPLAYED = 1_000  # of the deep ones; the time is scaled


class Numbers:
    """A data set of any size, as cheap to read as can be."""

    def __init__(self, size: int) -> None:
        self.size, self.read = size, 0

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, number: int) -> int:
        self.read += 1
        return number


def dealt(loader: Iterable[object]) -> None:
    for _ in loader:
        pass


def batches() -> list[Row]:
    """Deal an epoch of 200 batches of 32 rows of 64 numbers, each loader in turn."""
    x, y = torch.randn(BATCH * BATCHES, 64), torch.zeros(BATCH * BATCHES)
    rows = TensorDataset(x, y)
    known: Any = {"batch_size": BATCH, "shuffle": True}
    loaders = {
        "slices in order": Slices(x, y),
        "torch DataLoader": DataLoader(rows, **known),
        "Loader": Loader((x, y), **known),
        "DatasetLoader, seeded=False": DatasetLoader(rows, **known, seeded=False),
        "DatasetLoader": DatasetLoader(rows, **known),
    }
    codes = {
        name: Code("dealt(loader)", {"dealt": dealt, "loader": loader}, 1, 1 / BATCHES)
        for name, loader in loaders.items()
    }
    times = interleaved(codes)
    return [
        compare(f"a batch by {ours}", times, ours, peer)
        for ours in list(loaders)[2:]
        for peer in list(loaders)[:2]
    ]


class Slices:
    """The least that dealing batches can cost."""

    def __init__(self, *tensors: torch.Tensor) -> None:
        self.tensors = tensors

    def __iter__(self) -> Iterator[object]:
        for start in range(0, len(self.tensors[0]), BATCH):
            yield tuple(tensor[start : start + BATCH] for tensor in self.tensors)


def deep(size: int) -> None:
    """Go to batch 100,000 and deal it; refuse to be fast by reading too much."""
    data = Numbers(size)
    loader = DatasetLoader(data, BATCH)
    place = {"seed": 0, "size": size, "epoch": 0, "samples": DEEP * BATCH}
    loader.load_state_dict(place)
    next(iter(loader))
    if data.read != BATCH:
        raise AssertionError(f"read {data.read} samples to deal {BATCH}")


def read(batches: Iterator[object], number: int) -> None:
    for _ in range(number):
        next(batches)


def resuming() -> list[Row]:
    batches = iter(DataLoader(Numbers(SIZE), BATCH, shuffle=True))
    next(batches)  # which draws the order
    codes = {
        "4 million": Code("deep(size)", {"deep": deep, "size": SIZE}),
        "1 billion": Code("deep(size)", {"deep": deep, "size": 10**9}),
        "torch DataLoader, read again": Code(
            "read(batches, number)",
            {"read": read, "batches": batches, "number": REPLAYED},
            scale=DEEP / REPLAYED,
        ),
    }
    times = interleaved(codes, rounds=5)
    return [
        compare(
            f"to batch 100,000 of {size} samples",
            times,
            size,
            "torch DataLoader, read again",
        )
        for size in ("4 million", "1 billion")
    ]


if __name__ == "__main__":
    torch.set_num_threads(1)
    publish("Data", batches() + resuming())
