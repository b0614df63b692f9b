"""Where a label has room: not on a curve, not on another label, inside the frame."""

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

_BUCKET = 4.0
"""Pixels: curves are remembered by columns as wide as this."""


class Box(NamedTuple):
    """A rectangle; y grows downwards."""

    left: float
    top: float
    right: float
    bottom: float


class Room:
    """What is taken of a frame.

    >>> room = Room(Box(0, 0, 100, 50))
    >>> room.add_curve([(0, 10), (100, 10)])
    >>> room.first_free([Box(10, 5, 30, 15), Box(10, 20, 30, 30)])
    Box(left=10, top=20, right=30, bottom=30)
    """

    def __init__(self, frame: Box) -> None:
        self.frame = frame
        self._boxes: list[Box] = []
        self._lines: list[Box] = []
        self._columns: dict[int, list[tuple[float, float]]] = {}

    def add_curve(self, points: Iterable[tuple[float, float]]) -> None:
        """Take the pixels of a curve."""
        for (x0, y0), (x1, y1) in pairwise(points):
            first, last = math.floor(x0 / _BUCKET), math.floor(x1 / _BUCKET)
            slope = (y1 - y0) / (x1 - x0) if x1 > x0 else 0.0
            for column in range(first, last + 1):
                begin, end = max(x0, column * _BUCKET), min(x1, (column + 1) * _BUCKET)
                ends = y0 + slope * (begin - x0), y0 + slope * (end - x0)
                if x1 <= x0:
                    ends = y0, y1
                self._columns.setdefault(column, []).append((min(ends), max(ends)))

    def add(self, box: Box) -> None:
        """Take a rectangle."""
        self._boxes.append(box)

    def add_line(self, box: Box) -> None:
        """Take a thin line, which a label may cross where there is no other place."""
        self._lines.append(box)

    def first_free(self, boxes: Sequence[Box]) -> Box | None:
        """Return the first of some places that is free, and take it."""
        free = [box for box in boxes if self._is_free(box)]
        clear = (b for b in free if not any(_meet(b, one) for one in self._lines))
        found = next(clear, free[0] if free else None)
        if found is not None:
            self.add(found)
        return found

    def _is_free(self, box: Box) -> bool:
        left, top, right, bottom = box
        frame = self.frame
        if left < frame.left or top < frame.top:
            return False
        if right > frame.right or bottom > frame.bottom:
            return False
        if any(_meet(box, one) for one in self._boxes):
            return False
        columns = range(math.floor(left / _BUCKET), math.floor(right / _BUCKET) + 1)
        return not any(
            low < bottom and top < high + 1
            for column in columns
            for low, high in self._columns.get(column, ())
        )


def _meet(one: Box, other: Box) -> bool:
    across = one.left < other.right and other.left < one.right
    return across and one.top < other.bottom and other.top < one.bottom


def around(x: float, y: float, width: float, height: float) -> list[Box]:
    """Return places for a label beside a point, the best first."""
    found = []
    for down in (6, -6, 14, -14, 24, -24, 36, 50):
        top = y + down if down > 0 else y + down - height
        beside = x + 6, x - 6 - width, x - width / 2, x + 24, x - 24 - width
        for left in beside:
            found.append(Box(left, top, left + width, top + height))
    return found


def along(x: float, frame: Box, width: float, height: float) -> list[Box]:
    """Return places for a label beside a vertical line, from the top downwards."""
    found = []
    steps = max(1, int((frame.bottom - frame.top - height) / height))
    for left in (x + 4, x - 4 - width):
        for step in range(steps + 1):
            top = frame.top + 2 + step * height
            found.append(Box(left, top, left + width, top + height))
    return found
