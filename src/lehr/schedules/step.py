"""Step decay: a drop every so many updates."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from lehr import _checks
from lehr._typing import Any
from lehr.schedules.base import Number
from lehr.schedules.decay import Decay
from lehr.schedules.phases import Phase


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

    def formula(self, t: Any, rest: Any, xp: Any) -> Any:
        drops = xp.floor(t / self.every)
        # The quotient may have been rounded across a drop.
        drops = drops - xp.where(drops * self.every > t, 1.0, 0.0)
        drops = drops + xp.where((drops + 1.0) * self.every <= t, 1.0, 0.0)
        return self.start * xp.power(self.factor, drops)

    def _scalar(self) -> Number:
        start, factor, every = self.start, self.factor, self.every
        limit = min(self.steps, 2.0**63)

        def value(t: float) -> float:
            if t < every:
                return start
            return float(start * factor ** ((t if t < limit else limit) // every))

        return value

    def _drops(self, a: float, b: float) -> Iterator[float]:
        """Yield the drops in (a, b); of endless ones, the first."""
        end = min(b, self.steps) if min(b, self.steps) < math.inf else self.every * 2
        k = max(1, math.floor(a / self.every))
        while (drop := k * self.every) < end:
            if drop > a:
                yield drop
            k += 1

    def joints(self, a: float, b: float) -> Iterator[float]:
        return self._drops(a, b)

    def _phases(self) -> tuple[Phase, ...]:
        edges = [0, *self._drops(0, self.steps)]
        ends = [*edges[1:], self.steps if self.steps < math.inf else self.every * 2]
        return tuple(
            Phase.of("constant", begin, end, self(begin), self(begin))
            for begin, end in zip(edges, ends, strict=True)
            if begin < end
        )

    def integral(self, a: float, b: float) -> float:
        every, f = self.every, self.factor
        i, j = math.floor(a / every), math.floor(b / every)
        if i == j:
            return self(a) * (b - a)
        whole = j - i - 1
        series = float(whole) if f == 1.0 else (1.0 - f**whole) / (1.0 - f)
        middle = self((i + 1) * every) * every * series if whole else 0.0
        first = self(a) * ((i + 1) * every - a)
        return first + middle + self(j * every) * (b - j * every)

    def _left(self, t: float) -> float:
        k = round(t / self.every)
        at_drop = k >= 1 and math.isclose(k * self.every, t, rel_tol=1e-15)
        return self((k - 0.5) * self.every) if at_drop else self(t)

    def next_change(self, t: float) -> float:
        if self.factor == 1.0 or t >= self.steps:
            return math.inf
        drop = (math.floor(max(t, 0) / self.every) + 1) * self.every
        return (
            math.inf if drop > self.steps else max(math.ceil(drop), math.floor(t) + 1)
        )
