"""Constant pieces: one value between each two boundaries."""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from lehr import _checks
from lehr._typing import Any
from lehr.schedules.base import Schedule
from lehr.schedules.phases import Phase


@dataclass(frozen=True, repr=False, eq=False)
class PiecewiseConstant(Schedule):
    """Use `values[i]` from `boundaries[i - 1]` on, until `boundaries[i]`.

    Args:
        values: one more than `boundaries`, in the units of the hyper-parameter.
        boundaries: updates at which the next value begins, > 0 and increasing.

    Raises:
        ValueError: the lengths do not fit, a value is not finite, or the boundaries
            are not positive and increasing.

    Source: He et al., Deep Residual Learning for Image Recognition, 2015,
        arXiv:1512.03385, section 3.4 (milestones); see the recipe `multi_step`.

    >>> lr = PiecewiseConstant((0.1, 0.01, 0.001), boundaries=(30, 60))
    >>> [lr(t) for t in (0, 29, 30, 60, 10**9)]
    [0.1, 0.1, 0.01, 0.001, 0.001]
    """

    values: tuple[float, ...]
    boundaries: tuple[float, ...]

    shape = "piecewise-constant"

    def __post_init__(self) -> None:
        values = tuple(
            _checks.finite(f"values[{i}]", v) for i, v in enumerate(self.values)
        )
        boundaries = tuple(
            _checks.duration(f"boundaries[{i}]", b)
            for i, b in enumerate(self.boundaries)
        )
        if len(values) != len(boundaries) + 1:
            raise ValueError(
                "values must hold one more than boundaries, got "
                f"{len(values)} values and {len(boundaries)} boundaries"
            )
        for a, b in pairwise(boundaries):
            if a >= b:
                raise ValueError(f"boundaries must increase, got {a!r} before {b!r}")
        self._set(values=values, boundaries=boundaries)

    @property
    def steps(self) -> float:
        return self.boundaries[-1] if self.boundaries else 0

    @property
    def stairs(self) -> bool:
        return True

    def formula(self, t: Any, rest: Any, xp: Any) -> Any:
        index = xp.real(xp.search(self.boundaries, t)) + 0.0 * t
        return xp.take(self.values, index)

    def _fill(self, out: Any, first: float, xp: Any) -> None:
        edges = [0, *(b - first for b in self.boundaries), out.size]
        for value, (a, b) in zip(self.values, pairwise(edges), strict=True):
            out[max(0, math.ceil(a)) : max(0, math.ceil(b))] = value

    def _phases(self, upto: float) -> tuple[Phase, ...]:
        edges = (0, *self.boundaries, self.steps)
        return tuple(
            Phase.of("constant", a, b, value, value)
            for value, (a, b) in zip(self.values, pairwise(edges), strict=True)
            if a < b
        )

    def joints(self, a: float, b: float) -> Iterator[float]:
        low, high = bisect_right(self.boundaries, a), bisect_left(self.boundaries, b)
        return iter(self.boundaries[low:high])

    def bounds(self, a: float, b: float) -> tuple[float, float]:
        low, high = bisect_right(self.boundaries, a), bisect_right(self.boundaries, b)
        used = self.values[low : high + 1]
        return min(used), max(used)

    def _range(self, a: float, b: float) -> tuple[float, float]:
        used = {self(a), self(b)}
        used |= {self(math.ceil(x)) for x in self.joints(a, b) if math.ceil(x) <= b}
        return min(used), max(used)

    def integral(self, a: float, b: float) -> float:
        edges = (a, *self.joints(a, b), b)
        return math.fsum(self(low) * (high - low) for low, high in pairwise(edges))

    def _left(self, t: float) -> float:
        return self.values[bisect_left(self.boundaries, t)]

    def _held_until(self, t: float) -> float:
        index = bisect_right(self.boundaries, t)
        return self.boundaries[index] if index < len(self.boundaries) else math.inf
