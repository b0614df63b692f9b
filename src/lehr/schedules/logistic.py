"""Logistic decay: a sigmoid between two values."""

from dataclasses import dataclass

from lehr import _checks
from lehr._numerics import python
from lehr._numerics.accurate import two_product
from lehr._typing import Any
from lehr.schedules.ramp import Ramp
from lehr.schedules.tanh import tanh_weights


@dataclass(frozen=True, repr=False, eq=False)
class Logistic(Ramp):
    """Go from `start` to `end` along a logistic curve, then hold `end`.

    With x = t / steps and s(x) = 1 / (1 + exp(steepness (x - midpoint_fraction))), the
    weight of `start` is (s(x) - s(1)) / (s(0) - s(1)), so that both ends are met.

    Args:
        start: value at update 0, in the units of the hyper-parameter.
        end: value from update `steps` on, in the same units.
        steps: length in updates, >= 0.
        steepness: > 0 and <= 600; 10 looks like an S.
        midpoint_fraction: where in the length the curve is steepest, in [0, 1].

    Raises:
        ValueError: `start` or `end` is not finite, `steps` is negative or not finite,
            or `steepness` or `midpoint_fraction` is out of range.

    Source: Verhulst, Recherches mathematiques sur la loi d'accroissement de la
        population, 1845 (the logistic curve).

    >>> lr = Logistic(1.0, 0.0, 100)
    >>> [round(lr(t), 4) for t in (0, 25, 50, 100, 10**9)]
    [1.0, 0.9299, 0.5, 0.0, 0.0]
    """

    steepness: float = 10.0
    midpoint_fraction: float = 0.5

    shape = "logistic"

    def __post_init__(self) -> None:
        super().__post_init__()
        steepness = _checks.positive("steepness", self.steepness)
        if steepness > 600:
            raise ValueError(f"steepness must be <= 600, got {steepness!r}; use a Step")
        middle = _checks.fraction("midpoint_fraction", self.midpoint_fraction)
        self._set(steepness=steepness, midpoint_fraction=middle)

    def weights(self, t: Any, rest: Any, xp: Any) -> tuple[Any, Any]:
        # 1 / (1 + exp(2 z)) = (1 - tanh z) / 2
        half, middle = 0.5 * self.steepness, self.midpoint_fraction
        low = two_product(-half, middle, python)
        return tanh_weights(t, rest, self.steps, low, (half, 0.0), xp)
