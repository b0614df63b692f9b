"""Where a minimum, a maximum or a clip passes from one formula to another."""

import heapq
import math
from abc import abstractmethod
from collections.abc import Iterable, Iterator
from itertools import pairwise

from lehr.schedules.facts import Facts
from lehr.schedules.phases import Phase

_LAST = 2.0**53
_MOST = 64  # crossings between two breakpoints; more is rounding


class Crossing(Facts):
    """The facts of a schedule whose value at each time is that of one of several.

    A leaf gives `_chosen`. Crossings are breakpoints: two that cross twice between two
    other breakpoints may hide it.
    """

    @abstractmethod
    def _chosen(self, t: float) -> int:
        """Return the number of the formula that gives the value at `t`."""

    def _crossings(self, edges: Iterable[float]) -> Iterator[float]:
        """Yield where another one is chosen, between each two of the edges."""
        for a, b in pairwise(edges):
            margin = 1e-9 * (b - a)
            low, last = a + margin, b - margin
            chosen, final = self._chosen(low), self._chosen(last)
            for _ in range(_MOST):
                if chosen == final:
                    break
                high = last
                while low < (middle := 0.5 * (low + high)) < high:
                    if self._chosen(middle) == chosen:
                        low = middle
                    else:
                        high = middle
                yield high
                low, chosen = high, self._chosen(high)

    def joints(self, a: float, b: float) -> Iterator[float]:
        if self.stairs:
            yield from super().joints(a, b)
            return
        edge = a
        for joint in super().joints(a, b):
            yield from self._crossings((edge, joint))
            yield joint
            edge = joint
        if edge < b:
            yield from self._crossings((edge, b))

    def _horizon(self, t: float) -> float:
        end = super()._horizon(t)
        if self.steps < math.inf or super()._horizon(end) > end or self.stairs:
            return end
        final, end = self._chosen(_LAST), max(end, 1.0)
        while self._chosen(end) != final:
            end *= 2
        return end

    def _phases_between(self, edges: Iterable[float]) -> tuple[Phase, ...]:
        marks = sorted(edges)
        if not marks or self.stairs:
            return super()._phases_between(marks)
        end = marks[-1]
        within = [*marks[:-1], end if end < math.inf else self._horizon(0)]
        return super()._phases_between(
            heapq.merge(marks, (x for x in self._crossings(sorted(within)) if x < end))
        )

    def _held_until(self, t: float) -> float:
        until = super()._held_until(t)
        for end in (math.inf, 2 * t + 1024):
            low, high = self.bounds(t, end)
            if low == high:
                return max(until, end)
        return until
