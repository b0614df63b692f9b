"""Where two schedules part, and where they are furthest apart."""

import math
from itertools import islice

from lehr.schedules.base import Schedule

ONE_BY_ONE = 20_000
"""Updates that are compared each."""

BETWEEN = 4_096
"""Of more, how many are looked at beside the joints."""

JOINTS = 10_000
"""Joints of each that are looked at; of cycles, the first so many."""


def first_difference(a: Schedule, b: Schedule, until: int) -> int | None:
    """Return the first update up to `until` where the values differ, if there is one.

    >>> from lehr import Constant, Linear
    >>> first_difference(Constant(1.0, 10**9), Constant(1.0, 10**8).then(
    ...     Linear(1.0, 0.0, 10)), 10**9)
    100000001
    """
    before = -1
    for t in _places(a, b, until):
        if _differ(a, b, t):
            low, high = before, t
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (low, middle) if _differ(a, b, middle) else (middle, high)
            return high
        before = t
    return None


def largest_difference(a: Schedule, b: Schedule, until: int) -> int:
    """Return the update up to `until` where the values are furthest apart.

    >>> from lehr import Linear
    >>> largest_difference(Linear(1.0, 0.0, 10**8), Linear(1.0, 0.0, 10**9), 10**9)
    100000000
    """

    def apart(t: int) -> float:
        return abs(a(t) - b(t))

    places = list(_places(a, b, until))
    best = max(range(len(places)), key=lambda i: apart(places[i]))
    low, high = places[max(best - 1, 0)], places[min(best + 1, len(places) - 1)]
    top = places[best]
    while high - low > 2:  # in thirds, as of one hill
        third = max((high - low) // 3, 1)
        left, right = low + third, high - third
        if apart(left) < apart(right):
            low = left
        else:
            high = right
    found: int = max((top, *range(low, high + 1)), key=apart)
    return found


def _differ(a: Schedule, b: Schedule, t: int) -> bool:
    x, y = a(t), b(t)
    return not math.isclose(x, y, rel_tol=1e-9, abs_tol=1e-300)


def _places(a: Schedule, b: Schedule, until: int) -> range | list[int]:
    """Return the updates to look at, in order: all, or those that matter most."""
    if until <= ONE_BY_ONE:
        return range(until + 1)
    marks = {0, 1, until, until - 1}
    for schedule in (a, b):
        for joint in islice(schedule.joints(0, until + 1), JOINTS):
            near = math.floor(joint)
            marks |= {near - 1, near, near + 1, near + 2}
        if schedule.steps < until:
            end = math.ceil(schedule.steps)
            marks |= {end - 1, end, end + 1}
    marks |= {until * i // BETWEEN for i in range(BETWEEN)}
    return sorted(t for t in marks if 0 <= t <= until)
