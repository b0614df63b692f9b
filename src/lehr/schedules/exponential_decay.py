"""Exponential decay: a constant factor per update, or per some updates."""

import math
from dataclasses import dataclass

from lehr import _checks
from lehr._numerics.accurate import power_fraction
from lehr._typing import Any
from lehr.schedules.decay import Decay


@dataclass(frozen=True, repr=False, eq=False)
class ExponentialDecay(Decay):
    """Multiply by `factor` every `every` updates, smoothly.

    The value at t is start factor^(t / every). For jumps instead, see `Step`.

    Args:
        start: value at update 0, in the units of the hyper-parameter.
        factor: > 0, and above 1 only with `steps`.
        every: updates per factor, > 0.
        steps: update from which the value is held; endless by default.

    Raises:
        ValueError: `start` is not finite, `factor` or `every` is not positive, `steps`
            is negative, or the values grow without end.

    Source: Li and Arora, An Exponential Learning Rate Schedule for Deep Learning, 2019,
        arXiv:1910.07454, section 2.

    >>> lr = ExponentialDecay(1.0, factor=0.1, every=100)
    >>> [round(lr(t), 6) for t in (0, 50, 100, 10**9)]
    [1.0, 0.316228, 0.1, 0.0]
    """

    start: float
    factor: float
    every: float = 1
    steps: float = math.inf

    shape = "exponential"

    def __post_init__(self) -> None:
        self._set(
            start=_checks.finite("start", self.start),
            factor=_checks.positive("factor", self.factor),
            every=_checks.duration("every", self.every),
        )
        self._check(grows=self.factor > 1.0)

    def formula(self, t: Any, rest: Any, xp: Any) -> Any:
        if self.every == 1:
            return self.start * xp.power(self.factor, t)
        log_factor = math.log(self.factor)
        return self.start * power_fraction(self.factor, t, self.every, log_factor, xp)

    def integral(self, a: float, b: float) -> float:
        rate = math.log(self.factor) / self.every
        if rate == 0:
            return self.start * (b - a)
        return self(a) * math.expm1(rate * (b - a)) / rate
