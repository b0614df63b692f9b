"""A schedule that is looked at only every so many updates, and held between."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from lehr import _checks
from lehr._typing import Any
from lehr.schedules.base import Pair, Schedule, require_schedule
from lehr.schedules.phases import Phase
from lehr.schedules.stairs import edge, edges, just_before
from lehr.schedules.wrapper import Wrapper

_TRIED = 1_000  # stairs that are asked one by one whether they jump


@dataclass(frozen=True, repr=False, eq=False)
class Staircase(Wrapper):
    """Hold the value that `schedule` has at k `every` until update (k + 1) `every`.

    The value at t is schedule(every floor(t / every)). For a schedule that was made to
    change once per epoch, or a decay of which only every n-th value counts.

    Args:
        schedule: any schedule.
        every: updates per stair, > 0.

    Raises:
        TypeError: `schedule` is not a schedule.
        ValueError: `every` is not positive.

    Source: the definition (sample and hold); as `staircase=True` of TensorFlow's
        learning rate decays: Abadi et al., TensorFlow, 2016, arXiv:1605.08695.

    >>> from lehr import Linear
    >>> lr = Staircase(Linear(1.0, 0.0, 10), every=5)
    >>> [lr(t) for t in (0, 4, 5, 9, 10, 10**9)]
    [1.0, 1.0, 0.5, 0.5, 0.0, 0.0]
    """

    schedule: Schedule
    every: float

    shape = "staircase"

    def __post_init__(self) -> None:
        inner = require_schedule("schedule", self.schedule)
        self._set(schedule=inner, every=_checks.duration("every", self.every))

    @property
    def steps(self) -> float:
        return self._from(self.schedule.steps)

    @property
    def stairs(self) -> bool:
        return True

    def _from(self, t: float) -> float:
        """Return the begin of the first stair that has a value at or after `t`."""
        if t == math.inf:
            return t
        k = math.floor(t / self.every)
        while k * self.every < t:
            k += 1
        begin = edge(k, self.every)
        return begin if isinstance(t, int) else float(begin)

    def at(self, t: Any, rest: Any, xp: Any) -> Any:
        steps = self.steps
        seen = xp.floor_divide(xp.clip(t, 0, steps), self.every) * self.every
        if steps < math.inf:  # float32 may lose the last stair
            seen = xp.where(t < steps, seen, steps)
        return self.schedule.at(seen, self.schedule.steps - seen, xp)

    def _pair(self) -> Pair:
        every = self.every
        value = self.schedule._number or self.schedule._bind()
        return lambda t, rest: value(t // every * every)

    def joints(self, a: float, b: float) -> Iterator[float]:
        return edges(a, min(b, self.steps), self.every)

    def _horizon(self, t: float) -> float:
        if self.steps < math.inf:
            return Schedule._horizon(self, t)
        return math.nextafter(edge(t // self.every + 1, self.every), math.inf)

    def _unbroken(self) -> bool:
        known = list(islice(self.joints(0, 2.0**53), _TRIED))
        if any(map(self._jumps, known)):
            return False
        # Stairs too low to be seen as jumps are jumps all the same.
        low, high = self.bounds(0, math.inf)
        return len(known) < _TRIED or math.isclose(low, high, rel_tol=1e-9)

    def _phases(self, upto: float) -> tuple[Phase, ...]:
        found: list[Phase] = []
        begin: float = 0
        for p in self.schedule._phases(upto):
            end = self._from(p.end)
            if begin < end:
                last = self._left(end) if end < math.inf else p.end_value
                found.append(Phase.of(self.shape, begin, end, self(begin), last))
            begin = end
        return tuple(found)

    def _range(self, a: float, b: float) -> tuple[float, float]:
        if self.schedule.monotone:
            return self.bounds(a, b)
        return Schedule._range(self, a, b)

    def bounds(self, a: float, b: float) -> tuple[float, float]:
        return self.schedule.bounds(self._seen(a), self._seen(b))

    def _seen(self, t: float) -> float:
        """Return the update of `schedule` whose value is held at `t`."""
        t = min(max(t, 0), self.steps)
        return t // self.every * self.every if t < math.inf else t

    def integral(self, a: float, b: float) -> float:
        parts = []
        while a < b:
            # Past 2**53, a stair may be shorter than what floats can tell apart.
            end = max(min(self._held_until(a), b), math.nextafter(a, math.inf))
            parts.append(self(a) * (end - a))
            a = end
        return math.fsum(parts)

    def _left(self, t: float) -> float:
        return self(just_before(t, self.every))

    def _held_until(self, t: float) -> float:
        if t >= self.steps:
            return math.inf
        until = self._from(self.schedule._held_until(self._seen(t)))
        return max(until, edge(t // self.every + 1, self.every))
