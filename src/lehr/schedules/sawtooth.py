"""Polynomial decay that goes on in teeth, ever lower and ever slower."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from lehr import _checks
from lehr._numerics.accurate import fraction_power
from lehr._typing import Any
from lehr.schedules.base import Schedule
from lehr.schedules.phases import Phase


@dataclass(frozen=True, repr=False, eq=False)
class Sawtooth(Schedule):
    """Go from `start` to `end` by a power, and again from ever less, without an end.

    With k = ceil(t / every), at least 1, the value of update t is w start + (1 - w) end
    with w = (1 - t / (k every))^power: where a polynomial decay would end, its length
    is put off by another `every`. So `end` is reached at each multiple of `every`, and
    held for one update; then the next tooth begins, at about 1 / (k + 1) of the height
    if `power` is 1.

    Args:
        start: value at update 0, in the units of the hyper-parameter.
        end: value at the end of each tooth, in the same units.
        every: length of a tooth in updates, a whole number >= 1.
        power: > 0.

    Raises:
        ValueError: `start` or `end` is not finite, `every` is not a whole number >= 1,
            or `power` is not positive.

    Source: Abadi et al., TensorFlow, 2016, arXiv:1605.08695 (its polynomial decay with
        cycle=True).

    >>> lr = Sawtooth(1.0, 0.0, every=4)
    >>> [round(lr(t), 6) for t in (0, 2, 4, 5, 8, 9, 12)]
    [1.0, 0.5, 0.0, 0.375, 0.0, 0.25, 0.0]
    """

    start: float
    end: float
    every: int
    power: float = 1.0

    shape = "sawtooth"

    def __post_init__(self) -> None:
        self._set(
            start=_checks.finite("start", self.start),
            end=_checks.finite("end", self.end),
            every=_checks.count("every", self.every, 1),
            power=_checks.positive("power", self.power),
        )
        _checks.finite("end - start", self.end - self.start)

    @property
    def steps(self) -> float:
        return math.inf

    def at(self, t: Any, rest: Any, xp: Any) -> Any:
        return self.formula(xp.clip(t, 0, math.inf), rest, xp)

    def formula(self, t: Any, rest: Any, xp: Any) -> Any:
        past = xp.fmod(t, self.every)
        t, left = xp.real(t), xp.real(self.every - past)
        w, v = fraction_power(left, t, t + left, self.power, xp)
        change = self.end - self.start
        # From the nearer end, as in a ramp.
        value = xp.where(v <= 0.5, self.start + change * v, self.end - change * w)
        return xp.where(xp.where(t < self.every, 1, past) < 1, self.end, value)

    def _is_end(self, t: float) -> bool:
        """Return whether the end of a tooth is held at `t`."""
        return t >= self.every and t % self.every < 1

    def _phases(self, upto: float) -> tuple[Phase, ...]:
        end = max(1, math.ceil(upto / self.every)) * self.every
        return self._phases_between((0, *self.joints(0, end), end))

    def joints(self, a: float, b: float) -> Iterator[float]:
        end = max(1, math.floor(a / self.every)) * self.every
        while end < b:
            if a < end:
                yield end
            if self.every == 1:  # there is but one tooth
                return
            if a < end + 1 < b:
                yield end + 1
            end += self.every

    def _horizon(self, t: float) -> float:
        if self.every == 1:
            return max(t, 1.5)
        return math.nextafter((t // self.every + 1) * self.every + 1.0, math.inf)

    def bounds(self, a: float, b: float) -> tuple[float, float]:
        a, found = max(a, 0), [self(a), self(b) if b < math.inf else self.end]
        tooth = a // self.every * self.every
        for end in (tooth, tooth + self.every):
            if end and a <= end <= b:
                found.append(self.end)
            if end and a <= end + 1 <= b:  # the top of a tooth; later ones are lower
                found.append(self(end + 1))
        return min(found), max(found)

    def integral(self, a: float, b: float) -> float:
        marks = (a, *self.joints(a, b), b)
        return math.fsum(self._part(low, high) for low, high in pairwise(marks))

    def _part(self, a: float, b: float) -> float:
        """Return the integral over a part of one tooth, or of its held end."""
        if self._is_end(a):
            return self.end * (b - a)
        whole, q = (a // self.every + 1) * self.every, self.power + 1.0
        part = (b - a) / (whole - a)
        w = -math.expm1(q * math.log1p(-part)) if part < 1 else 1.0
        w *= (whole - a) * math.pow((whole - a) / whole, self.power) / q
        return self.end * (b - a) + (self.start - self.end) * w

    def _left(self, t: float) -> float:
        begins = t > self.every > 1 and t % self.every == 1
        return self.end if begins else self(t)

    def _held_until(self, t: float) -> float:
        if self.start == self.end or t >= self.every == 1:
            return math.inf
        return t // self.every * self.every + 1 if self._is_end(t) else t
