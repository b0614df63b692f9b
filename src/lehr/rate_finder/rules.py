"""Which rate a curve of loss over rate suggests: four rules, none of them the truth.

Each takes the smoothed curve as pairs of (logarithm of the rate, loss), and returns the
logarithm of a rate, or None where it finds nothing.
"""

import math
from bisect import bisect_left
from collections.abc import Callable, Sequence

from lehr.rate_finder.smoothing import Curve

STEP = 3
"""Points on either side that a slope is taken over."""

SLIDE_WIDTH = 0.15
SLIDE_LEVEL = 0.05


def steepest(curve: Curve) -> float | None:
    """Return the place before the minimum where the loss falls fastest.

    The slope is over the logarithm of the rate: over the rate itself, the smallest
    rates of a sweep are the steepest, whatever the loss does. It is taken over 7
    points, and the first tenth of the curve, whose means are over few losses, is left
    out.

    Source: fastai, `steep`; after L. Smith, Cyclical Learning Rates, 2015,
        arXiv:1506.01186, section 3.3 (the range test).
    """
    first, upto = len(curve) // 10, lowest(curve)
    slopes = [
        (_slope(curve[i - STEP], curve[i + STEP]), curve[i][0])
        for i in range(first + STEP, min(upto, len(curve) - STEP))
    ]
    slope, place = min(slopes, default=(0.0, 0.0))
    return place if slope < 0 else None


def minimum(curve: Curve) -> float | None:
    """Return a tenth of the rate at which the loss is least.

    Source: fastai, `minimum`.
    """
    return curve[lowest(curve)][0] - math.log(10.0)


def valley(curve: Curve) -> float | None:
    """Return the middle of the longest descent of the curve.

    The descent is the longest sequence of points, not needed to be neighbours, of which
    each is lower than the one before; with n points ending at number e it is taken to
    span the points e - n to e.

    Source: fastai, `valley`.
    """
    length, end = _longest_descent([loss for _, loss in curve])
    if length < 3:
        return None
    return curve[max(end - length, 0) + length // 2][0]


def slide(curve: Curve) -> float | None:
    """Return where an interval stops that slides down from the highest rate.

    The interval has 15 % of the points. It slides while the slopes at its ends, per
    point, differ by more than 5 % of the whole fall; the answer is its left end. One
    that lies past the minimum is none.

    Source: fastai, `slide` (there the 5 % are 0.05 in units of the loss).
    """
    losses = [loss for _, loss in curve]
    width = max(2, round(SLIDE_WIDTH * len(curve)))
    level = SLIDE_LEVEL * (losses[0] - min(losses))
    slopes = [_between(losses, i) for i in range(len(losses))]
    right = len(losses) - 1
    if right < width or abs(slopes[right] - slopes[right - width]) <= level:
        return None
    while right >= width and abs(slopes[right] - slopes[right - width]) > level:
        right -= 1
    left = right + 1 - width
    return curve[left][0] if left < lowest(curve) else None


RULES: dict[str, Callable[[Curve], float | None]] = {
    "steepest": steepest,
    "valley": valley,
    "minimum": minimum,
    "slide": slide,
}


def lowest(curve: Curve) -> int:
    """Return the number of the lowest point."""
    return min(range(len(curve)), key=lambda i: curve[i][1])


def _slope(a: tuple[float, float], b: tuple[float, float]) -> float:
    return (b[1] - a[1]) / (b[0] - a[0])


def _between(losses: Sequence[float], i: int) -> float:
    """Return the slope at a point, per point: over both neighbours where it has two."""
    a, b = max(i - 1, 0), min(i + 1, len(losses) - 1)
    return (losses[b] - losses[a]) / (b - a)


def _longest_descent(losses: Sequence[float]) -> tuple[int, int]:
    """Return how long the longest descent is, and where the first such one ends."""
    tails, longest, end = list[float](), 0, 0
    for i, loss in enumerate(losses):
        length = bisect_left(tails, -loss)
        tails[length : length + 1] = [-loss]
        if length + 1 > longest:
            longest, end = length + 1, i
    return longest, end
