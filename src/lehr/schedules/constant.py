"""One value for ever."""

import math
from dataclasses import dataclass

from lehr import _checks
from lehr._typing import Any
from lehr.schedules.base import Pair, Schedule


@dataclass(frozen=True, repr=False, eq=False)
class Constant(Schedule):
    """Use `value` at every update.

    Args:
        value: in the units of the hyper-parameter.
        steps: length in updates that it takes in a chain, >= 0. At the end of a chain
            it needs none: the value is held.

    Raises:
        ValueError: `value` is not finite, or `steps` is negative or not finite.

    Source: the definition.

    >>> Constant(3e-4)(10**9)
    0.0003
    """

    value: float
    steps: float = 0

    shape = "constant"
    monotone = True

    def __post_init__(self) -> None:
        self._set(
            value=_checks.finite("value", self.value),
            steps=_checks.length("steps", self.steps),
        )

    @property
    def stairs(self) -> bool:
        return True

    def formula(self, t: Any, rest: Any, xp: Any) -> Any:
        return xp.where(t == t, self.value, t)

    def _pair(self) -> Pair:
        value = self.value
        return lambda t, rest: value

    def _fill(self, out: Any, first: float, xp: Any) -> None:
        out[:] = self.value

    def integral(self, a: float, b: float) -> float:
        return self.value * (b - a)

    def _held_until(self, t: float) -> float:
        return math.inf
