"""What dialects of several libraries compute alike."""

import math
import sys
from fractions import Fraction

from lehr._numerics import CLOCK_END
from lehr.schedules import Linear, Polynomial, Schedule


def last_finite(start: float, factor: float, every: float) -> float:
    """Return the update until which start factor^(t / every) is surely finite.

    Endless where the values do not grow.

    >>> last_finite(1.0, 0.5, 100), last_finite(1.0, 2.0, 100)
    (inf, 102300)
    """
    if factor <= 1:
        return math.inf
    room = math.log(sys.float_info.max) - math.log(max(1.0, abs(start)))
    # One less: the logarithms are rounded.
    times = max(0, int(room / math.log(factor)) - 1)
    return min(times * every, CLOCK_END)


def as_written(number: float) -> float:
    """Return the float next to the decimal number that is meant, not above it.

    1.1 as a float is a little more than eleven tenths, so that restarts at whole times
    would come one late.

    >>> as_written(1.5), 1.1 - as_written(1.1) < 1e-15
    (1.5, True)
    """
    above = Fraction(number) > Fraction(repr(number))
    return math.nextafter(number, 0.0) if above else number


def power_fall(start: float, end: float, steps: float, power: float) -> Schedule:
    """Return a power of the remaining part from one value to another: 1 is a line.

    >>> power_fall(1.0, 0.0, 10, power=1)
    Linear(start=1.0, end=0.0, steps=10)
    """
    if power == 1:
        return Linear(start, end, steps)
    return Polynomial(start, end, steps, power)
