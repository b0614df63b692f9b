"""The 1-sqrt cooldown: steep at first, then gentle."""

import math
from dataclasses import dataclass

from lehr._typing import Any
from lehr.schedules.ramp import Ramp


@dataclass(frozen=True, repr=False, eq=False)
class OneMinusSqrt(Ramp):
    """Go from `start` to `end` by one minus a square root, then hold `end`.

    With w = 1 - sqrt(t / steps), the value at t is w start + (1 - w) end.

    Args:
        start: value at update 0, in the units of the hyper-parameter.
        end: value from update `steps` on, in the same units.
        steps: length in updates, >= 0.

    Raises:
        ValueError: `start` or `end` is not finite, or `steps` is negative or not
            finite.

    Source: Haegele et al., Scaling Laws and Compute-Optimal Training Beyond Fixed
        Training Durations, 2024, arXiv:2405.18392, eq. 2.

    >>> cooldown = OneMinusSqrt(1.0, 0.0, 100)
    >>> cooldown(25), cooldown(100), cooldown(10**9)
    (0.5, 0.0, 0.0)
    """

    shape = "1-sqrt"

    def weights(self, t: Any, rest: Any, xp: Any) -> tuple[Any, Any]:
        v = xp.sqrt(t / self.steps)
        return rest / self.steps / (1.0 + v), v

    def mean_weight(self, x: float) -> float:
        return x - 2.0 / 3.0 * x * math.sqrt(x)
