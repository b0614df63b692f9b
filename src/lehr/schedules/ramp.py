"""Ramps: schedules from one value to another over a length."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from lehr import _checks
from lehr._numerics import python
from lehr._typing import Any
from lehr.schedules.base import Pair, Schedule


@dataclass(frozen=True, repr=False, eq=False)
class Ramp(Schedule):
    """Go from `start` to `end` in `steps` updates, then hold `end`.

    A ramp of length 0 is its end value. A leaf gives only its `weights`.
    """

    start: float
    end: float
    steps: float

    monotone = True

    def __post_init__(self) -> None:
        self._set(
            start=_checks.finite("start", self.start),
            end=_checks.finite("end", self.end),
            steps=_checks.length("steps", self.steps),
        )
        _checks.finite("end - start", self.end - self.start)

    def weights(self, t: Any, rest: Any, xp: Any) -> tuple[Any, Any]:
        """Return the weights w of `start` and v of `end`.

        w + v = 1, w falls from exactly 1 to exactly 0, and each is accurate by itself.
        """
        raise NotImplementedError

    def mean_weight(self, x: float) -> float:
        """Return the integral of w over [0, x], where x is a fraction of the length."""
        raise NotImplementedError

    def formula(self, t: Any, rest: Any, xp: Any) -> Any:
        if self.steps == 0:
            return xp.where(t <= 0, self.end, self.end)
        w, v = self.weights(t, rest, xp)
        # From the nearer end: both ends are exact, equal ends give a constant, and
        # between ends of one sign nothing cancels.
        change = self.end - self.start
        return xp.where(v <= 0.5, self.start + change * v, self.end - change * w)

    def _pair(self) -> Pair:
        start, end, weights = self.start, self.end, self.weights
        change = end - start
        if self.steps == 0:
            return lambda t, rest: end

        def value(t: float, rest: float) -> Any:
            w, v = weights(t, rest, python)
            return start + change * v if v <= 0.5 else end - change * w

        return value

    def _held_until(self, t: float) -> float:
        return math.inf if self.start == self.end else super()._held_until(t)

    def integral(self, a: float, b: float) -> float:
        mean: Callable[[float], float] = self.mean_weight
        # Over a small part, the difference of two means would lose its digits.
        if type(self).mean_weight is Ramp.mean_weight or b - a < 0.05 * self.steps:
            return super().integral(a, b)
        w = mean(b / self.steps) - mean(a / self.steps)
        return self.end * (b - a) + (self.start - self.end) * w * self.steps
