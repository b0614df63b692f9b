"""Polynomial decay: a power of what remains."""

from dataclasses import dataclass

from lehr import _checks
from lehr._numerics.accurate import fraction_power
from lehr._typing import Any
from lehr.schedules.ramp import Ramp


@dataclass(frozen=True, repr=False, eq=False)
class Polynomial(Ramp):
    """Go from `start` to `end` by a power of the remaining fraction, then hold `end`.

    With w = (1 - t / steps)^power, the value at t is w start + (1 - w) end. Power 1 is
    a straight line, 2 lands softly, 0.5 drops at the end.

    Args:
        start: value at update 0, in the units of the hyper-parameter.
        end: value from update `steps` on, in the same units.
        steps: length in updates, >= 0.
        power: > 0.

    Raises:
        ValueError: `start` or `end` is not finite, `steps` is negative or not finite,
            or `power` is not positive.

    Source: Chen et al., DeepLab, 2016, arXiv:1606.00915, section 4.1.2 ("poly").

    >>> lr = Polynomial(1.0, 0.0, 10, power=2)
    >>> lr(0), lr(5), lr(10**9)
    (1.0, 0.25, 0.0)
    """

    power: float = 1.0

    shape = "polynomial"

    def __post_init__(self) -> None:
        super().__post_init__()
        self._set(power=_checks.positive("power", self.power))

    def weights(self, t: Any, rest: Any, xp: Any) -> tuple[Any, Any]:
        w, v = fraction_power(rest, t, self.steps, self.power, xp)
        return w, v

    def mean_weight(self, x: float) -> float:
        q = self.power + 1.0
        return float((1.0 - (1.0 - x) ** q) / q)
