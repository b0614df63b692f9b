"""Exact extremes and crossings over whole updates, by branch and bound.

Each schedule gives `bounds`, numbers that its values on an interval do not go beyond.
Intervals that can not hold a better update are dropped, the others halved.
"""

import heapq
import math

from lehr.schedules.facts import Facts

_LAST = 2**53  # beyond, whole updates are no longer exact
_SCAN_AFTER = 4_000  # intervals; then bounds do not help, and a plain scan is quicker
_SCAN_LIMIT = 1_000_000  # updates, about a second
_GIVE_UP_AFTER = 50_000  # intervals; noise over 10**12 updates is known by bounds only


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
            return min(
                best, *(_scan(schedule, low, high, sign) for _, low, high in heap)
            )
        if visited == _GIVE_UP_AFTER:
            return heap[0][0]
        _, low, high = heapq.heappop(heap)
        middle = (low + high) // 2
        best = min(best, sign * schedule(middle), sign * schedule(middle + 1))
        for left, right in ((low, middle), (middle + 1, high)):
            if right - left > 1 and (bound := _low(schedule, left, right, sign)) < best:
                heapq.heappush(heap, (bound, left, right))
    return best


def _scan(schedule: Facts, a: int, b: int, sign: int) -> float:
    return min(sign * schedule(t) for t in range(a, b + 1))


def first_below(schedule: Facts, x: float) -> int | None:
    """Return the first update whose value is < x; None if there is none."""
    if schedule(0) < x:
        return 0
    last = math.ceil(schedule.steps) if schedule.steps < math.inf else _LAST
    low, high = 0, min(1, last)
    while low < last:
        found = _leftmost(schedule, low, high, x)
        if found is not None:
            return found
        if schedule.bounds(high, math.inf)[0] >= x:
            return None
        low, high = high, min(2 * high + 1, last)
    return None


def _leftmost(schedule: Facts, low: int, high: int, x: float) -> int | None:
    """Return the first update in (low, high] whose value is < x."""
    stack = [(low + 1, high)]
    while stack:
        a, b = stack.pop()
        if a > b or schedule.bounds(a, b)[0] >= x:
            continue
        if a == b:
            if schedule(a) < x:
                return a
            continue
        middle = (a + b) // 2
        stack += [(middle + 1, b), (a, middle)]
    return None
