"""The mirror-cosine cooldown: a cosine reflected at the straight line."""

import math
from dataclasses import dataclass

from lehr._numerics.accurate import HALF_PI
from lehr._typing import Any
from lehr.schedules.ramp import Ramp


@dataclass(frozen=True, repr=False, eq=False)
class MirrorCosine(Ramp):
    """Go from `start` to `end` along a reflected half cosine, then hold `end`.

    With x = t / steps and w = 2 (1 - x) - (1 + cos(pi x)) / 2, the value at t is
    w start + (1 - w) end: as far below the straight line as the cosine is above it.

    Args:
        start: value at update 0, in the units of the hyper-parameter.
        end: value from update `steps` on, in the same units.
        steps: length in updates, >= 0.

    Raises:
        ValueError: `start` or `end` is not finite, or `steps` is negative or not
            finite.

    Source: Haegele et al., Scaling Laws and Compute-Optimal Training Beyond Fixed
        Training Durations, 2024, arXiv:2405.18392, appendix A ("mirror cosine").

    >>> cooldown = MirrorCosine(1.0, 0.0, 100)
    >>> [round(cooldown(t), 4) for t in (0, 25, 50, 100, 10**9)]
    [1.0, 0.6464, 0.5, 0.0, 0.0]
    """

    shape = "mirror-cosine"

    def weights(self, t: Any, rest: Any, xp: Any) -> tuple[Any, Any]:
        x, y = t / self.steps, rest / self.steps
        w = 2.0 * y - xp.sin(HALF_PI * y) ** 2
        return w, 2.0 * x - xp.sin(HALF_PI * x) ** 2

    def mean_weight(self, x: float) -> float:
        sine = math.sin(math.pi * min(x, 1.0 - x))
        return 1.5 * x - x * x - sine / (2.0 * math.pi)
