"""Where on a run's clock a fraction of it lies, and what is played from there on."""

import math
from dataclasses import dataclass

from lehr import _checks
from lehr._numerics import CLOCK_END
from lehr.schedules import Chain, Constant, Linear, Polynomial, Reverse, Schedule, Shift

EPSILON = 1e-6  # of the run, by which fvcore changes early
SLACK = 1e-3  # of an update: more than any rounding, less than any update


@dataclass(frozen=True)
class Span:
    """A part of a run, which a scheduler sees as all of it.

    Args:
        begin: its first update, on the run's clock; may be broken.
        length: in updates, > 0; may be broken.
        exact: whether to change as early as fvcore does.
    """

    begin: float
    length: float
    exact: bool

    def first(self, where: float) -> int:
        """Return the first update that is not before this fraction of the span."""
        slack = EPSILON * self.length
        if not self.exact:
            slack = min(slack, SLACK)
        return max(0, math.ceil(self.begin + where * self.length - slack))

    def played(self, curve: Schedule) -> Schedule:
        """Return what lives on the span's own clock, on the run's."""
        return Shift(curve, self.begin) if self.begin else curve

    def inside(self, where: float, part: float) -> "Span":
        """Return the part of the span from this fraction on."""
        begin = snapped(self.begin + where * self.length)
        return Span(begin, snapped(part * self.length), self.exact)


def snapped(place: float) -> float:
    """Return a whole number where only rounding keeps it from being one.

    >>> snapped(0.011 * 90_000), snapped(0.1)
    (990, 0.1)
    """
    near = round(place)
    return near if math.isclose(place, near, rel_tol=1e-12) else place


def whole(num_updates: float, exact: bool) -> Span:
    """Return the run itself."""
    return Span(0, _checks.duration("num_updates", num_updates), exact)


def between(curve: Schedule, begin: float, end: float | None) -> Schedule:
    """Return the updates `begin` to `end` of a curve; None for no end."""
    if isinstance(curve, Shift) and curve.by <= begin:
        shift, curve = curve.by, curve.schedule
        begin, end = begin - shift, None if end is None else end - shift
    if end is None:
        end = curve.steps
        if begin >= end:
            return Constant(curve(begin))
    if begin == 0 and end == curve.steps:
        return curve
    if isinstance(curve, Constant):
        return Constant(curve.value, end - begin)
    return curve[begin:end]


def onwards(start: float, end: float, steps: float) -> Schedule:
    """Return a line from one value to another, and on to the end of the clock."""
    if start == end:
        return Constant(start)
    times = 2.0 ** max(0, math.ceil(math.log2(CLOCK_END / steps)))
    far = end + (end - start) * times
    return Chain((Linear(start, end, steps), Linear(end, far, steps * times)))


def power_onwards(base: float, power: float, steps: float) -> Schedule:
    """Return base (1 - t / steps)^power, and on where that is a real number.

    It ends where the clock does, or at 1e30, which is no value to train with.
    """
    if power == 1:
        return onwards(base, 0.0, steps)
    fall = Polynomial(base, 0.0, steps, power)
    if power != int(power) or base == 0:
        return fall
    doublings = min(math.log2(CLOCK_END / steps), math.log2(1e30 / abs(base)) / power)
    times = 2.0 ** max(0, int(doublings))
    far = base * (-1) ** int(power) * times**power
    return Chain((fall, Reverse(Polynomial(far, 0.0, steps * times, power))))
