"""Families fitted to part of a logged curve, each by linear least squares inside.

At most one parameter of a family is not linear; it is found by a search in one
dimension. Times are relative to the first point of the part.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = Any
POINTS = 160
"""Points that a search looks at; the result is held to all of them."""


@dataclass(frozen=True)
class Fit:
    """A family on part of a curve.

    Args:
        family: its name.
        value: from times to values.
        begin: where the family's own beginning is, if it has one.
        end: where its own end is, if it has one.
        power: of a polynomial.
    """

    family: str
    value: Callable[[Array], Array]
    begin: float | None = None
    end: float | None = None
    power: float = 1.0


def constant(t: Array, r: Array, w: Array) -> Fit:
    """Fit one value: the middle of the range."""
    level = float(r[0]) if r.min() == r.max() else float(r.min() + r.max()) / 2
    return Fit("constant", lambda t: np.full_like(t, level))


def line(t: Array, r: Array, w: Array) -> Fit:
    """Fit a straight line."""
    a, b = _solved([t, np.ones_like(t)], r, w)
    return Fit("linear", lambda t: a * t + b)


def exponential(t: Array, r: Array, w: Array) -> Fit | None:
    """Fit equal ratios."""
    if not (r > 0).all():
        return None
    a, b = _solved([t, np.ones_like(t)], np.log(r), w * r)
    return Fit("exponential", lambda t: np.exp(a * t + b))


def inverse_sqrt(t: Array, r: Array, w: Array) -> Fit | None:
    """Fit one over the square root of a line."""
    return _inverse(t, r, w, 2.0)


def inverse_time(t: Array, r: Array, w: Array) -> Fit | None:
    """Fit one over a line."""
    return _inverse(t, r, w, 1.0)


def _inverse(t: Array, r: Array, w: Array, power: float) -> Fit | None:
    if not (r > 0).all() or r[0] == r[-1]:
        return None
    a, b = _solved([t, np.ones_like(t)], r**-power, w * r ** (power + 1))
    if a <= 0 or a * t[0] + b <= 0:
        return None
    # The value is 1 / (a (t - pole))^(1 / power).
    family = "inverse_sqrt" if power == 2 else "inverse_time"
    return Fit(family, lambda t: (a * t + b) ** (-1 / power), begin=-b / a)


def cosine(t: Array, r: Array, w: Array) -> Fit | None:
    """Fit part of half a cosine wave of any length and phase."""
    span = float(t[-1] - t[0])
    if span <= 0 or len(t) < 5:
        return None

    def basis(log_length: float, t: Array) -> list[Array]:
        angle = np.pi * t / np.exp(log_length)
        return [np.ones_like(t), np.cos(angle), np.sin(angle)]

    length = _searched(basis, t, r, w, np.log(span) - 0.01, np.log(span * 8))
    c, p, q = _solved(basis(length, t), r, w)
    n = float(np.exp(length))
    top = float(np.arctan2(q, p)) / np.pi * n
    down = r[-1] < r[0]
    begin = top if down else top - n
    begin += 2 * n * round((float(t[0]) - begin) / (2 * n))

    def value(t: Array) -> Array:
        angle = np.pi * t / n
        return c + p * np.cos(angle) + q * np.sin(angle)

    return Fit("cosine", value, begin=begin, end=begin + n)


def polynomial(t: Array, r: Array, w: Array, power: float) -> Fit | None:
    """Fit a power of what remains to an end that is searched."""
    span = float(t[-1] - t[0])
    if span <= 0 or len(t) < 5:
        return None
    last = float(t[-1])

    def basis(log_left: float, t: Array) -> list[Array]:
        left = np.maximum(last + np.exp(log_left) - t, 0.0) / span
        return [np.ones_like(t), left**power]

    low, high = np.log(span * 1e-7), np.log(span * 8)
    left = _searched(basis, t, r, w, low, high, steps=60)
    a, b = _solved(basis(left, t), r, w)
    end = last + float(np.exp(left))

    def value(t: Array) -> Array:
        return a + b * (np.maximum(end - t, 0.0) / span) ** power

    return Fit("polynomial", value, end=end, power=power)


def one_minus_sqrt(t: Array, r: Array, w: Array) -> Fit | None:
    """Fit minus a square root from a beginning that is searched."""
    span = float(t[-1] - t[0])
    if span <= 0 or len(t) < 5:
        return None
    first = float(t[0])

    def basis(log_before: float, t: Array) -> list[Array]:
        past = np.maximum(t - first + np.exp(log_before), 0.0) / span
        return [np.ones_like(t), np.sqrt(past)]

    low, high = np.log(span * 1e-7), np.log(span * 2)
    before = _searched(basis, t, r, w, low, high, steps=60)
    a, b = _solved(basis(before, t), r, w)
    begin = first - float(np.exp(before))

    def value(t: Array) -> Array:
        return a + b * np.sqrt(np.maximum(t - begin, 0.0) / span)

    return Fit("one_minus_sqrt", value, begin=begin)


Family = Callable[[Array, Array, Array], Fit | None]
FAMILIES: tuple[tuple[Family, int], ...] = (
    (constant, 1),
    (line, 2),
    (exponential, 2),
    (inverse_time, 3),
    (inverse_sqrt, 3),
    (cosine, 3),
    (one_minus_sqrt, 3),
    *(
        ((lambda t, r, w, power=power: polynomial(t, r, w, power)), 3)
        for power in (2.0, 0.5, 3.0, 0.9, 1.5, 4.0)
    ),
)
"""What is tried, the simplest first, and how many numbers each takes."""


def _solved(basis: list[Array], r: Array, w: Array) -> Array:
    rows, r = np.stack(basis, axis=1) * w[:, None], r * w
    scale = np.abs(rows).max(axis=0)
    scale[scale == 0] = 1.0
    return np.linalg.lstsq(rows / scale, r, rcond=None)[0] / scale


def _searched(
    basis: Callable[[float, Array], list[Array]],
    t: Array,
    r: Array,
    w: Array,
    low: float,
    high: float,
    steps: int = 32,
) -> float:
    """Return the parameter with the least squares: a grid, then Gauss-Newton steps.

    A search for the least sum of squares alone ends at half of the digits.
    """
    chosen = np.unique(np.linspace(0, len(t) - 1, POINTS).round().astype(int))
    t, r, w = t[chosen], r[chosen], w[chosen]

    def error(parameter: float) -> float:
        columns = basis(parameter, t)
        rest = w * (r - np.stack(columns, axis=1) @ _solved(columns, r, w))
        return float(rest @ rest)

    grid = np.linspace(low, high, steps)
    x = float(grid[int(np.argmin(_errors(basis, grid, t, r, w)))])
    least = error(x)
    width = float(grid[1] - grid[0])
    for _ in range(25):
        move = _newton(basis, t, r, w, x, 1e-6 * max(width, 1e-3))
        move = max(-width, min(width, move))
        after = error(x + move)
        while after > least * (1 + 1e-6) and abs(move) > 1e-12 * max(abs(x), 1.0):
            move /= 4
            after = error(x + move)
        x, least = x + move, after
        if abs(move) <= 1e-12 * max(abs(x), 1.0):
            break
    return x


def _errors(
    basis: Callable[[float, Array], list[Array]],
    grid: Array,
    t: Array,
    r: Array,
    w: Array,
) -> Array:
    """Return the sums of squares on a grid of the parameter, to half of the digits."""
    rows = np.stack([np.stack(basis(x, t), axis=1) for x in grid]) * w[:, None]
    rows = rows / np.maximum(np.abs(rows).max(axis=1, keepdims=True), 1e-300)
    sides = rows.transpose(0, 2, 1)
    squares = sides @ rows + 1e-13 * len(t) * np.eye(rows.shape[2])
    weights = np.linalg.solve(squares, (sides @ (r * w))[..., None])
    return ((r * w - (rows @ weights)[..., 0]) ** 2).sum(axis=1)


def _newton(
    basis: Callable[[float, Array], list[Array]],
    t: Array,
    r: Array,
    w: Array,
    x: float,
    h: float,
) -> float:
    """Return the Gauss-Newton step of the parameter, the rest being solved for."""
    columns = basis(x, t)
    weights = _solved(columns, r, w)
    sides = zip(weights, basis(x + h, t), basis(x - h, t), strict=True)
    slope = sum(weight * (up - down) / (2 * h) for weight, up, down in sides)
    return float(_solved([*columns, slope], r, w)[-1])
