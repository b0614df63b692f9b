"""What a run came to: why it ended, how far it came, and what it gave."""

import csv
import json
import math
import statistics
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from signal import SIGINT
from typing import Any, Literal

from lehr.training.goal import GOALS

EARLY_STOPPING = "early stopping"
INTERRUPT = "interrupt"
TIME_LIMIT = "time limit"
TEMPORARY_FAILURE = 75
"""The exit code of a run that was stopped in time, and goes on if run again.

It is that of sysexits.h, which job systems take for a reason to try again.
"""


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
class Statistics:
    """What a series of numbers is like; `std` is that of the series, not a sample's.

    NaN and infinities are left out, and `count` says how many numbers were left.

    >>> Statistics.of([1.0, 2.0, 3.0, math.nan])
    Statistics(count=3, min=1.0, max=3.0, mean=2.0, std=0.816496580927726)
    """

    count: int
    min: float
    max: float
    mean: float
    std: float

    @classmethod
    def of(cls, values: Iterable[float]) -> "Statistics":
        """Return those of the values; NaN of none."""
        kept = [float(value) for value in values if math.isfinite(value)]
        if not kept:
            return cls(0, math.nan, math.nan, math.nan, math.nan)
        mean, std = statistics.fmean(kept), statistics.pstdev(kept)
        return cls(len(kept), min(kept), max(kept), mean, std)


@dataclass(frozen=True)
class FitResult:
    """What `fit` came to.

    Attributes:
        stopped_by: the goal that was reached: "epochs", "updates", "samples", "tokens",
            "time" or "metric"; or "interrupt", or the reason that a callback gave, such
            as "early stopping".
        updates, epochs, samples: done in the whole run, resumed parts included.
        tokens: likewise; 0 where they were not counted.
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
    history: list[dict[str, Any]] = field(default_factory=list, repr=False)
    evaluations: list[dict[str, Any]] = field(default_factory=list, repr=False)
    best: Best | None = None
    checkpoint: Path | None = None
    signal: int | None = None
    tokens: int = 0

    @property
    def reached_goal(self) -> bool:
        """Whether the run did all it was asked for."""
        return self.stopped_by in GOALS

    @property
    def exit_code(self) -> int:
        """What a script should end with, by `sys.exit(result.exit_code)`.

        0 if the run is over: the goal is reached, or a rule of the user's, such as
        early stopping, ended it. 75 if a limit stopped it in time: run again, it goes
        on. 128 + the signal if one interrupted it: 130 for SIGINT, 143 for SIGTERM.
        """
        if self.stopped_by == INTERRUPT:
            return 128 + (self.signal or SIGINT)
        return TEMPORARY_FAILURE if self.stopped_by == TIME_LIMIT else 0

    def column(self, name: str) -> list[Any]:
        """Return one column of the history, of the epochs that have it."""
        return [row[name] for row in self.history if name in row]

    def summary(self) -> dict[str, Statistics]:
        """Return what each metric of the history was like, over the epochs."""
        names = [n for n in self.columns if n not in ("epoch", "updates", "samples")]
        return {name: Statistics.of(self.column(name)) for name in names}

    @property
    def columns(self) -> list[str]:
        """The names of the history's columns, each where it came first."""
        return list(dict.fromkeys(name for row in self.history for name in row))

    def to_csv(self, path: str | Path) -> None:
        """Write the history, a row per epoch; what an epoch has not is left empty."""
        with Path(path).open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, self.columns)
            writer.writeheader()
            writer.writerows(self.history)

    def to_json(self, path: str | Path) -> None:
        """Write all of the result; NaN and infinities, which JSON has not, as text."""
        data = asdict(self) | {
            "checkpoint": None if self.checkpoint is None else str(self.checkpoint),
            "exit_code": self.exit_code,
        }
        text = json.dumps(_plain(data), indent=2, allow_nan=False)
        Path(path).write_text(text + "\n", "utf-8")


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list) else value
