"""What a run was asked for, how far it came, and what it gave."""

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from lehr._checks import count

GOALS = ("epochs", "updates")


@dataclass(frozen=True)
class Goal:
    """Where a run ends: totals of epochs and updates; the first reached wins."""

    epochs: int | None = None
    updates: int | None = None

    def __post_init__(self) -> None:
        if self.epochs is None and self.updates is None:
            raise ValueError("the run has no end: pass num_epochs=... or updates=...")
        if self.epochs is not None:
            count("num_epochs", self.epochs, minimum=1)
        if self.updates is not None:
            count("updates", self.updates, minimum=1)

    def reached(self, epochs: int, updates: int) -> str | None:
        """Name the goal that is reached after so many, if one is."""
        if self.epochs is not None and epochs >= self.epochs:
            return "epochs"
        if self.updates is not None and updates >= self.updates:
            return "updates"
        return None

    def total_updates(self, per_epoch: int | None) -> int | None:
        """Return the updates of the whole run, if the length of an epoch is known."""
        totals = [] if self.updates is None else [self.updates]
        if self.epochs is not None and per_epoch is not None:
            totals.append(self.epochs * per_epoch)
        return min(totals, default=None)


@dataclass(frozen=True)
class Best:
    """The best evaluation so far, after update number `update` of epoch `epoch`."""

    metric: str
    value: float
    update: int
    epoch: int


def is_better(value: float, than: float | None, mode: Literal["min", "max"]) -> bool:
    """Tell whether a metric is better; NaN and infinities never are.

    >>> is_better(0.5, None, "min"), is_better(math.nan, 1.0, "min")
    (True, False)
    """
    if not math.isfinite(value):
        return False
    if than is None:
        return True
    return value < than if mode == "min" else value > than


@dataclass(frozen=True)
class FitResult:
    """What `fit` came to.

    Attributes:
        stopped_by: "epochs" or "updates" (the goal), "interrupt", or the reason that a
            callback gave, such as "early stopping".
        updates, epochs, samples: done in the whole run, resumed parts included.
        seconds: spent in `fit`, likewise.
        history: one row per completed epoch.
        evaluations: one row per evaluation.
        best: the best evaluation by the trainer's `monitor`, if there was one.
        checkpoint: the newest checkpoint that was written or resumed from.
        signal: number of the signal that interrupted the run.
    """

    stopped_by: str
    updates: int
    epochs: int
    samples: int
    seconds: float
    history: list[dict[str, Any]] = field(default_factory=list)
    evaluations: list[dict[str, Any]] = field(default_factory=list)
    best: Best | None = None
    checkpoint: Path | None = None
    signal: int | None = None

    @property
    def reached_goal(self) -> bool:
        """Whether the run did all it was asked for."""
        return self.stopped_by in GOALS

    def column(self, name: str) -> list[Any]:
        """Return one column of the history, of the epochs that have it."""
        return [row[name] for row in self.history if name in row]
