"""Step decay: a drop every so many updates."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from lehr import _checks
from lehr._numerics import CLOCK_END
from lehr._typing import Any
from lehr.schedules.base import Number
from lehr.schedules.decay import Decay
from lehr.schedules.evaluation import after
from lehr.schedules.phases import Phase
from lehr.schedules.stairs import edge, edges, just_before


@dataclass(frozen=True, repr=False, eq=False)
class Step(Decay):
    """Multiply by `factor` at every `every`-th update.

    The value at t is start factor^floor(t / every).

    Args:
        start: value of the updates before `every`, in the hyper-parameter's units.
        factor: >= 0, and above 1 only with `steps`.
        every: updates between drops, > 0.
        steps: update from which the value is held; endless by default.

    Raises:
        ValueError: `start` is not finite, `factor` is negative, `every` is not
            positive, `steps` is negative, or the values grow without end.

    Source: He et al., Deep Residual Learning for Image Recognition, 2015,
        arXiv:1512.03385, section 3.4 (divided by 10 at intervals).

    >>> lr = Step(0.1, factor=0.5, every=30)
    >>> [lr(t) for t in (0, 29, 30, 60, 90)]
    [0.1, 0.1, 0.05, 0.025, 0.0125]
    """

    start: float
    factor: float
    every: float
    steps: float = math.inf

    shape = "step"

    def __post_init__(self) -> None:
        self._set(
            start=_checks.finite("start", self.start),
            factor=_checks.finite("factor", self.factor),
            every=_checks.duration("every", self.every),
        )
        if self.factor < 0:
            raise ValueError(f"factor must be >= 0, got {self.factor!r}")
        self._check(grows=self.factor > 1.0)

    @property
    def stairs(self) -> bool:
        return True

    def formula(self, t: Any, rest: Any, xp: Any) -> Any:
        return self.start * xp.power(self.factor, xp.floor_divide(t, self.every))

    def _scalar(self) -> Number:
        start, factor, every = self.start, self.factor, self.every
        limit, end = min(self.steps, CLOCK_END), after(self._bound_pair(), self.steps)

        def value(t: float) -> float:
            if t < limit:
                return start if t < every else float(start * factor ** (t // every))
            return end(t)

        return value

    def joints(self, a: float, b: float) -> Iterator[float]:
        return edges(a, min(b, self.steps), self.every)

    def _horizon(self, t: float) -> float:
        if self.steps < math.inf:
            return super()._horizon(t)
        return math.nextafter(edge(t // self.every + 1, self.every), math.inf)

    def _phases(self, upto: float) -> tuple[Phase, ...]:
        end = self.steps
        if end == math.inf:
            end = self.every * max(2, math.ceil(upto / self.every))
        marks = (0, *self.joints(0, end), end) if end else ()
        return tuple(
            Phase.of("constant", a, b, self(a), self(a)) for a, b in pairwise(marks)
        )

    def integral(self, a: float, b: float) -> float:
        every, f = self.every, self.factor
        i, j = a // every, b // every
        if i == j:
            return self(a) * (b - a)
        first = self(a) * (edge(i + 1, every) - a)
        last = self(edge(j, every)) * (b - edge(j, every))
        if (whole := j - i - 1) <= 0 or f == 0:
            return first + last
        # 1 - f^whole without cancellation.
        series = whole if f == 1 else -math.expm1(whole * math.log(f)) / (1.0 - f)
        return first + self(edge(i + 1, every)) * every * series + last

    def _left(self, t: float) -> float:
        return self(just_before(t, self.every))

    def _held_until(self, t: float) -> float:
        if self.factor == 1.0 or t >= self.steps:
            return math.inf
        drop = edge(t // self.every + 1, self.every)
        return math.inf if drop > self.steps else drop
