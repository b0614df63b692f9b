"""The product of schedules."""

from dataclasses import dataclass

from lehr._typing import Any
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
