"""What sums, products, minima and maxima share: several schedules, one operation."""

import heapq
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce

from lehr import _checks
from lehr._numerics import python
from lehr._typing import Any
from lehr.schedules.base import Number, Pair, Schedule, as_schedule, listed
from lehr.schedules.phases import Phase


@dataclass(frozen=True, repr=False, eq=False)
class Terms(Schedule):
    """Several schedules on one clock, their values joined from left to right.

    A leaf gives `join`, for two values, and `join_bounds`, for two intervals.
    """

    terms: tuple[Schedule, ...]

    def __post_init__(self) -> None:
        flat: list[Schedule] = []
        for index, term in enumerate(listed("terms", self.terms)):
            if not isinstance(term, Schedule):
                term = as_schedule(_checks.number(f"terms[{index}]", term))
            flat += term.terms if isinstance(term, type(self)) else (term,)
        self._set(terms=tuple(flat))

    def join(self, x: Any, y: Any, xp: Any) -> Any:
        """Return the operation on two values or arrays."""
        raise NotImplementedError

    def join_bounds(
        self, x: tuple[float, float], y: tuple[float, float]
    ) -> tuple[float, float]:
        """Return bounds of the operation on two intervals."""
        raise NotImplementedError

    @property
    def steps(self) -> float:
        return max(term.steps for term in self.terms)

    @property
    def stairs(self) -> bool:
        return all(term.stairs for term in self.terms)

    def formula(self, t: Any, rest: Any, xp: Any) -> Any:
        return self.at(t, rest, xp)

    def at(self, t: Any, rest: Any, xp: Any) -> Any:
        steps = self.steps
        values = [
            term.at(t, rest if term.steps == steps else term.steps - t, xp)
            for term in self.terms
        ]
        return self._fold(values, xp)

    def _fold(self, values: Iterable[Any], xp: Any) -> Any:
        return reduce(lambda x, y: self.join(x, y, xp), values)

    def _scalar(self) -> Number:
        return self._joined([term._scalar() for term in self.terms])

    def _joined(self, numbers: Sequence[Number]) -> Number:
        join, (first, *others) = self.join, numbers

        def value(t: float) -> float:
            total = first(t)
            for number in others:
                total = join(total, number(t), python)
            return total

        return value

    def _pair(self) -> Pair:
        at = self.at
        return lambda t, rest: at(t, rest, python)

    def _fill(self, out: Any, first: float, xp: Any) -> None:
        self.terms[0]._fill(out, first, xp)
        other = xp.empty(out.size) if len(self.terms) > 1 else out
        for term in self.terms[1:]:
            term._fill(other, first, xp)
            out[:] = self.join(out, other, xp)

    def joints(self, a: float, b: float) -> Iterator[float]:
        ends = sorted({term.steps for term in self.terms if a < term.steps < b})
        inner = [term.joints(a, min(b, term.steps)) for term in self.terms]
        last = a
        for joint in heapq.merge(ends, *inner):
            if joint > last:
                yield joint
            last = joint

    def _horizon(self, t: float) -> float:
        if self.steps < math.inf:
            return super()._horizon(t)
        ends = [term.steps for term in self.terms if 0 < term.steps < math.inf]
        last = max([t, *(math.nextafter(end, math.inf) for end in ends)])
        return max(term._horizon(last) for term in self.terms)

    def _phases(self, upto: float) -> tuple[Phase, ...]:
        shown = [term._phases(upto) for term in self.terms]
        edges = {edge for phases in shown for phase in phases for edge in phase.span}
        for phases, term in zip(shown, self.terms, strict=True):
            if phases and phases[-1].end < term.steps:  # not all cycles are shown
                edges.discard(math.inf)
        phases = self._phases_between(edges)
        return tuple(replace(p, shape=self._shape_of(p, shown)) for p in phases)

    def _shape_of(self, phase: Phase, shown: list[tuple[Phase, ...]]) -> str:
        """Return the shape of the only term that moves in a phase, else of the join."""
        moving = [
            own.shape
            for phases in shown
            for own in phases
            if own.begin < phase.end and phase.begin < own.end and own.name != "stable"
        ]
        return moving[0] if len(moving) == 1 else self.shape

    def _unbroken(self) -> bool:
        return all(term.is_continuous for term in self.terms) or super()._unbroken()

    def bounds(self, a: float, b: float) -> tuple[float, float]:
        return reduce(self.join_bounds, (term.bounds(a, b) for term in self.terms))

    def _left(self, t: float) -> float:
        values = [term._left(t) if t <= term.steps else term(t) for term in self.terms]
        return float(self._fold(values, python))

    def _right(self, t: float) -> float:
        return float(self._fold([term._right(t) for term in self.terms], python))

    def _held_until(self, t: float) -> float:
        return min(term._held_until(t) for term in self.terms)
