"""A logged curve cut into parts, each of one family."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from lehr.recognition.fits import FAMILIES, Family, Fit, constant

Array = Any


_SLACK = 2.0
"""A fit is off by its own rounding and by that of the point."""

_SHORT = 12
"""Points in which a family may not show, though it goes on far beyond them."""


@dataclass(frozen=True)
class Segment:
    """Points `first` to `last`, both included, and what they lie on.

    Args:
        first: the first point.
        last: the last.
        fit: the family.
        numbers: how many the fit takes; as few points would lie on any such curve.
    """

    first: int
    last: int
    fit: Fit
    numbers: int = 1

    @property
    def is_told(self) -> bool:
        """Whether there are more points than the fit has numbers."""
        return self.last - self.first >= self.numbers


def segments(t: Array, r: Array, tolerance: Array, most: int) -> list[Segment] | None:
    """Cut a curve into as few parts as a look ahead finds, or None beyond `most`.

    From the first point on, the family that reaches furthest within the tolerance is
    taken, less the numbers that it takes. Of one or two points may be the first part
    and the last, no other.
    """
    levels = _levels(t, r)
    if levels is not None and len(levels) <= 4 * most:
        return levels  # more are the digits of a slow movement
    found: list[Segment] = []
    begin = 0
    while begin < len(t):
        if len(found) == most:
            return None
        best: tuple[tuple[float, float], int, Fit, int] | None = None
        for family, numbers in FAMILIES:
            beyond = best[1] + 1 if best and numbers > 2 else 0
            reach, fit, off = _reach(family, t, r, tolerance, begin, beyond)
            if fit is None:
                continue
            if reach - begin <= numbers and reach < len(t) and numbers > 1:
                continue  # it goes through any so many points
            score = (reach - 1.5 * numbers, -off)
            if best is None or score > best[0]:
                best = score, reach, fit, numbers
            if reach == len(t) and numbers < 3:
                break
        if best is None:
            return None
        _, stop, fit, numbers = best
        if begin and stop - begin <= 2 and stop < len(t):
            return None
        found.append(Segment(begin, stop - 1, fit, numbers))
        begin = stop
    return found


def _levels(t: Array, r: Array) -> list[Segment] | None:
    """Return the parts of a curve that only jumps, or None if it also moves."""
    begins = [0, *(np.flatnonzero(np.diff(r)) + 1).tolist()]
    if len(begins) > len(t) // 2:
        return None
    ends = [*(begin - 1 for begin in begins[1:]), len(t) - 1]
    if any(a == b for a, b in zip(begins[1:-1], ends[1:-1], strict=True)):
        return None  # a value of its own in the middle is part of a movement
    ones = np.ones(1)
    return [
        Segment(a, b, constant(t[a : a + 1], r[a : a + 1], ones))
        for a, b in zip(begins, ends, strict=True)
    ]


def _reach(
    family: Family, t: Array, r: Array, tolerance: Array, begin: int, beyond: int
) -> tuple[int, Fit | None, float]:
    """Return the first point past what the family explains, its fit, and how far off.

    The last is in units of the tolerance. A family that does not come to the point
    `beyond` is not asked how far it comes.
    """
    size = len(t)

    def tried(stop: int) -> tuple[Fit, float] | None:
        part = slice(begin, stop)
        room = tolerance[part]
        with np.errstate(all="ignore"):
            fit = family(t[part], r[part], room.min() / room)
            if fit is None:
                return None
            off = float((np.abs(fit.value(t[part]) - r[part]) / room).max())
        return (fit, off) if off <= _SLACK else None

    whole = tried(size)
    if whole is not None:
        return (size, *whole)
    if begin + _SHORT < beyond < size and tried(beyond) is None:
        return begin, None, 0.0
    low, high, found, step = begin, size, None, 1
    while begin + step < size:  # short parts may fail where long ones do not
        now = tried(begin + step)
        if now is not None:
            low, high, found = begin + step, size, now
        elif found is not None:
            high = min(high, begin + step)
        step *= 2
    while found is not None and high - low > 1:
        middle = (low + high) // 2
        now = tried(middle)
        if now is not None:
            low, found = middle, now
        else:
            high = middle
    return (low, *found) if found is not None else (begin, None, 0.0)
