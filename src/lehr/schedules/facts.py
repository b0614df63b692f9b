"""What follows from a schedule: phases, extremes, area, crossings, continuity."""

import math
from collections.abc import Iterator

from lehr.schedules.evaluation import Evaluation
from lehr.schedules.phases import Phase


class Facts(Evaluation):
    """The derived facts of every schedule, with the general way to each.

    A family overrides what it knows better: `_phases`, `joints`, `bounds`, `_range`,
    `integral`, `_left`, `next_change`.
    """

    shape = "custom"  # the family, as in phases and pictures
    monotone = False  # whether the value only rises or only falls

    @property
    def phases(self) -> tuple[Phase, ...]:
        """The stretches of one formula each, with name, span and end values.

        An endless repetition shows its first cycle.

        >>> from lehr import warmup_cosine
        >>> for phase in warmup_cosine(1.0, warmup=9, total=99).phases:
        ...     print(phase)
        warmup: linear, updates 0 to 9, 0.1 to 1
        decay: cosine, updates 9 to 99, 1 to 0
        """
        return self._phases()

    def _phases(self) -> tuple[Phase, ...]:
        if self.steps == 0:
            return ()
        return (Phase.of(self.shape, 0, self.steps, self(0), self(self.steps)),)

    @property
    def breakpoints(self) -> tuple[float, ...]:
        """Where one formula ends and the next begins; of endless cycles, the first."""
        return tuple(self.joints(0, self.steps))

    def joints(self, a: float, b: float) -> Iterator[float]:
        """Yield the breakpoints strictly between `a` and `b`, in order."""
        return iter(())

    @property
    def minimum(self) -> float:
        """The smallest value of any update (of an endless schedule, the infimum)."""
        return self._range(0, self._last_update())[0]

    @property
    def maximum(self) -> float:
        """The largest value of any update (of an endless schedule, the supremum)."""
        return self._range(0, self._last_update())[1]

    def _last_update(self) -> float:
        return math.ceil(self.steps) if self.steps < math.inf else math.inf

    def _range(self, a: float, b: float) -> tuple[float, float]:
        """Return the exact smallest and largest value of the updates `a` to `b`."""
        if self.monotone:
            return self.bounds(a, b)
        from lehr.schedules.search import extremes

        return extremes(self, a, b)

    def bounds(self, a: float, b: float) -> tuple[float, float]:
        """Return numbers that no value on the real interval [a, b] goes beyond."""
        if self.monotone:
            ends = self(a), self(b)
            return min(ends), max(ends)
        return -math.inf, math.inf

    def area(self, a: float = 0, b: float | None = None) -> float:
        """Return the integral of the value from `a` to `b` (by default `steps`).

        In the units of the hyper-parameter times updates; exact by a closed form for
        every family that has one, else to about 1e-12.

        Raises:
            ValueError: `b` is not given and the schedule is endless.

        >>> from lehr import Cosine
        >>> Cosine(1.0, 0.0, 100).area(), Cosine(1.0, 0.0, 100).area(0, 200)
        (50.0, 50.0)
        """
        b = self.steps if b is None else b
        if not (math.isfinite(a) and math.isfinite(b)):
            raise ValueError(f"the ends of an area must be finite, got {a!r} to {b!r}")
        if b < a:
            return -self.area(b, a)
        inner, outer = min(max(a, 0), self.steps), max(min(b, self.steps), 0)
        total = 0.0
        if a < 0:
            total += (min(b, 0) - a) * self(0)
        if b > self.steps:
            total += (b - max(a, self.steps)) * self(self.steps)
        return total + (self.integral(inner, outer) if outer > inner else 0.0)

    def integral(self, a: float, b: float) -> float:
        """Return the integral over [a, b] inside [0, steps]."""
        from lehr.schedules.quadrature import integrate

        return integrate(self, a, b)

    def first_step_below(self, x: float) -> int | None:
        """Return the first update whose value is < `x`; None if there is none.

        >>> from lehr import Linear
        >>> Linear(1.0, 0.0, 10).first_step_below(0.25)
        8
        """
        from lehr.schedules.search import first_below

        return first_below(self, x)

    @property
    def is_continuous(self) -> bool:
        """Whether the value never jumps (by more than rounding)."""
        jumps = [
            *self.breakpoints,
            *([self.steps] if 0 < self.steps < math.inf else []),
        ]
        return all(
            math.isclose(self._left(b), self(b), rel_tol=1e-9, abs_tol=1e-300)
            for b in jumps
        )

    def _left(self, t: float) -> float:
        """Return the limit of the value as `t` is approached from below."""
        return self(t)

    def next_change(self, t: float) -> float:
        """Return the first update after `t` whose value may differ from that at `t`.

        >>> from lehr import Constant, Linear
        >>> Constant(1.0, 100).then(Linear(1.0, 0.0, 10)).next_change(5)
        100
        """
        return math.inf if t >= self.steps else max(math.floor(t) + 1, 1)
