"""The product of schedules."""

import math
from dataclasses import dataclass
from itertools import pairwise

from lehr._typing import Any
from lehr.schedules.constant import Constant
from lehr.schedules.terms import Terms


@dataclass(frozen=True, repr=False, eq=False)
class Product(Terms):
    """Multiply the values of several schedules on one clock. Written `a * b`.

    Args:
        terms: schedules or numbers, at least one; a product in a product is taken
            apart.

    Raises:
        TypeError: a term is neither a schedule nor a number.
        ValueError: `terms` is empty.

    Source: the definition.

    >>> from lehr import Exponential, Linear
    >>> damped = Linear(0.0, 1.0, 10) * Exponential(1.0, 0.01, 20)
    >>> round(damped(10), 6), round(damped(10**9), 6)
    (0.1, 0.01)
    """

    shape = "product"

    def join(self, x: Any, y: Any, xp: Any) -> Any:
        return x * y

    def join_bounds(
        self, x: tuple[float, float], y: tuple[float, float]
    ) -> tuple[float, float]:
        corners = [0.0 if 0 in (p, q) else p * q for p in x for q in y]
        return min(corners), max(corners)

    def integral(self, a: float, b: float) -> float:
        others = [term for term in self.terms if not term.stairs]
        if len(others) > 1:
            return super().integral(a, b)
        one = Constant(1.0)
        stairs = Product((one, *(term for term in self.terms if term.stairs)))
        curve = others[0] if others else one
        return math.fsum(
            stairs(low) * curve.area(low, high)
            for low, high in pairwise((a, *stairs.joints(a, b), b))
        )
