"""Exact extremes and crossings over whole updates, by branch and bound.

Each schedule gives `bounds`, numbers that its values on an interval do not go beyond.
Intervals that can not hold a better update are dropped, the others halved. Where the
bounds do not help (noise, sums that nearly cancel), short intervals are scanned, as
whole curves where NumPy is installed.
"""

import heapq
import math
from collections.abc import Iterable, Iterator

from lehr._typing import Any
from lehr.schedules.facts import Facts

_LAST = 2**53  # beyond, whole updates are no longer exact
_SCAN_AFTER = 4_000  # intervals; then bounds do not help, and a plain scan is quicker
_SCAN_LIMIT = 20_000_000  # updates, some seconds
_GIVE_UP_AFTER = 50_000  # intervals; noise over 10**12 updates is known by bounds only
_BLOCK = 2**16


def extremes(schedule: Facts, a: float, b: float) -> tuple[float, float]:
    """Return the smallest and the largest value of the updates a, a + 1, ..., b."""
    return _smallest(schedule, a, b, 1), -_smallest(schedule, a, b, -1)


def _smallest(schedule: Facts, a: float, b: float, sign: int) -> float:
    first = math.ceil(a)
    if b < math.inf:
        return _within(schedule, first, math.floor(b), sign, math.inf)
    # What the values come near to for ever counts as reached.
    best = _low(schedule, max(first, _LAST), math.inf, sign)
    last = first + 1024
    best = _within(schedule, first, last, sign, best)
    while last < _LAST and _low(schedule, last, math.inf, sign) < best:
        best = _within(schedule, last, 2 * last, sign, best)
        last *= 2
    return best


def _unbounded(schedule: Facts) -> ValueError:
    return ValueError(
        "a function of the user's own has no known bounds, so all of its updates must "
        f"be tried, and they are too many (steps={schedule.steps}); cut the schedule: "
        "schedule[:n]"
    )


def _low(schedule: Facts, a: float, b: float, sign: int) -> float:
    low, high = schedule.bounds(a, b)
    return low if sign > 0 else -high


def _within(schedule: Facts, a: int, b: int, sign: int, best: float) -> float:
    best = min(best, sign * schedule(a), sign * schedule(b))
    heap = [(_low(schedule, a, b, sign), a, b)]
    for visited in range(b - a + 1):
        if not heap or heap[0][0] >= best:
            return best
        if visited == _SCAN_AFTER and b - a <= _SCAN_LIMIT:
            spans = _merged((low, high) for _, low, high in heap)
            return min(best, *(_scan(schedule, *span, sign) for span in spans))
        if visited == _GIVE_UP_AFTER:
            return heap[0][0]
        _, low, high = heapq.heappop(heap)
        middle = (low + high) // 2
        best = min(best, sign * schedule(middle), sign * schedule(middle + 1))
        for left, right in ((low, middle), (middle + 1, high)):
            if right - left > 1 and (bound := _low(schedule, left, right, sign)) < best:
                heapq.heappush(heap, (bound, left, right))
    return best


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the spans in order, those that nearly touch as one."""
    merged: list[tuple[int, int]] = []
    for a, b in sorted(spans):
        if merged and a - merged[-1][1] < 1_000:
            merged[-1] = merged[-1][0], max(b, merged[-1][1])
        else:
            merged.append((a, b))
    return merged


def _scan(schedule: Facts, a: int, b: int, sign: int) -> float:
    best = math.inf
    for begin, curve in _curves(schedule, a, b):
        if curve is None:
            best = min(best, *(sign * schedule(t) for t in range(begin, b + 1)))
            continue
        curve *= sign
        least = curve.min()
        # An array's values may differ in the last digit: the number decides.
        near = (curve <= least + 1e-12 * abs(least)).nonzero()[0]
        near = near[curve[near].argsort(kind="stable")[:100]].tolist()
        best = min(best, *(sign * schedule(begin + i) for i in near))
    return best


def _curves(schedule: Facts, a: int, b: int) -> Iterator[tuple[int, Any]]:
    """Yield the values of a to b in blocks; one None for all where NumPy is missing."""
    try:
        from lehr._numerics import numpy
    except ImportError:
        yield a, None
        return
    out = numpy.empty(min(_BLOCK, b + 1 - a))
    for begin in range(a, b + 1, _BLOCK):
        part = out[: min(_BLOCK, b + 1 - begin)]
        schedule._fill(part, begin, numpy)
        yield begin, part


def first_below(schedule: Facts, x: float) -> int | None:
    """Return the first update whose value is < x; None if there is none."""
    if schedule(0) < x:
        return 0
    last = math.ceil(schedule.steps) if schedule.steps < math.inf else _LAST
    low, high = 0, min(1, last)
    effort = _Effort(schedule)
    while low < last:
        found = _leftmost(schedule, low, high, x, effort)
        if found is not None:
            return found
        if schedule.bounds(high, math.inf)[0] >= x:
            return None
        low, high = high, min(2 * high + 1, last)
        if effort.visited > _SCAN_AFTER and not effort.hopeful:
            effort.hopeful = True
            if schedule._range(0, schedule._last_update())[0] >= x:
                return None
    return None


class _Effort:
    """How much a search has cost; past the limit, an error instead of an answer."""

    def __init__(self, schedule: Facts) -> None:
        self.visited = self.scanned = 0
        self.unbounded = self.hopeful = schedule.bounds(0, 1)[0] == -math.inf
        # Where nothing is known, each update is a call of the user's function.
        self.limit = _SCAN_LIMIT // 10 if self.unbounded else _SCAN_LIMIT
        self._schedule = schedule

    def spend(self, visited: int, scanned: int) -> None:
        self.visited += visited
        self.scanned += scanned
        if self.scanned > self.limit or self.visited > 10 * _GIVE_UP_AFTER:
            if self.unbounded:
                raise _unbounded(self._schedule)
            raise ValueError(
                f"not decided after {self.scanned:,} updates: the values stay near x "
                "for very long; ask for another x, or cut the schedule: schedule[:n]"
            )


def _leftmost(
    schedule: Facts, low: int, high: int, x: float, effort: _Effort
) -> int | None:
    """Return the first update in (low, high] whose value is < x."""
    stack = [(low + 1, high)]
    while stack:
        a, b = stack.pop()
        if a > b or schedule.bounds(a, b)[0] >= x:
            continue
        if a == b or (effort.visited > _SCAN_AFTER and b - a < _BLOCK):
            effort.spend(1, b - a + 1)
            if (found := _first_in(schedule, a, b, x)) is not None:
                return found
            continue
        effort.spend(1, 0)
        middle = (a + b) // 2
        stack += [(middle + 1, b), (a, middle)]
    return None


def _first_in(schedule: Facts, a: int, b: int, x: float) -> int | None:
    if b - a < 64:
        return next((t for t in range(a, b + 1) if schedule(t) < x), None)
    for begin, curve in _curves(schedule, a, b):
        if curve is None:
            return next((t for t in range(begin, b + 1) if schedule(t) < x), None)
        for i in (curve < x + 1e-12 * abs(x)).nonzero()[0].tolist():
            if schedule(begin + i) < x:
                return int(begin + i)
    return None
