"""Cosine annealing: half a cosine wave between two values."""

import math
from dataclasses import dataclass

from lehr import _checks
from lehr._numerics.accurate import (
    HALF_PI,
    TINY,
    fraction_power,
    quarter_sine,
    quarter_wave,
)
from lehr._typing import Any
from lehr.schedules.base import Pair, Schedule
from lehr.schedules.ramp import Ramp


@dataclass(frozen=True, repr=False, eq=False)
class Cosine(Ramp):
    """Go from `start` to `end` along half a cosine wave, then hold `end`.

    With x = (t / steps)^k and w = ((1 + cos(pi x)) / 2)^exponent, the value at t is
    w start + (1 - w) end. It is computed as sin^2 of the nearer half angle, since
    1 + cos loses all digits near the end of a long run. The relative error stays below
    4 ulp, and above exponent 2 below 2 ulp times the exponent.

    Args:
        start: value at update 0, in the units of the hyper-parameter.
        end: value from update `steps` on, in the same units.
        steps: length in updates, >= 0.
        exponent: > 0; above 1 it falls earlier and lands more softly.
        k: > 0; above 1 it stays high for longer (k-decay).

    Raises:
        ValueError: `start` or `end` is not finite, `steps` is negative or not finite,
            or `exponent` or `k` is not positive.

    Source: Loshchilov and Hutter, SGDR, 2017, arXiv:1608.03983, eq. 5 (one cycle);
        Zhang and Li, k-decay, 2020, arXiv:2004.05909 (k).

    >>> lr = Cosine(start=1e-3, end=1e-4, steps=100)
    >>> [round(lr(t), 6) for t in (0, 50, 100, 10_000)]
    [0.001, 0.00055, 0.0001, 0.0001]
    """

    exponent: float = 1.0
    k: float = 1.0

    shape = "cosine"

    def __post_init__(self) -> None:
        super().__post_init__()
        self._set(
            exponent=_checks.positive("exponent", self.exponent),
            k=_checks.positive("k", self.k),
        )

    def formula(self, t: Any, rest: Any, xp: Any) -> Any:
        if self.exponent != 1.0 or self.k != 1.0 or self.steps == 0:
            return super().formula(t, rest, xp)
        angle, change = quarter_wave(self.start, self.end, self.steps)
        w = xp.sin(angle * xp.minimum(t, rest)) ** 2
        return xp.where(t <= rest, self.start + change * w, self.end - change * w)

    def weights(self, t: Any, rest: Any, xp: Any) -> tuple[Any, Any]:
        if self.k == 1.0:
            w = quarter_sine(rest, self.steps, xp)
            v = quarter_sine(t, self.steps, xp) ** 2
        else:
            p, q = fraction_power(t, rest, self.steps, self.k, xp)
            w, v = xp.sin(HALF_PI * q), xp.sin(HALF_PI * p) ** 2
        if self.exponent == 1.0:
            return w * w, v
        near = xp.log1p(-xp.minimum(v, 0.5))
        log_w = xp.where(v <= 0.5, near, 2 * xp.log(xp.maximum(w, TINY)))
        v = xp.where(w > 0, -xp.expm1(self.exponent * log_w), 1.0)
        return xp.power(w, 2 * self.exponent), v

    def mean_weight(self, x: float) -> float:
        return 0.5 * x + math.sin(math.pi * min(x, 1.0 - x)) / (2 * math.pi)

    def integral(self, a: float, b: float) -> float:
        if self.exponent == self.k == 1.0:
            return super().integral(a, b)
        return Schedule.integral(self, a, b)

    def _pair(self) -> Pair:
        if self.exponent != 1.0 or self.k != 1.0 or self.steps == 0:
            return super()._pair()
        start, end, sin = self.start, self.end, math.sin
        angle, change = quarter_wave(start, end, self.steps)

        def value(t: float, rest: float) -> float:
            if t <= rest:
                s = sin(angle * t)
                return start + change * (s * s)
            s = sin(angle * rest)
            return end - change * (s * s)

        return value

    def _fill_inside(self, out: Any, first: float, xp: Any) -> None:
        if self.exponent != 1.0 or self.k != 1.0:
            super()._fill_inside(out, first, xp)
            return
        middle = max(0, min(out.size, math.floor(self.steps / 2 - first) + 1))
        change = self.end - self.start
        xp.fill_wave(out[:middle], first, self.steps, self.start, change)
        last = self.steps - (first + out.size - 1)
        xp.fill_wave(out[middle:][::-1], last, self.steps, self.end, -change)
