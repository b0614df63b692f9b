"""NumPy arrays: float64, one slice or mask per piece, whole curves in cache blocks."""

import sys
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from numpy import cos, cosh, exp, expm1, fmod, log, log1p, minimum, sin, sinh, sqrt
from numpy import floor_divide as floor_divide
from numpy import maximum as maximum
from numpy import power as power
from numpy import tanh as tanh
from numpy import where as where

from lehr._numerics import accurate
from lehr._typing import Any

__all__ = ["cos", "cosh", "exp", "expm1", "fmod", "log", "log1p", "minimum"]
__all__ += ["maximum", "power", "sin", "sinh", "sqrt", "tanh", "where"]

_SELF = sys.modules[__name__]
WIDTH, ROWS = 1024, 64  # of matrix products that BLAS does not split over threads
HUGE_PAGE = 2**21  # bytes, on the processors of today
BLOCK = 8192  # 64 KiB of float64: an output block and its tables stay in the L2 cache


def splitter() -> float:
    return 134217729.0  # 2**27 + 1, see accurate.two_product


def clock(t: Any, largest: float, end: float) -> Any:
    """Return `t` as one row of numbers <= `end`, in float64: exact to 2**53."""
    if t.dtype.kind not in "iuf":
        raise TypeError(f"t must hold real numbers, got an array of {t.dtype}")
    row = t.astype(np.float64, copy=False).reshape(-1)
    return np.where(row < end, row, np.where(row == row, end, 0.0))


def like(t: Any, values: Any) -> Any:
    """Return `values` in the shape of `t`, and NaN where it is NaN."""
    if t.dtype.kind == "f" and (unknown := np.isnan(t).reshape(-1)).any():
        values = np.where(unknown, np.nan, values)
    return values.reshape(t.shape)


def real(t: Any) -> Any:
    return t


def clip(t: Any, low: float, high: float) -> Any:
    return np.clip(t, low, high)


def take(values: Sequence[float], index: Any) -> Any:
    return np.asarray(values)[index.astype(np.int64)]


def search(edges: Sequence[float], t: Any) -> Any:
    return np.searchsorted(np.asarray(edges, np.float64), t, side="right")


def piecewise(
    edges: Sequence[float], branches: Sequence[Callable[..., Any]], t: Any, rest: Any
) -> Any:
    """Evaluate each branch on its own elements: slices of a sorted `t`, else masks."""
    out = np.empty(t.shape)
    if t.ndim == 1 and bool((t[1:] >= t[:-1]).all()):
        cuts = [0, *np.searchsorted(t, edges, side="left").tolist(), t.size]
        parts: list[Any] = [slice(a, b) for a, b in pairwise(cuts)]
    else:
        index = np.searchsorted(edges, t, side="right")
        parts = [index == i for i in range(len(branches))]
    for part, branch in zip(parts, branches, strict=True):
        own = t[part]
        if own.size:
            out[part] = branch(own, rest[part] if np.ndim(rest) else rest)
    return out


def consecutive(t: Any) -> bool:
    """Return whether `t` counts up by ones, so that a whole curve can be drawn."""
    if t.ndim != 1 or t.size < 256 or t.dtype.kind not in "iuf":
        return False
    if t[0] != t[0] // 1 or t[-1] - t[0] != t.size - 1:
        return False
    return bool((t[1:] - t[:-1] == 1).all())


def array(values: Sequence[float]) -> Any:
    return np.asarray(values, np.float64)


def empty(size: int) -> Any:
    """Return room for `size` numbers; for many, on a border of huge memory pages.

    Fresh memory costs a page fault per page at its first use: for a million numbers
    that is as dear as to compute them, and half of it is saved where pages are huge.
    """
    if 8 * size < HUGE_PAGE:
        return np.empty(size)
    room = np.empty(size + HUGE_PAGE // 8)
    skip = -room.__array_interface__["data"][0] % HUGE_PAGE // 8
    return room[skip : skip + size]


def fill_blocks(out: Any, first: float, values: Callable[[Any], Any]) -> None:
    """Set `out[j] = values(first + j)`, block by block."""
    for begin in range(0, out.size, BLOCK):
        block = out[begin : begin + BLOCK]
        block[:] = values(np.arange(block.size, dtype=np.float64) + (first + begin))


def fill_wave(out: Any, first: float, steps: float, base: float, change: float) -> None:
    """Set `out[j] = base + change sin^2(pi/2 (first + j) / steps)`, angles <= pi/4.

    Inside a block that starts at the angle a, by the sum rule of sin^2,
    sin^2(a + x) = sin^2(a) + sin(2 a) sin(x) cos(x) + cos(2 a) sin^2(x): no term is
    negative, so nothing cancels. The sines of a and of x are tabulated once, and many
    blocks together are one product of matrices: (blocks, 3) by (3, WIDTH).
    """
    size = out.size
    if not size:
        return
    width = min(WIDTH, size)
    x = np.arange(width, dtype=np.float64)
    inner = np.ones((3, width))
    inner[1] = 0.5 * accurate.quarter_sine(2.0 * x, steps, _SELF)
    inner[2] = accurate.quarter_sine(x, steps, _SELF) ** 2
    a = first + np.arange(0.0, size, width)
    outer = np.empty((a.size, 3))
    outer[:, 0] = base + change * accurate.quarter_sine(a, steps, _SELF) ** 2
    outer[:, 1] = change * accurate.quarter_sine(2.0 * a, steps, _SELF)
    # cos(2 a) = sin(pi/2 - 2 a), with the difference taken before rounding.
    outer[:, 2] = change * accurate.quarter_sine(steps - 2.0 * a, steps, _SELF)
    rows = size // width
    body, tail = out[: rows * width].reshape(rows, width), out[rows * width :]
    backwards = out.strides[0] < 0
    if tail.size:
        tail[:] = outer[rows] @ inner[:, : tail.size]
    if backwards:  # BLAS writes forwards only
        body, inner = body[::-1, ::-1], inner[:, ::-1]
    for row in range(0, rows, ROWS):
        part = outer[row : min(row + ROWS, rows)]
        if backwards:
            np.matmul(part[::-1], inner, out=body[rows - row - len(part) : rows - row])
        else:
            np.matmul(part, inner, out=body[row : row + len(part)])


def words(counter: Any) -> tuple[Any, Any]:
    """Return the high and the low 32 bits of whole numbers >= 0."""
    whole = counter.astype(np.uint64)
    return whole >> 32, whole & 0xFFFFFFFF


def word(x: int) -> int:
    return x


def real_of(word: Any) -> Any:
    return word.astype(np.float64)
