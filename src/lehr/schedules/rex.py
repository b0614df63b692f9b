"""REX: a reflected exponential, high for long and steep at the end."""

import math
from dataclasses import dataclass

from lehr._typing import Any
from lehr.schedules.ramp import Ramp


@dataclass(frozen=True, repr=False, eq=False)
class Rex(Ramp):
    """Go from `start` to `end` along a reflected exponential, then hold `end`.

    With x = t / steps and w = (1 - x) / (1 - x / 2), the value at t is
    w start + (1 - w) end.

    Args:
        start: value at update 0, in the units of the hyper-parameter.
        end: value from update `steps` on, in the same units.
        steps: length in updates, >= 0.

    Raises:
        ValueError: `start` or `end` is not finite, or `steps` is negative or not
            finite.

    Source: Chen et al., REX: Revisiting Budgeted Training with an Improved Schedule,
        2021, arXiv:2107.04197, section 3.

    >>> lr = Rex(1.0, 0.0, 100)
    >>> [round(lr(t), 4) for t in (0, 50, 90, 100, 10**9)]
    [1.0, 0.6667, 0.1818, 0.0, 0.0]
    """

    shape = "rex"

    def weights(self, t: Any, rest: Any, xp: Any) -> tuple[Any, Any]:
        whole = self.steps + rest
        return 2.0 * rest / whole, t / whole

    def mean_weight(self, x: float) -> float:
        return 2.0 * x + 2.0 * math.log1p(-0.5 * x)
