"""Which checkpoints to keep: one pure function over what they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeVar

from lehr._checks import choice, count
from lehr.training.result import is_better


class Candidate(Protocol):
    """What retention looks at."""

    @property
    def serial(self) -> int:
        """Number of the save; the newest has the highest."""

    @property
    def metrics(self) -> Mapping[str, float]:
        """Of its evaluation."""


CandidateT = TypeVar("CandidateT", bound=Candidate)


@dataclass(frozen=True)
class Retention:
    """Keep the newest `last` checkpoints, and the `best` by a metric.

    Of equally good ones the older counts as better. A checkpoint without the metric, or
    with one that is not finite, is never among the best.

    Raises:
        ValueError: `last` < 1, `best` < 0, or `mode` is unknown.
    """

    last: int = 1
    best: int = 1
    monitor: str = "val_loss"
    mode: Literal["min", "max"] = "min"

    def __post_init__(self) -> None:
        count("keep_last", self.last, minimum=1)
        count("keep_best", self.best)
        choice("mode", self.mode, ("min", "max"))

    def kept(self, candidates: Sequence[Candidate]) -> set[int]:
        """Return the serial numbers of the checkpoints to keep."""
        newest = sorted(candidates, key=lambda one: -one.serial)[: self.last]
        best = self.ranked(candidates)[: self.best]
        return {one.serial for one in (*newest, *best)}

    def ranked(self, candidates: Sequence[CandidateT]) -> list[CandidateT]:
        """Return the checkpoints that have the metric, the best first."""
        sign = 1.0 if self.mode == "min" else -1.0
        rated = [
            (sign * one.metrics[self.monitor], one.serial, one)
            for one in candidates
            if self.monitor in one.metrics
            and is_better(one.metrics[self.monitor], None, self.mode)
        ]
        return [one for _, _, one in sorted(rated, key=lambda row: row[:2])]
