"""A schedule times a number."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from lehr import _checks
from lehr._typing import Any
from lehr.schedules.base import Number, Pair, Schedule, require_schedule
from lehr.schedules.phases import Phase


@dataclass(frozen=True, repr=False, eq=False)
class Scale(Schedule):
    """Multiply each value of `schedule` by `factor`. Written `factor * schedule`.

    Args:
        schedule: any schedule; a scaled one is scaled once, by both factors.
        factor: any finite number.

    Raises:
        TypeError: `schedule` is not a schedule.
        ValueError: `factor` is not finite.

    Source: the definition.

    >>> from lehr import Linear
    >>> half = 0.5 * Linear(0.0, 1.0, 10)
    >>> half(5), half(10**9)
    (0.25, 0.5)
    """

    schedule: Schedule
    factor: float

    shape = "scaled"

    def __post_init__(self) -> None:
        inner = require_schedule("schedule", self.schedule)
        factor = _checks.finite("factor", self.factor)
        if isinstance(inner, Scale):
            factor = _checks.finite("factor", factor * inner.factor)
            inner = inner.schedule
        self._set(schedule=inner, factor=factor)

    @property
    def steps(self) -> float:
        return self.schedule.steps

    @property
    def stairs(self) -> bool:
        return self.schedule.stairs

    def formula(self, t: Any, rest: Any, xp: Any) -> Any:
        return self.at(t, rest, xp)

    def at(self, t: Any, rest: Any, xp: Any) -> Any:
        return self.factor * self.schedule.at(t, rest, xp)

    def _scalar(self) -> Number:
        factor, value = self.factor, self.schedule._scalar()
        return lambda t: factor * value(t)

    def _pair(self) -> Pair:
        factor, value = self.factor, self.schedule._bound_pair()
        return lambda t, rest: factor * value(t, rest)

    def _fill(self, out: Any, first: float, xp: Any) -> None:
        self.schedule._fill(out, first, xp)
        out *= self.factor

    def _phases(self, upto: float) -> tuple[Phase, ...]:
        k = self.factor
        return tuple(
            Phase.of(p.shape, p.begin, p.end, k * p.start_value, k * p.end_value)
            for p in self.schedule._phases(upto)
        )

    def joints(self, a: float, b: float) -> Iterator[float]:
        return self.schedule.joints(a, b)

    def _horizon(self, t: float) -> float:
        return self.schedule._horizon(t)

    def _unbroken(self) -> bool:
        return self.factor == 0 or self.schedule._unbroken()

    def _range(self, a: float, b: float) -> tuple[float, float]:
        return self._scaled(*self.schedule._range(a, b))

    def bounds(self, a: float, b: float) -> tuple[float, float]:
        return self._scaled(*self.schedule.bounds(a, b))

    def _scaled(self, low: float, high: float) -> tuple[float, float]:
        if self.factor == 0:
            return 0.0, 0.0
        ends = self.factor * low, self.factor * high
        return min(ends), max(ends)

    def integral(self, a: float, b: float) -> float:
        return self.factor * self.schedule.integral(a, b)

    def _left(self, t: float) -> float:
        return self.factor * self.schedule._left(t)

    def _right(self, t: float) -> float:
        return self.factor * self.schedule._right(t)

    def _held_until(self, t: float) -> float:
        return self.schedule._held_until(t) if self.factor else math.inf
