"""Which updates of a schedule to draw, so that no step, spike or restart is lost."""

import math
from collections.abc import Sequence
from itertools import islice, pairwise
from operator import itemgetter

from lehr.schedules import Schedule

MOST_JOINTS = 2_000
_GROUPS = 200
"""Of more joints, those that begin each of so many equal parts are taken."""

_DEFAULT = 100


def horizon(schedule: Schedule, steps: float | None = None) -> float:
    """Return how many updates to draw: `steps`, or what shows the whole schedule.

    One that ends in a jump is drawn a tenth longer, so that its last value is seen, and
    an endless one over ten times its first joint.

    >>> from lehr import Constant, Cosine, multi_step
    >>> horizon(Cosine(1.0, 0.0, 500)), horizon(Constant(1.0), 9)
    (500, 9)
    >>> horizon(multi_step(1.0, factor=0.1, milestones=(30, 60)))
    66
    """
    if steps is not None:
        return checked(steps)
    if schedule.steps < math.inf:
        end = schedule.steps or _DEFAULT
        return end + math.ceil(end / 10) if schedule._jumps(schedule.steps) else end
    return math.ceil(10 * max(schedule.breakpoints, default=_DEFAULT))


def checked(steps: float) -> float:
    """Return a number of updates to draw, which must be > 0 and finite."""
    if not 0 < steps < math.inf:
        raise ValueError(f"steps must be > 0 and finite, got {steps!r}")
    return steps


def sample(schedule: Schedule, end: float, points: int) -> list[tuple[float, float]]:
    """Return `(t, value)` in order: even points over [0, end], and each joint twice.

    At a joint the value just before it is there too, so a jump is drawn as one.

    >>> from lehr import Chain, Constant
    >>> sample(Chain((Constant(1.0, 5), Constant(0.5, 5))), 10, 3)
    [(0.0, 1.0), (5.0, 1.0), (5.0, 0.5), (10.0, 0.5)]
    """
    at = {end * i / (points - 1): 0.0 for i in range(points - 1)} | {float(end): 0.0}
    for joint in _joints(schedule, end):
        before = math.nextafter(joint, -math.inf)
        at[before], at[float(joint)] = joint - before, 0.0
    return [(t + shift, schedule(t)) for t, shift in sorted(at.items())]


def _joints(schedule: Schedule, end: float) -> list[float]:
    found = list(islice(schedule.joints(0, end), MOST_JOINTS + 1))
    if len(found) <= MOST_JOINTS:
        return found
    edges = [end * i / _GROUPS for i in range(_GROUPS + 1)]
    parts = (schedule.joints(low, high) for low, high in pairwise(edges))
    return [joint for part in parts for joint in islice(part, MOST_JOINTS // _GROUPS)]


def extremes(
    points: Sequence[tuple[float, float]], most: int
) -> Sequence[tuple[float, float]]:
    """Return at most about `most` of some points: the least and most of each group.

    >>> extremes([(0, 1.0), (1, 9.0), (2, 5.0), (3, 6.0), (4, 0.0), (5, 3.0)], 4)
    [(0, 1.0), (1, 9.0), (3, 6.0), (4, 0.0)]
    """
    if len(points) <= most:
        return points
    groups = max(1, most // 2)
    edges = [i * len(points) // groups for i in range(groups + 1)]
    kept = list[tuple[float, float]]()
    for first, last in pairwise(edges):
        group = points[first:last]
        value = itemgetter(1)
        kept += sorted({min(group, key=value), max(group, key=value)})
    return kept
