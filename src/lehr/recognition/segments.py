"""A logged curve cut into parts, each of one family."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from lehr.recognition.fits import FAMILIES, Fit

Array = Any


_ALONE = 3
"""Parts of one or two points: more are noise."""


@dataclass(frozen=True)
class Segment:
    """Points `first` to `last`, both included, and what they lie on."""

    first: int
    last: int
    fit: Fit


def segments(t: Array, r: Array, tolerance: Array, most: int) -> list[Segment] | None:
    """Cut a curve into as few parts as a look ahead finds, or None beyond `most`.

    From the first point on, the family that reaches furthest within the tolerance is
    taken, less the numbers that it takes.
    """
    found: list[Segment] = []
    begin = alone = 0
    while begin < len(t):
        if len(found) == most:
            return None
        best: tuple[float, int, Fit] | None = None
        for family, numbers in FAMILIES:
            if best is not None and best[1] == len(t) and numbers >= 3:
                break
            reach, fit = _reach(family, t, r, tolerance, begin)
            if fit is None:
                continue
            if reach - begin <= numbers and reach < len(t) and numbers > 1:
                continue  # it goes through any so many points
            score = reach - 1.5 * numbers
            if best is None or score > best[0]:
                best = score, reach, fit
        if best is not None and best[1] - begin <= 2 and begin + 2 < len(t):
            alone += 1
            if alone > _ALONE:
                return None
        if best is None:
            return None
        _, stop, fit = best
        found.append(Segment(begin, stop - 1, fit))
        begin = stop
    return found


def _reach(
    family: Callable[[Array, Array], Fit | None],
    t: Array,
    r: Array,
    tolerance: Array,
    begin: int,
) -> tuple[int, Fit | None]:
    """Return the first point past those that the family explains, and its fit."""

    def tried(stop: int) -> Fit | None:
        part = slice(begin, stop)
        with np.errstate(all="ignore"):
            fit = family(t[part], r[part])
            if fit is None:
                return None
            off = np.abs(fit.value(t[part]) - r[part])
        return fit if bool((off <= tolerance[part]).all()) else None

    size = len(t)
    whole = tried(size)
    if whole is not None:
        return size, whole
    good, fit, step = begin, None, 1
    while begin + step <= size:
        now = tried(begin + step)
        if now is not None:
            good, fit = begin + step, now
        elif step >= 8:
            break
        step *= 2
    low, high = good, min(begin + step, size)
    while high - low > 1:
        middle = (low + high) // 2
        now = tried(middle)
        if now is not None:
            low, fit = middle, now
        else:
            high = middle
    return low, fit
