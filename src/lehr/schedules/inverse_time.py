"""Inverse time decay."""

import math
from dataclasses import dataclass

from lehr import _checks
from lehr._typing import Any
from lehr.schedules.decay import Decay


@dataclass(frozen=True, repr=False, eq=False)
class InverseTime(Decay):
    """Decay as one over time: the value at t is start / (1 + rate t / every).

    Args:
        start: value at update 0, in the units of the hyper-parameter.
        rate: >= 0, per `every` updates.
        every: updates, > 0.
        steps: update from which the value is held; endless by default.

    Raises:
        ValueError: `start` is not finite, `rate` or `steps` is negative, or `every` is
            not positive.

    Source: Robbins and Monro, A Stochastic Approximation Method, 1951,
        doi:10.1214/aoms/1177729586, eq. 26 (rates of order 1 / t).

    >>> lr = InverseTime(1.0, rate=1.0, every=100)
    >>> [round(lr(t), 6) for t in (0, 100, 300, 10**9)]
    [1.0, 0.5, 0.25, 0.0]
    """

    start: float
    rate: float
    every: float = 1
    steps: float = math.inf

    shape = "inverse-time"

    def __post_init__(self) -> None:
        self._set(
            start=_checks.finite("start", self.start),
            rate=_checks.finite("rate", self.rate),
            every=_checks.duration("every", self.every),
        )
        if self.rate < 0:
            raise ValueError(f"rate must be >= 0, got {self.rate!r}")
        self._check(grows=False)

    def formula(self, t: Any, rest: Any, xp: Any) -> Any:
        return self.start / (1.0 + self.rate * t / self.every)

    def integral(self, a: float, b: float) -> float:
        rate = self.rate / self.every
        if rate == 0:
            return self.start * (b - a)
        return self.start * math.log1p(rate * (b - a) / (1.0 + rate * a)) / rate
