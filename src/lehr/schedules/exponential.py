"""Exponential interpolation between two values."""

import math
from dataclasses import dataclass

from lehr._numerics import python
from lehr._numerics.accurate import power_fraction
from lehr._typing import Any
from lehr.schedules.base import Pair, Schedule
from lehr.schedules.ramp import Ramp


@dataclass(frozen=True, repr=False, eq=False)
class Exponential(Ramp):
    """Go from `start` to `end` by equal ratios, then hold `end`.

    The value at t is start (end / start)^(t / steps): a straight line on a log axis.

    Args:
        start: value at update 0, not 0, in the units of the hyper-parameter.
        end: value from update `steps` on, of the same sign.
        steps: length in updates, >= 0.

    Raises:
        ValueError: `start` or `end` is 0, not finite, or of the other sign, or `steps`
            is negative or not finite.

    Source: Li and Arora, An Exponential Learning Rate Schedule for Deep Learning, 2019,
        arXiv:1910.07454, section 2 (between two given values).

    >>> lr = Exponential(1.0, 0.01, 100)
    >>> [round(lr(t), 6) for t in (0, 50, 100, 10**9)]
    [1.0, 0.1, 0.01, 0.01]
    """

    shape = "exponential"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.start * self.end <= 0 and (
            min(self.start, self.end) <= 0 <= max(self.start, self.end)
        ):
            raise ValueError(
                "start and end must be of one sign and not 0 for equal ratios, got "
                f"start={self.start!r}, end={self.end!r}; end at a small value instead"
            )

    def formula(self, t: Any, rest: Any, xp: Any) -> Any:
        if self.steps == 0:
            return super().formula(t, rest, xp)
        ratio, log_ratio = self.end / self.start, self._log_ratio()
        # From the nearer end: both ends are exact.
        early = power_fraction(ratio, t, self.steps, log_ratio, xp)
        late = power_fraction(1.0 / ratio, rest, self.steps, -log_ratio, xp)
        return xp.where(t <= rest, self.start * early, self.end * late)

    def _log_ratio(self) -> float:
        return math.log(abs(self.end)) - math.log(abs(self.start))

    def _pair(self) -> Pair:
        return Schedule._pair(self) if self.steps else super()._pair()

    def integral(self, a: float, b: float) -> float:
        k = self._log_ratio() * (b - a) / self.steps
        mean = math.expm1(k) / k if k else 1.0
        return float(self.at(a, self.steps - a, python)) * mean * (b - a)
