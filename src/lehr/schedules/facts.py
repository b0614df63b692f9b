"""What follows from a schedule: phases, extremes, area, crossings, continuity."""

import math
from collections.abc import Iterable, Iterator
from itertools import chain, islice, pairwise

from lehr import _checks
from lehr._typing import TYPE_CHECKING
from lehr.schedules.evaluation import Evaluation

if TYPE_CHECKING:
    from lehr.schedules.phases import Phase


class Facts(Evaluation):
    """The derived facts of every schedule, with the general way to each.

    A family overrides what it knows better: `_phases`, `joints`, `_horizon`, `bounds`,
    `_range`, `integral`, `_left`, `_held_until`.
    """

    shape = "custom"  # the family, as in phases and pictures
    monotone = False  # whether the value only rises or only falls

    @property
    def stairs(self) -> bool:
        """Whether the value is constant between the breakpoints."""
        return False

    @property
    def phases(self) -> tuple["Phase", ...]:
        """The stretches of one formula each, with name, span and end values.

        An endless repetition shows its first cycle.

        >>> from lehr import warmup_cosine
        >>> for phase in warmup_cosine(1.0, warmup=9, total=99).phases:
        ...     print(phase)
        warmup: linear, updates 0 to 9, 0.1 to 1
        decay: cosine, updates 9 to 99, 1 to 0
        """
        return self._phases(0)

    def _phases(self, upto: float) -> tuple["Phase", ...]:
        """Return the phases; of endless cycles those that begin before `upto`."""
        if self.steps == 0:
            return ()
        from lehr.schedules.phases import Phase

        return (Phase.of(self.shape, 0, self.steps, self(0), self(self.steps)),)

    def _phases_between(self, edges: Iterable[float]) -> tuple["Phase", ...]:
        """Return a phase of this shape between each two of the edges."""
        from lehr.schedules.phases import Phase

        return tuple(
            Phase.of(
                self.shape, a, b, self(a), self._left(b) if b < math.inf else self(b)
            )
            for a, b in pairwise(sorted(edges))
        )

    @property
    def breakpoints(self) -> tuple[float, ...]:
        """Where one formula ends and the next begins; of endless cycles, the first."""
        return tuple(self.joints(0, self._horizon(0)))

    def joints(self, a: float, b: float) -> Iterator[float]:
        """Yield the breakpoints strictly between `a` and a finite `b`, in order."""
        return iter(())

    def _horizon(self, t: float) -> float:
        """Return an update past all breakpoints after `t`; of endless cycles, past one.

        It is finite, and `t` itself where there is none.
        """
        return max(t, self.steps) if self.steps < math.inf else t

    @property
    def minimum(self) -> float:
        """The smallest value of any update (of an endless schedule, the infimum).

        Exact, save where nothing but a bound can be known: -inf for an endless function
        of one's own, and the bound for noise over a thousand million updates.
        """
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
        if a >= self.steps:
            return self(a), self(a)
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
        a = _checks.number("a", a)
        b = self.steps if b is None else _checks.number("b", b)
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

        if math.isnan(_checks.number("x", x)):
            raise ValueError(f"x must be a number to compare with, got {x!r}")
        return first_below(self, x)

    @property
    def is_continuous(self) -> bool:
        """Whether the value never jumps (by more than rounding)."""
        ends = 0 < self.steps < math.inf
        return self._unbroken() and not (ends and self._jumps(self.steps))

    def _unbroken(self) -> bool:
        """Return whether there is no jump before `steps`."""
        if self.steps > 0 and not _near(self(0), self._right(0), abs(self(0))):
            return False
        known = self._horizon(0)
        joints = self.joints(0, known)
        if self.steps == math.inf:  # what hides one jump may show a later one
            joints = chain(joints, islice(self.joints(known, 2.0**53), 1_000))
        return not any(map(self._jumps, joints))

    def _jumps(self, t: float) -> bool:
        left, value, right = self._left(t), self(t), self._right(t)
        size = max(abs(self(0)), abs(left), abs(right))
        return not (_near(left, value, size) and _near(value, right, size))

    def _left(self, t: float) -> float:
        """Return the limit of the value as `t` is approached from below."""
        return self(t)

    def _right(self, t: float) -> float:
        """Return the limit from above: the value, save where time is reversed."""
        return self(t)

    def next_change(self, t: float) -> float:
        """Return the first update after `t` whose value may differ from that at `t`.

        >>> from lehr import Constant, Linear
        >>> Constant(1.0, 100).then(Linear(1.0, 0.0, 10)).next_change(5)
        100
        """
        until = self._held_until(max(t, 0))
        if until == math.inf:
            return math.inf
        # Rounded down where rounding may have carried it past an update: early, at
        # most, and never late.
        change = math.ceil(until if isinstance(until, int) else until * (1 - 1e-15))
        return max(change, math.floor(t) + 1, 1)

    def _held_until(self, t: float) -> float:
        """Return u so that all of [t, u) has the value at `t >= 0`; `t` if none."""
        return math.inf if t >= self.steps else t


def _near(x: float, y: float, size: float) -> bool:
    """Return whether two values are one but for rounding."""
    return math.isclose(x, y, rel_tol=1e-9, abs_tol=1e-12 * size)
