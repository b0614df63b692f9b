"""Warmup, level, decay: the part of a schedule that configurations have words for."""

import math
from dataclasses import dataclass

from lehr.exporting.errors import CannotExport
from lehr.schedules import Chain, Constant, Linear, Schedule


@dataclass(frozen=True)
class Profile:
    """A linear warmup, a level, and a decay; each may have the length 0.

    Args:
        start: the first value of the warmup.
        peak: the value of the level.
        warmup: length in updates.
        level: length in updates.
        decay: from the peak on; None if the level has no end.
        tail: how long the decay's end is held before the schedule itself ends.
    """

    start: float
    peak: float
    warmup: int
    level: int
    decay: Schedule | None
    tail: int = 0

    @property
    def total(self) -> float:
        """The update from which the value is held; infinity if there is none."""
        return self.warmup + self.level + (self.decay.steps if self.decay else 0)

    @property
    def end(self) -> float:
        """The value that is held."""
        if self.decay is None:
            return self.peak
        return self.decay(self.decay.steps) if self.decay.steps < math.inf else 0.0


def positive_profile_of(schedule: Schedule, holds: str = "") -> Profile:
    """Return what a schedule is made of, for a target that has nothing else.

    Args:
        schedule: what is exported.
        holds: what else the target has, for the message.

    Raises:
        CannotExport: it is made of something else, or its peak is no rate.
    """
    profile = profile_of(schedule)
    if profile is None:
        raise CannotExport(f"it is not a linear warmup, a level and one decay{holds}")
    if profile.peak <= 0:
        raise CannotExport(f"its peak must be > 0 there, got {profile.peak!r}")
    return profile


def profile_of(schedule: Schedule) -> Profile | None:
    """Return what a schedule is made of, or None if it is made of something else."""
    pieces = list(schedule.pieces) if isinstance(schedule, Chain) else [schedule]
    if any(p.steps != int(p.steps) for p in pieces if p.steps < math.inf):
        return None
    start, warmup, level = 0.0, 0, 0
    first = pieces[0]
    peak = first(0)
    if isinstance(first, Linear) and first.start < first.end:
        start, peak, warmup = first.start, first.end, int(first.steps)
        pieces.pop(0)
    if pieces and isinstance(pieces[0], Constant) and pieces[0].value == peak:
        level = int(pieces.pop(0).steps)
    if not pieces:
        return Profile(start, peak, warmup, level, None)
    decay, tail = pieces.pop(0), 0
    if pieces and isinstance(pieces[0], Constant) and len(pieces) == 1:
        if pieces[0].value != decay(decay.steps):
            return None
        tail = int(pieces.pop().steps)
    if pieces or decay(0) != peak or isinstance(decay, Chain):
        return None
    return Profile(start, peak, warmup, level, decay, tail)
