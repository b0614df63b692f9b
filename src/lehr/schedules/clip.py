"""A schedule held between two bounds."""

import math
from dataclasses import dataclass

from lehr import _checks
from lehr._typing import Any
from lehr.schedules.base import Number, Pair, Schedule, require_schedule
from lehr.schedules.crossings import Crossing
from lehr.schedules.phases import Phase
from lehr.schedules.wrapper import Wrapper


@dataclass(frozen=True, repr=False, eq=False)
class Clip(Crossing, Wrapper):
    """Keep each value of `schedule` between `low` and `high`.

    Args:
        schedule: any schedule.
        low: smallest value; None for no bound.
        high: largest value, >= low; None for no bound.

    Raises:
        TypeError: `schedule` is not a schedule.
        ValueError: `low` or `high` is not finite, both are None, or low > high.

    Source: the definition.

    >>> from lehr import Linear
    >>> [Clip(Linear(0.0, 1.0, 10), low=0.2, high=0.9)(t) for t in (0, 5, 10, 10**9)]
    [0.2, 0.5, 0.9, 0.9]
    """

    schedule: Schedule
    low: float | None = None
    high: float | None = None

    shape = "clip"

    def __post_init__(self) -> None:
        self._set(schedule=require_schedule("schedule", self.schedule))
        if self.low is None and self.high is None:
            raise ValueError("low and high are both None; give at least one bound")
        low = None if self.low is None else _checks.finite("low", self.low)
        high = None if self.high is None else _checks.finite("high", self.high)
        if low is not None and high is not None and low > high:
            raise ValueError(f"low ({low!r}) exceeds high ({high!r}); swap them")
        self._set(low=low, high=high)

    def _limits(self) -> tuple[float, float]:
        return (
            -math.inf if self.low is None else self.low,
            math.inf if self.high is None else self.high,
        )

    def at(self, t: Any, rest: Any, xp: Any) -> Any:
        return xp.clip(self.schedule.at(t, rest, xp), *self._limits())

    def _scalar(self) -> Number:
        value, (low, high) = self.schedule._scalar(), self._limits()
        return lambda t: low if (x := value(t)) < low else high if x > high else x

    def _pair(self) -> Pair:
        value, (low, high) = self.schedule._bound_pair(), self._limits()

        def clipped(t: float, rest: float) -> float:
            x = value(t, rest)
            return low if x < low else high if x > high else x

        return clipped

    def _phases(self, upto: float) -> tuple[Phase, ...]:
        inner = self.schedule._phases(upto)
        return self._phases_between({edge for phase in inner for edge in phase.span})

    def _kept(self, x: float) -> float:
        low, high = self._limits()
        return min(max(x, low), high)

    def _range(self, a: float, b: float) -> tuple[float, float]:
        low, high = self.schedule._range(a, b)
        return self._kept(low), self._kept(high)

    def bounds(self, a: float, b: float) -> tuple[float, float]:
        low, high = self.schedule.bounds(a, b)
        return self._kept(low), self._kept(high)

    def _left(self, t: float) -> float:
        return self._kept(self.schedule._left(t))

    def _right(self, t: float) -> float:
        return self._kept(self.schedule._right(t))

    def _chosen(self, t: float) -> int:
        (low, high), x = self._limits(), self.schedule(t)
        return 0 if x < low else 2 if x > high else 1
