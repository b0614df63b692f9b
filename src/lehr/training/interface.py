"""The contract of a trainer."""

import abc
from collections.abc import Iterable
from pathlib import Path
from typing import Any


class Trainer(abc.ABC):
    """Trains a model, evaluates it, and keeps the whole state of doing so."""

    @abc.abstractmethod
    def train(
        self,
        epochs: int,
        train_loader: Iterable[Any],
        val_loader: Iterable[Any] | None = None,
    ) -> dict[str, list[float]]:
        """Train for so many epochs; return the history, one list per metric."""

    @abc.abstractmethod
    def validate(self, val_loader: Iterable[Any]) -> dict[str, float]:
        """Return the mean of each metric over all samples; change nothing."""

    @abc.abstractmethod
    def save_checkpoint(self, path: str | Path) -> None:
        """Write the whole state to `path`, which exists whole or not at all."""

    @abc.abstractmethod
    def load_checkpoint(self, path: str | Path) -> None:
        """Go to the state that was saved at `path`."""
