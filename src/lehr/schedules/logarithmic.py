"""A ramp along a logarithm: steep at first, then ever gentler."""

import math
from dataclasses import dataclass

from lehr import _checks
from lehr._typing import Any
from lehr.schedules.base import Schedule
from lehr.schedules.ramp import Ramp


@dataclass(frozen=True, repr=False, eq=False)
class Logarithmic(Ramp):
    """Go from `start` to `end` along a logarithm, then hold `end`.

    With v = log(1 + t / timescale) / log(1 + steps / timescale), the value at t is
    (1 - v) start + v end. Most of the way is made in the first few `timescale` updates;
    where `timescale` is long beside `steps`, it is nearly a straight line.

    Args:
        start: value at update 0, in the units of the hyper-parameter.
        end: value from update `steps` on, in the same units.
        steps: length in updates, >= 0.
        timescale: updates, > 0.

    Raises:
        ValueError: `start` or `end` is not finite, `steps` is negative or not finite,
            or `timescale` is not positive.

    Source: Rasley et al., DeepSpeed, 2020, doi:10.1145/3394486.3406703 (its warmup of
        type "log"; n updates of it are `steps` = n - 1 here).

    >>> warmup = Logarithmic(0.0, 1.0, steps=7)
    >>> [round(warmup(t), 6) for t in (0, 1, 3, 7, 10**9)]
    [0.0, 0.333333, 0.666667, 1.0, 1.0]
    """

    timescale: float = 1

    shape = "logarithmic"

    def __post_init__(self) -> None:
        super().__post_init__()
        self._set(timescale=_checks.duration("timescale", self.timescale))
        _checks.finite("steps / timescale", self._span())

    def _span(self) -> float:
        return self.steps / self.timescale

    def weights(self, t: Any, rest: Any, xp: Any) -> tuple[Any, Any]:
        # Each is the logarithm of a quotient, so that neither is a difference.
        scale, whole = self.timescale, math.log1p(self._span())
        w, v = xp.log1p(rest / (scale + t)), xp.log1p(t / scale)
        return w / whole, v / whole

    def mean_weight(self, x: float) -> float:
        span = self._span()
        y = span * x
        return x - ((1.0 + y) * math.log1p(y) - y) / (span * math.log1p(span))

    def integral(self, a: float, b: float) -> float:
        # The closed form loses digits where the ramp is nearly a straight line.
        if self._span() < 1.0:
            return Schedule.integral(self, a, b)
        return super().integral(a, b)
