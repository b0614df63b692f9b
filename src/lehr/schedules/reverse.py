"""A schedule played backwards."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from lehr._typing import Any
from lehr.schedules.base import Pair, Schedule, require_schedule
from lehr.schedules.phases import Phase
from lehr.schedules.wrapper import Wrapper


@dataclass(frozen=True, repr=False, eq=False)
class Reverse(Wrapper):
    """Play `schedule` backwards: the value at t is that at steps - t.

    Args:
        schedule: any schedule that ends.

    Raises:
        TypeError: `schedule` is not a schedule.
        ValueError: `schedule` never ends.

    Source: the definition.

    >>> from lehr import Cosine
    >>> rise = Reverse(Cosine(1.0, 0.0, 100))
    >>> rise(0), round(rise(50), 6), rise(100), rise(10**9)
    (0.0, 0.5, 1.0, 1.0)
    """

    schedule: Schedule

    shape = "reverse"

    def __post_init__(self) -> None:
        inner = require_schedule("schedule", self.schedule)
        if inner.steps == math.inf:
            raise ValueError(
                "schedule never ends (steps=inf), so it has no last value to begin "
                "with; cut it: Reverse(schedule[:n])"
            )
        self._set(schedule=inner)

    def at(self, t: Any, rest: Any, xp: Any) -> Any:
        return self.schedule.at(rest, t, xp)

    def _pair(self) -> Pair:
        value = self.schedule._bound_pair()
        return lambda t, rest: value(rest, t)

    def _phases(self, upto: float) -> tuple[Phase, ...]:
        steps = self.steps
        return tuple(
            Phase.of(
                p.shape, steps - p.end, steps - p.begin, p.end_value, p.start_value
            )
            for p in reversed(self.schedule._phases(upto))
        )

    def joints(self, a: float, b: float) -> Iterator[float]:
        steps = self.steps
        inner = list(self.schedule.joints(steps - min(b, steps), steps - a))
        return (steps - joint for joint in reversed(inner))

    def _range(self, a: float, b: float) -> tuple[float, float]:
        if self.steps != int(self.steps):
            return super()._range(a, b)
        return self.schedule._range(self.steps - min(b, self.steps), self.steps - a)

    def bounds(self, a: float, b: float) -> tuple[float, float]:
        return self.schedule.bounds(self.steps - min(b, self.steps), self.steps - a)

    def integral(self, a: float, b: float) -> float:
        return self.schedule.integral(self.steps - b, self.steps - a)

    def _left(self, t: float) -> float:
        # From below in reversed time is from above in the schedule's own.
        return self.schedule(self.steps - t)

    def _right(self, t: float) -> float:
        inner = self.steps - t
        return self.schedule._left(inner) if inner > 0 else self.schedule(0)

    def _unbroken(self) -> bool:
        return self.schedule.is_continuous

    def _held_until(self, t: float) -> float:
        return Schedule._held_until(self, t)
