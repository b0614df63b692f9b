"""Polynomial decays one after the other, each as slow as the run is old."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

from lehr import _checks
from lehr._numerics import CLOCK_END
from lehr.schedules import Schedule


@dataclass(frozen=True, repr=False, eq=False)
class Sawtooth(Schedule):
    """Go from `start` to `end` by a power, and then from ever less to `end` again.

    With k = ceil(t / every), at least 1, the value at t is end + (start - end)
    (1 - t / (k every))^power. A cycle has its end value at k `every`; what comes after
    it begins at the fraction 1 / (k + 1).

    Args:
        start: value at update 0, in the units of the hyper-parameter.
        end: value at the end of each cycle, in the same units.
        every: length of a cycle in updates, whole, >= 1.
        power: > 0.

    Raises:
        ValueError: an argument is out of range.

    Source: PaddlePaddle 3.3.1 and TensorFlow (PolynomialDecay with cycle=True).

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

    @property
    def steps(self) -> float:
        return math.inf

    def at(self, t: Any, rest: Any, xp: Any) -> Any:
        return self.formula(xp.clip(t, 0, CLOCK_END), rest, xp)

    def formula(self, t: Any, rest: Any, xp: Any) -> Any:
        tooth = xp.maximum(-xp.floor_divide(-t, self.every), 1)
        edge = xp.real(tooth * self.every)
        part = xp.real(tooth * self.every - t) / edge
        return self.end + (self.start - self.end) * xp.power(part, self.power)

    def joints(self, a: float, b: float) -> Iterator[float]:
        for k in count(max(1, math.floor(a / self.every))):
            if (edge := k * self.every) >= b:
                return
            if edge > a:
                yield edge

    def bounds(self, a: float, b: float) -> tuple[float, float]:
        known = min(self.start, self.end), max(self.start, self.end)
        return (
            known if b > self.every else (min(self(a), self(b)), max(self(a), self(b)))
        )

    def _horizon(self, t: float) -> float:
        return (t // self.every + 1) * self.every + 0.5

    def _right(self, t: float) -> float:
        k = t / self.every
        if k <= 0 or k != int(k):
            return self(t)
        after: float = (k + 1.0) ** -self.power
        return self.end + (self.start - self.end) * after
