"""A schedule that is looked at only every so many updates, and held between."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from lehr import _checks
from lehr.schedules.base import Schedule, require_schedule
from lehr.schedules.phases import Phase
from lehr.schedules.stairs import edge, edges, just_before
from lehr.schedules.wrapper import Wrapper


@dataclass(frozen=True, repr=False, eq=False)
class Stairs(Wrapper):
    """Hold each value of `schedule` at k `every` until update (k + 1) `every`.

    Args:
        schedule: any schedule.
        every: updates between the changes, > 0.

    Raises:
        TypeError: `schedule` is not a schedule.
        ValueError: `every` is not positive.

    Source: the definition.

    >>> from lehr import Linear
    >>> lr = Stairs(Linear(1.0, 0.0, 10), every=5)
    >>> [lr(t) for t in (0, 4, 5, 9, 10, 10**9)]
    [1.0, 1.0, 0.5, 0.5, 0.0, 0.0]
    """

    schedule: Schedule
    every: float

    shape = "stairs"

    def __post_init__(self) -> None:
        inner = require_schedule("schedule", self.schedule)
        self._set(schedule=inner, every=_checks.duration("every", self.every))

    @property
    def steps(self) -> float:
        inner = self.schedule.steps
        if inner == math.inf:
            return inner
        return math.ceil(inner / self.every) * self.every

    @property
    def stairs(self) -> bool:
        return True

    def at(self, t: Any, rest: Any, xp: Any) -> Any:
        stair = xp.floor_divide(xp.clip(t, 0, self.steps), self.every)
        begin = xp.real(stair) * self.every
        return self.schedule.at(begin, self.schedule.steps - begin, xp)

    def joints(self, a: float, b: float) -> Iterator[float]:
        return edges(a, min(b, self.steps), self.every)

    def _horizon(self, t: float) -> float:
        if self.steps < math.inf:
            return Schedule._horizon(self, t)
        return math.nextafter(edge(t // self.every + 1, self.every), math.inf)

    def _unbroken(self) -> bool:
        return Schedule._unbroken(self)

    def _phases(self, upto: float) -> tuple[Phase, ...]:
        end = self.steps
        if end == math.inf:
            end = self.every * max(2, math.ceil(upto / self.every))
        marks = (0, *self.joints(0, end), end) if end else ()
        return tuple(
            Phase.of("constant", a, b, self(a), self(a)) for a, b in pairwise(marks)
        )

    def bounds(self, a: float, b: float) -> tuple[float, float]:
        first = max(0.0, a // self.every * self.every) if a > 0 else 0.0
        return self.schedule.bounds(first, b)

    def integral(self, a: float, b: float) -> float:
        marks = (a, *self.joints(a, b), b)
        return math.fsum(self(low) * (high - low) for low, high in pairwise(marks))

    def _left(self, t: float) -> float:
        return self(just_before(t, self.every))

    def _held_until(self, t: float) -> float:
        if t >= self.steps:
            return math.inf
        return edge(t // self.every + 1, self.every)
