"""Which checkpoints to keep: one pure function over what they are."""

from collections.abc import Iterator, Mapping, Sequence
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
    def updates(self) -> int:
        """Updates done when it was made."""

    @property
    def epochs(self) -> int:
        """Epochs done when it was made."""

    @property
    def metrics(self) -> Mapping[str, float]:
        """Of its evaluation."""

    @property
    def finite(self) -> bool:
        """Whether no weight is NaN or infinite."""

    @property
    def pinned(self) -> bool:
        """Whether it is marked to be kept for ever."""


CandidateT = TypeVar("CandidateT", bound=Candidate)


@dataclass(frozen=True)
class Retention:
    """Which checkpoints stay: what one of these rules keeps is kept.

    - the newest one, always, and so the only one;
    - the newest `last`;
    - the `best` by a metric; of equally good ones the older counts as better, and one
      whose metric is not finite, or which has none, is never among the best;
    - the first at or after each multiple of `every_updates`, and of `every_epochs`;
    - those that are marked to be kept for ever.

    A checkpoint whose weights are not finite takes the place of one whose are in no
    rule but the first. Dropping after each save leaves what dropping at the end would.

    Args:
        last: >= 1.
        best: >= 0.
        monitor: the metric of the best.
        mode: "min" if less is better, "max" if more is.
        every_updates: None keeps none by updates.
        every_epochs: None keeps none by epochs.

    Raises:
        ValueError: a number is out of its range, or `mode` is unknown.

    >>> from types import SimpleNamespace as Saved
    >>> saved = [
    ...     Saved(serial=n, updates=n * 10, epochs=n, finite=True, pinned=n == 2,
    ...           metrics={"val_loss": abs(n - 4)})
    ...     for n in range(1, 10)
    ... ]
    >>> sorted(Retention().kept(saved))
    [2, 4, 9]
    >>> sorted(Retention(last=2, best=0, every_updates=30).kept(saved))
    [2, 3, 6, 8, 9]
    """

    last: int = 1
    best: int = 1
    monitor: str = "val_loss"
    mode: Literal["min", "max"] = "min"
    every_updates: int | None = None
    every_epochs: int | None = None

    def __post_init__(self) -> None:
        count("keep_last", self.last, minimum=1)
        count("keep_best", self.best)
        choice("mode", self.mode, ("min", "max"))
        if self.every_updates is not None:
            count("keep_every_updates", self.every_updates, minimum=1)
        if self.every_epochs is not None:
            count("keep_every_epochs", self.every_epochs, minimum=1)

    def kept(self, candidates: Sequence[Candidate]) -> set[int]:
        """Return the serial numbers of the checkpoints to keep.

        Each rule keeps the first ones of a total order, so that one which is dropped
        early would not have been kept later.
        """
        newest = sorted(candidates, key=lambda one: -one.serial)[:1]
        last = sorted(candidates, key=lambda one: (not one.finite, -one.serial))
        best = self.ranked(candidates)[: self.best]
        pinned = [one for one in candidates if one.pinned]
        milestones = self._milestones(candidates)
        chosen = (*newest, *last[: self.last], *best, *pinned, *milestones)
        return {one.serial for one in chosen}

    def ranked(self, candidates: Sequence[CandidateT]) -> list[CandidateT]:
        """Return the checkpoints that have the metric, the best first."""
        sign = 1.0 if self.mode == "min" else -1.0
        rated = [
            (not one.finite, sign * one.metrics[self.monitor], one.serial, one)
            for one in candidates
            if self.monitor in one.metrics
            and is_better(one.metrics[self.monitor], None, self.mode)
        ]
        return [one for *_, one in sorted(rated, key=lambda row: row[:3])]

    def _milestones(self, candidates: Sequence[Candidate]) -> Iterator[Candidate]:
        """Yield the first checkpoint at or after each multiple.

        Of those after the same number of updates, which a run that went back may have,
        it is the newest.
        """
        for counted, every in (
            ("updates", self.every_updates),
            ("epochs", self.every_epochs),
        ):
            if every is None:
                continue
            first: dict[int, Candidate] = {}
            for one in sorted(candidates, key=_early):
                first.setdefault(getattr(one, counted) // every, one)
            yield from (one for number, one in first.items() if number)


def _early(one: Candidate) -> tuple[bool, int, int]:
    return not one.finite, one.updates, -one.serial
