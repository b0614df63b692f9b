"""The contract of an engine, and the plainest one: a single process."""

import contextlib
from collections.abc import Callable, Mapping, Sequence
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

    >>> engine = Engine()
    >>> engine.alone, engine.total([3, 4]), engine.gather("me")
    (True, [3, 4], ['me'])
    """

    rank = 0
    world_size = 1
    spreads = False
    """Whether the state is spread over the ranks, so that all of them write it."""
    timeout = 120.0
    """Seconds that ranks wait for each other, once they train."""

    @property
    def alone(self) -> bool:
        """Whether there is no other process."""
        return self.world_size == 1

    @property
    def readers(self) -> int:
        """How many shares a batch has: as many as processes, or as groups of them."""
        return self.world_size

    @property
    def is_main(self) -> bool:
        """Whether this process writes logs, and what is written once."""
        return self.rank == 0

    def connected(self) -> "Engine":
        """Return the engine in touch with the other processes, if there are any."""
        return self

    def device(self) -> torch.device | None:
        """Return where this process trains; None: where the model is."""
        return None

    def prepare(self, model: nn.Module, optimizer: optim.Optimizer) -> nn.Module:
        """Get a model ready to be trained; return what is called in its place.

        The optimizer holds the model's parameters afterwards, also if they are others.
        """
        return model

    def share(self, data: Any, seed: int | None = None, *, train: bool = True) -> Any:
        """Return the part of the data that this process reads.

        Args:
            data: an iterable of batches, of all ranks together.
            seed: of the random numbers that are drawn while it is read; None: go on
                from those of rank 0.
            train: whether it is trained on, or evaluated: then each sample counts once,
                and the random numbers are the same each time.
        """
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

    def barrier(self) -> None:
        """Wait until all ranks are here."""

    def patient(self) -> AbstractContextManager[None]:
        """Surround what may take rank 0 long, such as writing to a disk."""
        return contextlib.nullcontext()

    def started(self) -> None:
        """Note that the first update is done: from here on nobody takes long."""

    def explained(self, error: BaseException) -> BaseException:
        """Return an error that ends the run; another, if other ranks are to blame."""
        return error

    def whole(self, state: Any) -> Any:
        """Return a state in which no tensor is spread over the ranks any more.

        All ranks must ask for it together.
        """
        return state

    def load_model(self, model: nn.Module, state: Mapping[str, Any]) -> None:
        """Give a model, which this engine has prepared, a whole state."""
        model.load_state_dict(state)

    def load_optimizer(self, optimizer: optim.Optimizer, state: dict[str, Any]) -> None:
        """Give an optimizer of such a model a whole state."""
        optimizer.load_state_dict(state)
