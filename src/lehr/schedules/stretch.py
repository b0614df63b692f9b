"""A schedule played slower or faster."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from lehr import _checks
from lehr._typing import Any
from lehr.schedules.base import Pair, Schedule, require_schedule
from lehr.schedules.phases import Phase
from lehr.schedules.wrapper import Wrapper


@dataclass(frozen=True, repr=False, eq=False)
class Stretch(Wrapper):
    """Play `schedule` `factor` times as long: the value at t is that at t / factor.

    The quotient is rounded to the nearest float, which a steep schedule shows.

    Args:
        schedule: any schedule.
        factor: > 0; 2 doubles each length, 0.5 halves it.

    Raises:
        TypeError: `schedule` is not a schedule.
        ValueError: `factor` is not positive and finite.

    Source: the definition; to another horizon, `Stretch(s, new / s.steps)`.

    >>> from lehr import Linear
    >>> slow = Stretch(Linear(1.0, 0.0, 10), factor=10)
    >>> slow(50), slow.steps, slow(10**9)
    (0.5, 100, 0.0)
    """

    schedule: Schedule
    factor: float

    shape = "stretch"

    def __post_init__(self) -> None:
        inner = require_schedule("schedule", self.schedule)
        factor = _checks.positive("factor", self.factor)
        if isinstance(inner, Stretch):
            factor = _checks.positive("factor", factor * inner.factor)
            inner = inner.schedule
        self._set(schedule=inner, factor=factor)

    @property
    def steps(self) -> float:
        steps = self.schedule.steps * self.factor
        return int(steps) if steps < math.inf and steps == int(steps) else steps

    def at(self, t: Any, rest: Any, xp: Any) -> Any:
        t, rest = xp.real(t), xp.real(rest)
        return self.schedule.at(t / self.factor, rest / self.factor, xp)

    def _pair(self) -> Pair:
        value, factor = self.schedule._bound_pair(), self.factor
        return lambda t, rest: value(t / factor, rest / factor)

    def _phases(self, upto: float) -> tuple[Phase, ...]:
        k = self.factor
        return tuple(
            replace(phase, begin=phase.begin * k, end=phase.end * k)
            for phase in self.schedule._phases(upto / k)
        )

    def joints(self, a: float, b: float) -> Iterator[float]:
        for joint in self.schedule.joints(a / self.factor, b / self.factor):
            if a < joint * self.factor < b:
                yield joint * self.factor

    def _horizon(self, t: float) -> float:
        if self.steps < math.inf:
            return Schedule._horizon(self, t)
        end = self.schedule._horizon(t / self.factor) * self.factor
        return math.nextafter(end, math.inf)

    def _unbroken(self) -> bool:
        return self.schedule._unbroken()

    def bounds(self, a: float, b: float) -> tuple[float, float]:
        return self.schedule.bounds(a / self.factor, b / self.factor)

    def integral(self, a: float, b: float) -> float:
        return self.factor * self.schedule.area(a / self.factor, b / self.factor)

    def _left(self, t: float) -> float:
        return self.schedule._left(t / self.factor)

    def _right(self, t: float) -> float:
        return self.schedule._right(t / self.factor)

    def _held_until(self, t: float) -> float:
        return self.schedule._held_until(t / self.factor) * self.factor
