"""Power law decay, as of a count of tokens."""

import math
from dataclasses import dataclass

from lehr import _checks
from lehr._numerics.accurate import quotient, two_sum
from lehr._typing import Any
from lehr.schedules.decay import Decay


@dataclass(frozen=True, repr=False, eq=False)
class Power(Decay):
    """Follow a power of time: the value at t is start (1 + t / timescale)^exponent.

    On a clock of tokens, `min(peak, a n^b)` is constant until the token n0 at which
    a n0^b = peak, then this with `timescale=n0`: see the recipe `power_of_tokens`.

    Args:
        start: value at update 0, in the units of the hyper-parameter.
        exponent: negative for a decay; positive only with `steps`.
        timescale: in the clock's units, > 0.
        steps: update from which the value is held; endless by default.

    Raises:
        ValueError: `start` or `exponent` is not finite, `timescale` is not positive,
            `steps` is negative, or the values grow without end.

    Source: Shen et al., Power Scheduler: A Batch Size and Token Number Agnostic
        Learning Rate Scheduler, 2024, arXiv:2408.13359, eq. 8.

    >>> lr = Power(1.0, exponent=-0.5, timescale=100)
    >>> [round(lr(t), 6) for t in (0, 300, 9_900, 10**18)]
    [1.0, 0.5, 0.1, 0.0]
    """

    start: float
    exponent: float
    timescale: float = 1
    steps: float = math.inf

    shape = "power"

    def __post_init__(self) -> None:
        self._set(
            start=_checks.finite("start", self.start),
            exponent=_checks.finite("exponent", self.exponent),
            timescale=_checks.duration("timescale", self.timescale),
        )
        self._check(grows=self.exponent > 0)

    def formula(self, t: Any, rest: Any, xp: Any) -> Any:
        k, scale = self.exponent, float(self.timescale)
        if abs(k) <= 1.0:
            return self.start * xp.power((scale + t) / scale, k)
        # A large power shows what the sum and the quotient were rounded by.
        total, lost = two_sum(scale, t)
        base, e = quotient(total, scale, xp)
        value = xp.power(base, k)
        return self.start * (value + value * (k * ((e + lost / scale) / base)))

    def integral(self, a: float, b: float) -> float:
        q, scale = self.exponent + 1.0, self.timescale
        low = self.start * math.pow(1.0 + a / scale, q) * scale
        log_ratio = math.log1p((b - a) / (scale + a))
        if q == 0:
            return low * log_ratio
        return low * math.expm1(q * log_ratio) / q
