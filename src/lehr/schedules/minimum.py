"""The smallest value of several schedules."""

from dataclasses import dataclass

from lehr._typing import Any
from lehr.schedules.crossings import Crossing
from lehr.schedules.terms import Terms


@dataclass(frozen=True, repr=False, eq=False)
class Minimum(Crossing, Terms):
    """Take the smallest of the values of several schedules on one clock.

    Args:
        terms: schedules or numbers, at least one; a minimum in a minimum is taken
            apart.

    Raises:
        TypeError: a term is neither a schedule nor a number.
        ValueError: `terms` is empty.

    Source: the definition.

    >>> from lehr import Linear
    >>> cut = Minimum((Linear(0.0, 1.0, 10), 0.3))
    >>> cut(1), cut(5), cut(10**9)
    (0.1, 0.3, 0.3)
    """

    shape = "minimum"

    def join(self, x: Any, y: Any, xp: Any) -> Any:
        return xp.minimum(x, y)

    def join_bounds(
        self, x: tuple[float, float], y: tuple[float, float]
    ) -> tuple[float, float]:
        return min(x[0], y[0]), min(x[1], y[1])

    def _chosen(self, t: float) -> int:
        values = [term(t) for term in self.terms]
        return values.index(min(values))
