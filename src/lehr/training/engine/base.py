"""The contract of an engine, and the plainest one: a single process."""

import contextlib
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

import torch
from torch import Tensor, nn, optim


class Engine:
    """Trains in this process alone; the others derive from it.

    What every rank must do alike is decided here: `agree` and `broadcast` give each of
    them the same answer. Everything else of a run is written as for one process.

    Attributes:
        rank, world_size: number of this process, and how many there are.
    """

    rank = 0
    world_size = 1

    @property
    def alone(self) -> bool:
        """Whether there is no other process."""
        return self.world_size == 1

    @property
    def is_main(self) -> bool:
        """Whether this process writes logs, and what is written once."""
        return self.rank == 0

    def device(self) -> torch.device | None:
        """Return where this process trains; None: where the model is."""
        return None

    def prepare(self, model: nn.Module, optimizer: optim.Optimizer) -> nn.Module:
        """Get a model ready to be trained; return what is called in its place.

        The optimizer holds the model's parameters afterwards, also if they are others.
        """
        return model

    def share(self, data: Any) -> Any:
        """Return the part of the data that this process reads."""
        return data

    def exchange(self, *, last: bool) -> AbstractContextManager[object]:
        """Surround the work on a batch: gradients are exchanged with the last one."""
        return contextlib.nullcontext()

    def total(self, counts: Sequence[int]) -> list[int]:
        """Return the sums over all ranks."""
        return list(counts)

    def sum(self, value: Tensor) -> Tensor:
        """Return the sum of a tensor over all ranks, on its device."""
        return value

    def agree(
        self, reason: str | None, signal: int | None, save: bool, seconds: float
    ) -> tuple[str | None, int | None, bool, float]:
        """Decide for all ranks: stop and why, which signal came, save, and the time.

        Whatever one rank asks for is done by all. The time is that of rank 0.
        """
        return reason, signal, save, seconds

    def broadcast(self, value: Callable[[], Any]) -> Any:
        """Return plain data that rank 0 computes; an error of it is one of all."""
        return value()

    def gather(self, value: Any) -> list[Any]:
        """Return the plain data of each rank, on each rank."""
        return [value]

    def evaluated(self, model: nn.Module) -> nn.Module:
        """Get a model ready to be evaluated; return what is called in its place."""
        return model

    def barrier(self) -> None:
        """Wait until all ranks are here."""

    def started(self) -> None:
        """Note that the first update is done: from here on nobody takes long."""
