"""A schedule that begins later."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from lehr import _checks
from lehr._typing import Any
from lehr.schedules.base import Pair, Schedule, require_schedule
from lehr.schedules.phases import Phase
from lehr.schedules.wrapper import Wrapper


@dataclass(frozen=True, repr=False, eq=False)
class Shift(Wrapper):
    """Play `schedule` from update `by` on; hold its first value before.

    To begin in the middle of a schedule, slice it: `schedule[start:]`.

    Args:
        schedule: any schedule.
        by: updates to wait, >= 0.

    Raises:
        TypeError: `schedule` is not a schedule.
        ValueError: `by` is negative or not finite.

    Source: the definition.

    >>> from lehr import Linear
    >>> late = Shift(Linear(1.0, 0.0, 10), by=100)
    >>> late(0), late(100), late(105), late(10**9)
    (1.0, 1.0, 0.5, 0.0)
    """

    schedule: Schedule
    by: float

    shape = "shift"

    def __post_init__(self) -> None:
        inner = given = require_schedule("schedule", self.schedule)
        by = _checks.length("by", self.by)
        if isinstance(given, Shift):
            inner, by = given.schedule, by + given.by
        self._set(schedule=inner, by=by)

    @property
    def steps(self) -> float:
        return self.schedule.steps + self.by

    def at(self, t: Any, rest: Any, xp: Any) -> Any:
        return self.schedule.at(t - self.by, rest, xp)

    def _pair(self) -> Pair:
        value, by, first = self.schedule._bound_pair(), self.by, self.schedule(0)
        return lambda t, rest: first if t <= by else value(t - by, rest)

    def _fill(self, out: Any, first: float, xp: Any) -> None:
        self.schedule._fill(out, first - self.by, xp)

    def _phases(self, upto: float) -> tuple[Phase, ...]:
        first, phases = self.schedule(0), self.schedule._phases(upto - self.by)
        wait = (Phase.of("constant", 0, self.by, first, first),) if self.by else ()
        return wait + tuple(phase.moved(self.by) for phase in phases)

    def joints(self, a: float, b: float) -> Iterator[float]:
        if a < self.by < b:
            yield self.by
        for joint in self.schedule.joints(max(0, a - self.by), b - self.by):
            if a < joint + self.by < b:
                yield joint + self.by

    def _horizon(self, t: float) -> float:
        if self.steps < math.inf:
            return Schedule._horizon(self, t)
        end = self.schedule._horizon(max(t - self.by, 0)) + self.by
        return math.nextafter(end, math.inf)

    def _unbroken(self) -> bool:
        return self.schedule._unbroken()

    def _range(self, a: float, b: float) -> tuple[float, float]:
        if self.by != int(self.by):
            return super()._range(a, b)
        return self.schedule._range(a - self.by, b - self.by)

    def bounds(self, a: float, b: float) -> tuple[float, float]:
        return self.schedule.bounds(a - self.by, b - self.by)

    def integral(self, a: float, b: float) -> float:
        return self.schedule.area(a - self.by, b - self.by)

    def _left(self, t: float) -> float:
        return self.schedule._left(t - self.by) if t > self.by else self.schedule(0)

    def _right(self, t: float) -> float:
        return self.schedule._right(t - self.by) if t >= self.by else self.schedule(0)

    def _held_until(self, t: float) -> float:
        return self.schedule._held_until(max(t - self.by, 0)) + self.by
