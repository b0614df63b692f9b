"""A stretch cut out of a schedule."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from lehr import _checks
from lehr._typing import Any
from lehr.schedules.base import Pair, Schedule, require_schedule
from lehr.schedules.phases import Phase
from lehr.schedules.wrapper import Wrapper


@dataclass(frozen=True, repr=False, eq=False)
class Window(Wrapper):
    """Play the updates `start` to `stop` of `schedule`. Written `schedule[start:stop]`.

    It begins with the value at `start` and holds the value that the schedule reaches
    at `stop`.

    Args:
        schedule: any schedule.
        start: first update, on the clock of `schedule`, >= 0.
        stop: end, on the same clock, >= start; `inf` only for an endless schedule.

    Raises:
        TypeError: `schedule` is not a schedule.
        ValueError: `start` is negative, or `stop` comes before it.

    Source: the definition.

    >>> from lehr import InverseSqrt, Linear
    >>> tail = InverseSqrt(1.0, timescale=100)[:300]
    >>> tail.then(Linear(tail(300), 0.0, 100))(350)
    0.25
    """

    schedule: Schedule
    start: float
    stop: float

    shape = "window"

    def __post_init__(self) -> None:
        inner = given = require_schedule("schedule", self.schedule)
        start = _checks.length("start", self.start)
        stop = _checks.length("stop", self.stop, endless=inner.steps == math.inf)
        if stop < start:
            raise ValueError(f"stop ({stop!r}) must be >= start ({start!r})")
        if isinstance(given, Window) and given.start + stop <= given.stop:
            inner, start, stop = given.schedule, given.start + start, given.start + stop
        self._set(schedule=inner, start=start, stop=stop)

    @property
    def steps(self) -> float:
        return self.stop - self.start

    def at(self, t: Any, rest: Any, xp: Any) -> Any:
        t = xp.clip(t, 0, self.steps) + self.start
        if self.stop == self.schedule.steps:
            return self.schedule.at(t, xp.clip(rest, 0, self.steps), xp)
        return self.schedule.at(t, self.schedule.steps - t, xp)

    def _pair(self) -> Pair:
        start = self.start
        if self.stop == self.schedule.steps < math.inf:
            whole = self.schedule._bound_pair()
            return lambda t, rest: whole(t + start, rest)
        value = self.schedule._number or self.schedule._bind()
        return lambda t, rest: value(t + start)

    def _fill_inside(self, out: Any, first: float, xp: Any) -> None:
        self.schedule._fill(out, first + self.start, xp)

    def _phases(self, upto: float) -> tuple[Phase, ...]:
        inner, found = self.schedule, []
        upto = min(max(upto, 0) + self.start, self.stop)
        phases = inner._phases(upto if self.stop == math.inf else self.stop)
        for p in phases:
            begin, end = max(p.begin, self.start), min(p.end, self.stop)
            if begin < end:
                last = p.end_value if end == p.end else inner._left(end)
                a, b = begin - self.start, end - self.start
                found.append(Phase.of(p.shape, a, b, inner(begin), last))
        held = max(self.start, inner.steps)
        if held < self.stop:
            value = inner(held)
            a, b = held - self.start, self.steps
            found.append(Phase.of("constant", a, b, value, value))
        return tuple(found)

    def joints(self, a: float, b: float) -> Iterator[float]:
        a, b = max(0, a) + self.start, min(b + self.start, self.stop)
        for joint in self.schedule.joints(a, min(b, self.schedule.steps)):
            if a < joint < b:
                yield joint - self.start
        if a < self.schedule.steps < b:
            yield self.schedule.steps - self.start

    def _horizon(self, t: float) -> float:
        if self.stop < math.inf:
            return Schedule._horizon(self, t)
        end = self.schedule._horizon(t + self.start) - self.start
        return math.nextafter(end, math.inf)

    def _range(self, a: float, b: float) -> tuple[float, float]:
        if self.start != int(self.start) or self.stop not in (math.inf, self.stop // 1):
            return super()._range(a, b)
        return self.schedule._range(*self._inside(a, b))

    def bounds(self, a: float, b: float) -> tuple[float, float]:
        return self.schedule.bounds(*self._inside(a, b))

    def _inside(self, a: float, b: float) -> tuple[float, float]:
        clip = min(max(a, 0), self.steps), min(max(b, 0), self.steps)
        return clip[0] + self.start, clip[1] + self.start

    def integral(self, a: float, b: float) -> float:
        return self.schedule.area(a + self.start, b + self.start)

    def _left(self, t: float) -> float:
        return self.schedule._left(t + self.start) if t <= self.steps else self(t)

    def _right(self, t: float) -> float:
        return self.schedule._right(t + self.start) if t < self.steps else self(t)

    def _held_until(self, t: float) -> float:
        if t >= self.steps:
            return math.inf
        until = self.schedule._held_until(t + self.start)
        return math.inf if until > self.stop else until - self.start
