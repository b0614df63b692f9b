"""Interpolation between given points."""

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from lehr import _checks
from lehr._typing import Any
from lehr.schedules.base import Schedule
from lehr.schedules.chain import Chain
from lehr.schedules.composite import Composite
from lehr.schedules.constant import Constant
from lehr.schedules.cosine import Cosine
from lehr.schedules.linear import Linear
from lehr.schedules.ramp import Ramp


@dataclass(frozen=True, repr=False, eq=False)
class Interpolated(Composite):
    """Pass through `points`, pairs of an update and a value.

    The first value is held before the first point, the last one after the last.

    Args:
        points: pairs (update, value), at least one; updates >= 0 and increasing,
            values in the units of the hyper-parameter.
        method: "linear", "cosine" (half a wave between each two points), or
            "monotone_cubic" (smooth, and never beyond the values of two neighbours).

    Raises:
        ValueError: there is no point, an update is negative or not above the one
            before, a value is not finite, or `method` is unknown.

    Source: Fritsch and Butland, A Method for Constructing Local Monotone Piecewise
        Cubic Interpolants, 1984, doi:10.1137/0905021 (monotone_cubic).

    >>> lr = Interpolated(((0, 0.0), (10, 1.0), (30, 0.5)))
    >>> [lr(t) for t in (0, 5, 10, 20, 30, 10**9)]
    [0.0, 0.5, 1.0, 0.75, 0.5, 0.5]
    """

    points: tuple[tuple[float, float], ...]
    method: str = "linear"

    shape = "interpolated"

    def __post_init__(self) -> None:
        points = []
        for i, point in enumerate(self.points):
            try:
                t, value = point
            except (TypeError, ValueError):
                raise ValueError(
                    f"points[{i}] must be a pair (update, value), got {point!r}"
                ) from None
            t = _checks.length(f"points[{i}][0]", t)
            points.append((t, _checks.finite(f"points[{i}][1]", value)))
        if not points:
            raise ValueError("points must hold at least one pair (update, value)")
        for (a, _), (b, _) in pairwise(points):
            if a >= b:
                raise ValueError(f"updates of points must increase, got {a!r}, {b!r}")
        methods = ("linear", "cosine", "monotone_cubic")
        self._set(
            points=tuple(points), method=_checks.choice("method", self.method, methods)
        )

    def expression(self) -> Schedule:
        begin, first = self.points[0]
        pieces: list[Schedule] = [Constant(first, begin)]
        slopes = _slopes(self.points) if self.method == "monotone_cubic" else ()
        for i, ((a, x), (b, y)) in enumerate(pairwise(self.points)):
            if self.method == "linear":
                pieces.append(Linear(x, y, b - a))
            elif self.method == "cosine":
                pieces.append(Cosine(x, y, b - a))
            else:
                # Slopes in units of the piece's own: 0 where it is level.
                rise = Fraction(y) - Fraction(x)
                unit = (Fraction(b) - Fraction(a)) / rise if rise else Fraction(0)
                ends = slopes[i] * unit, slopes[i + 1] * unit
                both = (float(end) for end in (*ends, *(3 - end for end in ends)))
                pieces.append(_Cubic(x, y, b - a, *both))
        return Chain(tuple(pieces))


@dataclass(frozen=True, repr=False, eq=False)
class _Cubic(Ramp):
    """A cubic between two values, with slopes `left` and `right` in [0, 3].

    Slopes are in units of (end - start) / steps; within [0, 3] it is monotone. What
    they leave of 3 is given too, since a difference would cancel.
    """

    left: float
    right: float
    from_left: float
    from_right: float

    shape = "monotone-cubic"

    def weights(self, t: Any, rest: Any, xp: Any) -> tuple[Any, Any]:
        x, y = t / self.steps, rest / self.steps
        v = x * (x * (self.from_right * y + x) + self.left * y * y)
        w = y * (y * (self.from_left * x + y) + self.right * x * x)
        return w, v

    def mean_weight(self, x: float) -> float:
        # v as a polynomial: left x + (3 - right - 2 left) x^2 + (left + right - 2) x^3
        square = 3.0 - self.right - 2.0 * self.left
        cube = self.left + self.right - 2.0
        return x - x * x * (self.left / 2.0 + x * (square / 3.0 + x * cube / 4.0))


def _slopes(points: tuple[tuple[float, float], ...]) -> list[Fraction]:
    """Return the slope at each point: a weighted harmonic mean, 0 at an extremum."""
    exact = [(Fraction(t), Fraction(value)) for t, value in points]
    lengths = [b - a for (a, _), (b, _) in pairwise(exact)]
    secants = [(y - x) / (b - a) for (a, x), (b, y) in pairwise(exact)]
    if len(points) < 3:
        return secants * 2
    inner = []
    for (h, k), (d, e) in zip(pairwise(lengths), pairwise(secants), strict=True):
        p, q = 2 * k + h, k + 2 * h
        inner.append((p + q) / (p / d + q / e) if d * e > 0 else Fraction(0))
    first = _end_slope(lengths[0], lengths[1], secants[0], secants[1])
    last = _end_slope(lengths[-1], lengths[-2], secants[-1], secants[-2])
    return [first, *inner, last]


def _end_slope(h: Fraction, k: Fraction, d: Fraction, e: Fraction) -> Fraction:
    """Return the three-point slope at an end, kept monotone."""
    slope = ((2 * h + k) * d - h * e) / (h + k)
    if slope * d <= 0:
        return Fraction(0)
    return 3 * d if d * e <= 0 and abs(slope) > 3 * abs(d) else slope
