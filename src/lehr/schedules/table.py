"""Tabulated values: one per update."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from lehr import _checks
from lehr._typing import Any
from lehr.schedules.base import Schedule
from lehr.schedules.stairs import edge, edges, just_before


@dataclass(frozen=True, repr=False, eq=False)
class Table(Schedule):
    """Use `values[i]` for the updates from i `every` to (i + 1) `every` - 1.

    The last value is held. For a logged curve, or one made by other means.

    Args:
        values: at least one, in the units of the hyper-parameter; any iterable of
            numbers, a NumPy array too.
        every: updates per value, > 0.

    Raises:
        ValueError: `values` is empty or holds one that is not finite, or `every` is not
            positive.

    Source: the definition.

    >>> lr = Table((0.1, 0.3, 0.2))
    >>> [lr(t) for t in (0, 1, 2, 10**9)]
    [0.1, 0.3, 0.2, 0.2]
    """

    values: tuple[float, ...]
    every: float = 1

    shape = "table"

    def __post_init__(self) -> None:
        values = tuple(
            _checks.finite(f"values[{i}]", v) for i, v in enumerate(self.values)
        )
        if not values:
            raise ValueError("values must hold at least one number, got none")
        self._set(values=values, every=_checks.duration("every", self.every))

    @property
    def steps(self) -> float:
        return (len(self.values) - 1) * self.every

    @property
    def stairs(self) -> bool:
        return True

    def formula(self, t: Any, rest: Any, xp: Any) -> Any:
        last = len(self.values) - 1.0
        index = xp.minimum(xp.floor_divide(t, self.every), last)
        return xp.take(self.values, xp.where(rest <= 0, last, index))

    def _index(self, t: float) -> int:
        return int(max(0, min(len(self.values) - 1, t // self.every)))

    def joints(self, a: float, b: float) -> Iterator[float]:
        return edges(a, min(b, self.steps), self.every)

    def bounds(self, a: float, b: float) -> tuple[float, float]:
        used = self.values[self._index(a) : self._index(b) + 1]
        return min(used), max(used)

    def integral(self, a: float, b: float) -> float:
        marks = [a, *self.joints(a, b), b]
        return math.fsum(self(low) * (high - low) for low, high in pairwise(marks))

    def _left(self, t: float) -> float:
        return self(just_before(t, self.every))

    def _held_until(self, t: float) -> float:
        return math.inf if t >= self.steps else edge(t // self.every + 1, self.every)
