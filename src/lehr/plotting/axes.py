"""Axes: nice ticks, short numbers, and where a value lies between bottom and top."""

import math
import sys
from collections.abc import Sequence
from typing import NamedTuple

DECADES = 6
"""Most decades of a logarithmic axis; smaller values are drawn as if they were 0."""

TINY = 10 * sys.float_info.min
"""What is not larger than this is 0 to a logarithm."""


def count(updates: float) -> str:
    """Return a number of updates for an axis.

    >>> count(0), count(250), count(12_500), count(2e6), count(12_345)
    ('0', '250', '12.5k', '2M', '12345')
    """
    for size, letter in ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k")):
        text = f"{updates / size:.6g}"
        if updates >= size and len(text.partition(".")[2]) <= 1:
            return text + letter
    return f"{updates:.10g}"


def ticks(low: float, high: float, most: int, *, whole: bool = False) -> list[float]:
    """Return at most `most` round numbers from `low` to `high`; updates are `whole`.

    >>> ticks(0.0, 3e-4, 5)
    [0.0, 0.0001, 0.0002, 0.0003]
    >>> ticks(0.0, 3.0, 9), ticks(0.0, 3.0, 9, whole=True)[1:]
    ([0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0], [1.0, 2.0, 3.0])
    """
    step = _round_step((high - low) / max(most - 1, 1))
    while whole and step % 1:
        step = _round_step(1.1 * step)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [float(f"{i * step:.12g}") for i in range(first, last + 1)]


def _round_step(step: float) -> float:
    """Return the smallest of 1, 2, 2.5, 5, 10 times a power of ten that is >= `step`.

    >>> _round_step(0.3), _round_step(21.0)
    (0.5, 25.0)
    """
    power = 10.0 ** math.floor(math.log10(step))
    factors = (1, 2, 2.5, 5, 10)
    found = next((f for f in factors if f * power >= step * (1 - 1e-9)), 10)
    return float(f"{found * power:.12g}")


class Axis(NamedTuple):
    """A vertical axis: what its bottom and top stand for, and its ticks.

    Args:
        low: value at the bottom (of a logarithmic axis: above its zero band).
        high: value at the top.
        log: whether equal distances are equal factors.
        has_zero: whether a band at the bottom of a logarithmic axis is for what is
            below `low`, zero included.
        marks: the values that get a label.
    """

    low: float
    high: float
    log: bool = False
    has_zero: bool = False
    marks: tuple[float, ...] = ()

    def place(self, value: float) -> float:
        """Return where a value lies, 0 at `low` and 1 at `high`; below 0: zero band.

        >>> Axis(1e-4, 1.0, log=True).place(1e-2)
        0.5
        """
        if not self.log:
            span = self.high - self.low
            if span == math.inf:
                return (value / 2 - self.low / 2) / (self.high / 2 - self.low / 2)
            return (value - self.low) / span
        if value < self.low:
            return -1.0
        bottom = math.log(self.low)  # a quotient of far numbers would overflow
        return (math.log(value) - bottom) / (math.log(self.high) - bottom)


def axis_of(
    values: Sequence[float],
    *,
    log: bool = False,
    marks: int = 5,
    tops: Sequence[float] = (),
) -> Axis:
    """Return the axis on which all `values` show.

    A linear axis ends at round numbers, and starts at 0 unless the values stay far
    from it. A logarithmic axis spans the positive values, at most 6 decades below the
    lowest of the `tops` (each curve's own largest value); zero and below get a band of
    their own.

    >>> axis_of([0.0, 2.8e-4]).marks
    (0.0, 0.0001, 0.0002, 0.0003)
    """
    low, high = min(values), max(values)
    if log and high > TINY:
        shown = [value for value in values if value > TINY]
        return _logarithmic(shown, high, low <= TINY, marks, tops)
    if 0 < low < 0.5 * high:
        low = 0.0
    elif 0.5 * low < high < 0:
        high = 0.0
    if high - low <= 1e-9 * max(abs(low), abs(high)):
        low, high = (0.0, high) if high > 0 else (low, 0.0)
        if low == high:
            high = 1.0
    choices = [_ladder(low, high, count) for count in range(marks, marks + 3)]
    rungs = min(choices, key=lambda ladder: ladder[-1] - ladder[0])
    return Axis(rungs[0], rungs[-1], marks=rungs)


def _ladder(low: float, high: float, marks: int) -> tuple[float, ...]:
    """Return round numbers, about `marks` of them, from below `low` to above `high`."""
    between = max(marks - 1, 1)
    step = _round_step(max(high / between - low / between, sys.float_info.min))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    last = max(last, first + 1)
    most = sys.float_info.max
    rungs = (max(-most, min(i * step, most)) for i in range(first, last + 1))
    return tuple(float(f"{rung:.12g}") for rung in rungs)


def least_shown(positive: Sequence[float], tops: Sequence[float]) -> float:
    """Return the smallest value that a logarithmic axis tells from 0.

    >>> least_shown([1e-9, 1.0], [1.0]), least_shown([1e-9, 1.0], [1.0, 1e-8])
    (1e-06, 1e-09)
    """
    lowest = min(top for top in tops if top > TINY)
    return max(min(positive), lowest * 10.0**-DECADES)


def _logarithmic(
    positive: Sequence[float],
    high: float,
    has_zero: bool,
    marks: int,
    tops: Sequence[float],
) -> Axis:
    top = high if math.log10(high) % 1 else 10.0 ** round(math.log10(high))
    least = least_shown(positive, tops or (top,))
    has_zero = has_zero or least > min(positive)
    low = 10.0 ** math.floor(math.log10(least) + 1e-9)
    if low >= top:
        low = top / 10
    first, last = round(math.log10(low)), math.floor(math.log10(top) + 1e-9)
    every = max(1, math.ceil((last - first + 1) / marks))
    decades = [10.0**e for e in range(first, last + 1, every)]
    # A decade too near to the top would print over the label of the top.
    decades = [d for d in decades if d * 1.8 < top]
    decades = [float(f"{d:.12g}") for d in decades]
    return Axis(low, top, True, has_zero, (*decades, top))
