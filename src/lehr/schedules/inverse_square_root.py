"""Inverse square root decay."""

import math
from dataclasses import dataclass

from lehr import _checks
from lehr._typing import Any
from lehr.schedules.decay import Decay


@dataclass(frozen=True, repr=False, eq=False)
class InverseSqrt(Decay):
    """Decay as one over the square root of time.

    The value at t is peak sqrt(timescale / (timescale + t)). After a warmup of w
    updates, `timescale=w` gives the rate peak sqrt(w / t) on the whole run's clock.

    Args:
        peak: value at update 0, in the units of the hyper-parameter.
        timescale: updates after which the value is peak / sqrt(2), > 0.
        steps: update from which the value is held; endless by default.

    Raises:
        ValueError: `peak` is not finite, `timescale` is not positive, or `steps` is
            negative.

    Source: Vaswani et al., Attention Is All You Need, 2017, arXiv:1706.03762, eq. 3;
        Zhai et al., Scaling Vision Transformers, 2021, arXiv:2106.04560, section 3.4
        (with a timescale).

    >>> lr = InverseSqrt(1.0, timescale=100)
    >>> [round(lr(t), 6) for t in (0, 300, 9_900, 10**18)]
    [1.0, 0.5, 0.1, 0.0]
    """

    peak: float
    timescale: float
    steps: float = math.inf

    shape = "inverse-sqrt"

    def __post_init__(self) -> None:
        self._set(
            peak=_checks.finite("peak", self.peak),
            timescale=_checks.duration("timescale", self.timescale),
        )
        self._check(grows=False)

    def formula(self, t: Any, rest: Any, xp: Any) -> Any:
        return self.peak * xp.sqrt(self.timescale / (self.timescale + t))

    def integral(self, a: float, b: float) -> float:
        root = math.sqrt(self.timescale)
        ends = math.sqrt(self.timescale + b) + math.sqrt(self.timescale + a)
        return 2.0 * self.peak * root * (b - a) / ends
