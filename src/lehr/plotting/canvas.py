"""Dots packed into characters: eight to a braille cell, two to an ASCII one."""

from bisect import bisect_right
from itertools import accumulate
from typing import ClassVar


class Canvas:
    """A grid of dots, each character `wide` by `high` of them.

    >>> canvas = Braille(2, 1)
    >>> canvas.line(0, 0, 3, 3)
    >>> canvas.rows()
    ['⠑⢄']
    """

    wide: ClassVar[int]
    high: ClassVar[int]

    def __init__(self, columns: int, rows: int) -> None:
        self.width, self.height = columns * self.wide, rows * self.high
        self.cells = [[0] * columns for _ in range(rows)]
        self.dashes: tuple[int, ...] = ()
        self._drawn = 0

    def dot(self, x: int, y: int) -> None:
        """Set a dot, counted from the upper left; outside nothing happens."""
        if 0 <= x < self.width and 0 <= y < self.height:
            row = self.cells[y // self.high]
            row[x // self.wide] |= self.bit(x % self.wide, y % self.high)

    def line(self, x0: int, y0: int, x1: int, y1: int) -> None:
        """Set the dots of a straight line, those that `dashes` do not leave out."""
        length = max(abs(x1 - x0), abs(y1 - y0), 1)
        for i in range(length + 1):
            if self.dashes and self._in_gap(i > 0):
                continue
            x = x0 + (2 * (x1 - x0) * i + length) // (2 * length)
            self.dot(x, y0 + (2 * (y1 - y0) * i + length) // (2 * length))

    def _in_gap(self, moved: bool) -> bool:
        """Return whether the next dot falls into a gap; dashes go on along a curve."""
        self._drawn += moved
        at = self._drawn % sum(self.dashes)
        ends = list(accumulate(self.dashes))
        return bisect_right(ends, at) % 2 == 1

    def rows(self) -> list[str]:
        """Return the picture, one string for each row of characters."""
        return ["".join(map(self.character, row)) for row in self.cells]

    def bit(self, x: int, y: int) -> int:
        raise NotImplementedError

    def character(self, bits: int) -> str:
        raise NotImplementedError


class Braille(Canvas):
    """Two by four dots in each character."""

    wide, high = 2, 4
    _BITS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))

    def bit(self, x: int, y: int) -> int:
        return self._BITS[x][y]

    def character(self, bits: int) -> str:
        return chr(0x2800 + bits) if bits else " "


class Letters(Canvas):
    """One dot in each character, to be shown as the letter of its curve."""

    wide, high = 1, 1

    def bit(self, x: int, y: int) -> int:
        return 1

    def character(self, bits: int) -> str:
        return " *"[bits]


class Ascii(Canvas):
    """One by two dots in each character."""

    wide, high = 1, 2

    def bit(self, x: int, y: int) -> int:
        return 1 + y

    def character(self, bits: int) -> str:
        return " '.:"[bits]
