"""Natural exponential decay: a rate per update."""

import math
from dataclasses import dataclass

from lehr import _checks
from lehr._numerics.accurate import exp_product
from lehr._typing import Any
from lehr.schedules.decay import Decay


@dataclass(frozen=True, repr=False, eq=False)
class NaturalExponential(Decay):
    """Decay by the rate `rate` per update: the value at t is start exp(-rate t).

    Args:
        start: value at update 0, in the units of the hyper-parameter.
        rate: per update, and negative only with `steps`.
        steps: update from which the value is held; endless by default.

    Raises:
        ValueError: `start` or `rate` is not finite, `steps` is negative, or the values
            grow without end.

    Source: the definition (PaddlePaddle's NaturalExpDecay).

    >>> lr = NaturalExponential(1.0, rate=0.01)
    >>> [round(lr(t), 6) for t in (0, 100, 10**9)]
    [1.0, 0.367879, 0.0]
    """

    start: float
    rate: float
    steps: float = math.inf

    shape = "exponential"

    def __post_init__(self) -> None:
        self._set(
            start=_checks.finite("start", self.start),
            rate=_checks.finite("rate", self.rate),
        )
        self._check(grows=self.rate < 0)

    def formula(self, t: Any, rest: Any, xp: Any) -> Any:
        return self.start * exp_product(-self.rate, t, xp)

    def integral(self, a: float, b: float) -> float:
        if self.rate == 0:
            return self.start * (b - a)
        return -self(a) * math.expm1(-self.rate * (b - a)) / self.rate
