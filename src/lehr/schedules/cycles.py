"""Where the cycles of a repetition begin, in exact arithmetic."""

import math
from bisect import bisect_right

from lehr._numerics import CLOCK_END

_BITS = 256  # of fixed-point fraction: no float rounding, and 2**-256 is below any ulp


class Cycles:
    """The begins of cycles of length L, L s, L s^2, ..., computed as far as asked.

    Each begin is kept as the smallest float that is not below it, so that `t >= begin`
    is decided rightly for every float t, and the small difference to the true value.

    Args:
        length: L, in updates.
        stretch: s.
        count: number of cycles; None for endless.
    """

    def __init__(self, length: float, stretch: float, count: int | None) -> None:
        top, bottom = float(length).as_integer_ratio()
        self._length = (top << _BITS) // bottom
        self._stretch = float(stretch).as_integer_ratio()
        self._count = count
        self._begin = 0
        self.begins: list[float] = [0.0]
        self.lows: list[float] = [0.0]
        self.scales: list[float] = []
        self._ratio = stretch
        self._add()

    @property
    def last(self) -> int:
        """Number of the last cycle that has been computed."""
        return len(self.scales) - 1

    @property
    def total(self) -> float:
        """The end of the last cycle, as the float nearest to it."""
        self.extend(math.inf)
        total = self.begins[-1]
        return int(total) if total == int(total) else total

    def _complete(self) -> bool:
        if self._count is not None:
            return len(self.scales) >= self._count
        return self.begins[-1] >= CLOCK_END

    def _add(self) -> None:
        self.scales.append(self._ratio ** len(self.scales))
        self._begin += self._length
        top, bottom = self._stretch
        self._length = self._length * top // bottom
        nearest = self._begin / (1 << _BITS)
        top, bottom = nearest.as_integer_ratio()
        if (top << _BITS) // bottom < self._begin:
            nearest = math.nextafter(nearest, math.inf)
        self.begins.append(nearest)
        top, bottom = nearest.as_integer_ratio()
        self.lows.append((self._begin - (top << _BITS) // bottom) / (1 << _BITS))

    def extend(self, t: float) -> None:
        """Compute cycles until one of them holds `t`."""
        while self.begins[-1] <= t and not self._complete():
            self._add()

    def index(self, t: float) -> int:
        """Return the number of the cycle that owns update `t`."""
        self.extend(t)
        return min(bisect_right(self.begins, t) - 1, self.last)

    def span(self, i: int) -> tuple[float, float]:
        """Return begin and end of cycle `i`."""
        if self._ratio == 1.0:
            length = self.begins[1]
            return i * length, (i + 1) * length
        while len(self.scales) <= i:
            self._add()
        return self.begins[i], self.begins[i + 1]

    def table(self) -> "_Table":
        """Return all cycles to the end of the clock, for look-ups by arrays."""
        self.extend(CLOCK_END)
        return _Table(self)


class _Table:
    """The columns of all cycles; `begins` without the end of the last one."""

    def __init__(self, cycles: Cycles) -> None:
        self.begins, self.ends = cycles.begins[:-1], cycles.begins[1:]
        self.lows, self.end_lows = cycles.lows[:-1], cycles.lows[1:]
        self.scales, self.last = cycles.scales, float(cycles.last)
