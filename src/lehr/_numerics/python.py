"""Python numbers: the standard library's `math`."""

import math
from bisect import bisect_right
from collections.abc import Callable, Sequence
from math import cos, cosh, exp, expm1, fmod, log, log1p, sin, sinh, sqrt, tanh

from lehr._typing import Any

__all__ = ["cos", "cosh", "exp", "expm1", "fmod", "log", "log1p", "minimum"]
__all__ += ["piecewise", "sin", "sinh", "sqrt", "tanh", "where"]

minimum, maximum = min, max


def splitter() -> float:
    return 134217729.0  # 2**27 + 1, see accurate.two_product


def clock(t: Any) -> Any:
    """Return `t` as the number that formulas count with."""
    return int(t) if hasattr(t, "__index__") else float(t)


def real(t: Any) -> Any:
    return t


def clip(t: Any, low: float, high: float) -> Any:
    return low if t < low else high if t > high else t


def floor_divide(x: Any, y: Any) -> Any:
    """Return the whole part of x / y, exactly: by the remainder."""
    return x // y


def where(condition: Any, yes: Any, no: Any) -> Any:
    return yes if condition else no


def power(base: Any, exponent: Any) -> Any:
    """Return `base ** exponent`; infinity where it is past the largest float."""
    try:
        return float(base) ** exponent
    except OverflowError:
        return math.inf


def take(values: Sequence[float], index: Any) -> Any:
    """Return the value at a whole number in [0, len(values))."""
    return values[int(index)]


def search(edges: Sequence[float], t: Any) -> Any:
    """Return how many of the sorted `edges` are <= `t`."""
    return bisect_right(edges, t)


def piecewise(
    edges: Sequence[float], branches: Sequence[Callable[..., Any]], t: Any, rest: Any
) -> Any:
    """Return `branches[i](t, rest)`, with `i` the number of `edges` that are <= t."""
    return branches[bisect_right(edges, t)](t, rest)


def words(counter: Any) -> tuple[int, int]:
    """Return the high and the low 32 bits of a whole number >= 0."""
    whole = int(counter)
    return whole >> 32, whole & 0xFFFFFFFF


def word(x: int) -> int:
    return x


def real_of(word: int) -> float:
    return float(word)
