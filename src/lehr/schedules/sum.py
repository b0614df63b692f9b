"""The sum of schedules."""

import math
from dataclasses import dataclass

from lehr._typing import Any
from lehr.schedules.terms import Terms


@dataclass(frozen=True, repr=False, eq=False)
class Sum(Terms):
    """Add the values of several schedules on one clock. Written `a + b`, `a + 0.1`.

    Args:
        terms: schedules or numbers, at least one; a sum in a sum is taken apart.

    Raises:
        TypeError: a term is neither a schedule nor a number.
        ValueError: `terms` is empty.

    Source: the definition.

    >>> from lehr import Linear
    >>> lifted = Linear(1.0, 0.0, 10) + 0.5
    >>> lifted(0), lifted(10), lifted(10**9)
    (1.5, 0.5, 0.5)
    """

    shape = "sum"

    def join(self, x: Any, y: Any, xp: Any) -> Any:
        return x + y

    def join_bounds(
        self, x: tuple[float, float], y: tuple[float, float]
    ) -> tuple[float, float]:
        return x[0] + y[0], x[1] + y[1]

    def integral(self, a: float, b: float) -> float:
        return math.fsum(term.area(a, b) for term in self.terms)
