"""A crossfade from one schedule to another."""

import heapq
import math
from collections.abc import Iterator
from dataclasses import dataclass

from lehr import _checks
from lehr._typing import Any
from lehr.schedules.base import Pair, Schedule, require_schedule
from lehr.schedules.cosine import Cosine
from lehr.schedules.linear import Linear
from lehr.schedules.phases import Phase
from lehr.schedules.terms import Terms
from lehr.schedules.window import Window


@dataclass(frozen=True, repr=False, eq=False)
class Blend(Schedule):
    """Fade from `first` to `second`, both on one clock, over `length` updates.

    With w the weight of `first`, 1 until `begin` and 0 from `begin + length` on, the
    value at t is w first(t) + (1 - w) second(t).

    Args:
        first: the schedule before.
        second: the schedule after, on the same clock (not from 0 at `begin`).
        begin: update at which the fade begins, >= 0.
        length: length of the fade in updates, >= 0; 0 switches at `begin`.
        fade: how w falls, "linear" or "cosine".

    Raises:
        TypeError: `first` or `second` is not a schedule.
        ValueError: `begin` or `length` is negative or not finite, or `fade` is unknown.

    Source: the definition.

    >>> from lehr import Constant
    >>> fade = Blend(Constant(1.0), Constant(0.0), begin=10, length=10)
    >>> fade(0), fade(15), fade(10**9)
    (1.0, 0.5, 0.0)
    """

    first: Schedule
    second: Schedule
    begin: float
    length: float
    fade: str = "linear"

    shape = "blend"

    def __post_init__(self) -> None:
        require_schedule("first", self.first)
        require_schedule("second", self.second)
        self._set(
            begin=_checks.length("begin", self.begin),
            length=_checks.length("length", self.length),
            fade=_checks.choice("fade", self.fade, ("linear", "cosine")),
        )

    @property
    def steps(self) -> float:
        return max(self.begin + self.length, self.second.steps)

    def _weight(self) -> Linear | Cosine:
        weight: Linear | Cosine | None = self.__dict__.get("_falling")
        if weight is None:
            family = Linear if self.fade == "linear" else Cosine
            weight = family(1.0, 0.0, self.length)
            self._set(_falling=weight)
        return weight

    def formula(self, t: Any, rest: Any, xp: Any) -> Any:
        return self.at(t, rest, xp)

    def at(self, t: Any, rest: Any, xp: Any) -> Any:
        t = xp.clip(t, 0, self.steps)
        first = self.first.at(t, self.first.steps - t, xp)
        second = self.second.at(t, self.second.steps - t, xp)
        length, ramp = self.length, self._weight()
        e = t - self.begin
        w = ramp.at(e, length - e, xp)
        v = ramp.at(length - e, e, xp) if length else 1.0 - w
        # From the nearer side: both ends are exact, nothing goes beyond the two, and
        # where they are equal nothing changes.
        change = second - first
        mixed = xp.where(v <= 0.5, first + v * change, second - w * change)
        before, after = t < self.begin, e >= length
        return xp.where(before, first, xp.where(after, second, mixed))

    def _pair(self) -> Pair:
        first, second = self.first._scalar(), self.second._scalar()
        begin, length, weight = self.begin, self.length, self._weight()._pair()

        def value(t: float, rest: float) -> float:
            e = t - begin
            if e < 0:
                return first(t)
            if e >= length:
                return second(t)
            x, y = first(t), second(t)
            v = weight(length - e, e)
            return x + v * (y - x) if v <= 0.5 else y - weight(e, length - e) * (y - x)

        return value

    def joints(self, a: float, b: float) -> Iterator[float]:
        begin, end = self.begin, self.begin + self.length
        before = Terms((self.first,)).joints(a, min(b, end))
        after = Terms((self.second,)).joints(max(a, begin), b)
        own = (x for x in (begin, end) if a < x < b)
        last = a
        for joint in heapq.merge(before, own, after):
            if joint > last:
                yield joint
            last = joint

    def _horizon(self, t: float) -> float:
        if self.steps < math.inf:
            return super()._horizon(t)
        end = max(t, math.nextafter(self.begin + self.length, math.inf))
        return max(end, self.second._horizon(end))

    def _phases(self, upto: float) -> tuple[Phase, ...]:
        begin, end = self.begin, self.begin + self.length
        before = Window(self.first, 0, begin)._phases(upto)
        fade = self._phases_between({begin, end})
        if end >= self.second.steps:
            return before + fade
        after = Window(self.second, end, self.second.steps)._phases(upto - end)
        return before + fade + tuple(phase.moved(end) for phase in after)

    def bounds(self, a: float, b: float) -> tuple[float, float]:
        begin, end = self.begin, self.begin + self.length
        if b < begin:
            return self.first.bounds(a, b)
        if a >= end:
            return self.second.bounds(a, b)
        first = self.first.bounds(a, min(b, end))
        second = self.second.bounds(max(a, begin), b)
        low, high = min(first[0], second[0]), max(first[1], second[1])
        if a < begin or b > end:
            return low, high
        # Within the fade, by the range of the weights too; rounding is allowed for.
        most, least = self._weight()(a - begin), self._weight()(b - begin)
        parts = [
            w * x + (1 - w) * y for w in (most, least) for x in first for y in second
        ]
        slack = 1e-15 * (abs(low) + abs(high))
        return max(low, min(parts) - slack), min(high, max(parts) + slack)

    def integral(self, a: float, b: float) -> float:
        begin, end = self.begin, self.begin + self.length
        total = 0.0
        if a < begin:
            total += self.first.area(a, min(b, begin))
        if a < end and b > begin:
            total += super().integral(max(a, begin), min(b, end))
        return total + (self.second.area(max(a, end), b) if b > end else 0.0)

    def _unbroken(self) -> bool:
        smooth = self.length > 0 and self.first.is_continuous
        return (smooth and self.second.is_continuous) or super()._unbroken()

    def _left(self, t: float) -> float:
        if t <= self.begin:
            return _before(self.first, t)
        if t >= self.begin + self.length:
            return _before(self.second, t)
        w = self._weight()(t - self.begin)
        return w * _before(self.first, t) + (1.0 - w) * _before(self.second, t)

    def _held_until(self, t: float) -> float:
        if t < self.begin:
            return min(self.first._held_until(t), self.begin)
        if t < self.begin + self.length:
            return t
        return self.second._held_until(t)


def _before(schedule: Schedule, t: float) -> float:
    return schedule._left(t) if t <= schedule.steps else schedule(t)
