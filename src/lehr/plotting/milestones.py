"""Moments worth a note in a picture: peak, end, restarts, and what the user names."""

import math
from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from lehr._figures import short
from lehr.plotting.axes import count
from lehr.plotting.lettering import printable
from lehr.plotting.sampling import sample
from lehr.schedules import Schedule

if TYPE_CHECKING:
    from lehr.plan import Plan

MOST_RESTARTS = 12
_POINTS = 400


class Mark(NamedTuple):
    """A moment of a picture.

    Args:
        t: its update.
        text: its name; "" for a mark that is named elsewhere.
        value: where it lies on the curve; None for a line through the whole panel.
    """

    t: float
    text: str
    value: float | None = None


def milestones_of(schedule: Schedule, end: float) -> tuple[Mark, ...]:
    """Return the peak (or the start, if it is highest), the restarts and the end.

    >>> from lehr import warm_restarts, warmup_cosine
    >>> for mark in milestones_of(warmup_cosine(1.0, warmup=10, total=100), 100):
    ...     print(*mark)
    10.0 peak 1 1.0
    100.0 end 0 0.0
    >>> [mark.text for mark in milestones_of(warm_restarts(1.0, period=40), 100)]
    ['start 1', 'restart', 'restart']
    """
    points = sample(schedule, end, _POINTS)
    top, low = (choose(v for _, v in points) for choose in (max, min))
    if top - low <= 1e-9 * max(abs(top), abs(low)):
        return ()
    first = next(t for t, v in points if v == top)
    found = _restarts(points, top - low)
    t, value = points[-1]
    last = min(t, float(schedule.steps))
    if first < last:
        name = "peak" if first > 0 else "start"
        found.insert(0, Mark(first, f"{name} {short(top)}", top))
    if schedule.steps <= end:
        found.append(Mark(last, f"end {short(value)}", value))
    return tuple(found)


def _restarts(points: list[tuple[float, float]], span: float) -> list[Mark]:
    """Return where a curve that has fallen jumps up; none where there are too many."""
    found, highest = list[Mark](), -math.inf
    for (t, before), (after, value) in pairwise(points):
        highest = max(highest, before)
        if after == t and value - before > 1e-6 * span:
            if highest > before:
                found.append(Mark(t, "restart", value))
            highest = value
    return found if len(found) <= MOST_RESTARTS else []


def user_marks(
    marks: Mapping[str, float | str] | None, end: float, plan: "Plan | None"
) -> tuple[Mark, ...]:
    """Return the marks that a user names; those beyond `end` are out of the picture.

    Raises:
        ValueError: a mark is no update >= 0, or needs a plan.

    >>> user_marks({"save": 500, "half": "50%"}, 2_000, None)
    (Mark(t=500, text='save 500', value=None), Mark(t=1000, text='half 1k', value=None))
    """
    if marks is None:
        return ()
    places = {str(name): _place(str(name), t, end, plan) for name, t in marks.items()}
    return tuple(
        Mark(t, f"{printable(name)} {count(t)}".strip())
        for name, t in places.items()
        if t <= end
    )


def required(marks: Any) -> Mapping[str, float | str] | None:
    """Return marks, which must be by name, if there are any."""
    if marks is None or isinstance(marks, Mapping):
        return marks
    raise ValueError(
        f"marks must be a mapping of name to update, got {marks!r}; write "
        "{'checkpoint': 5000}"
    )


def _place(name: str, t: float | str, end: float, plan: "Plan | None") -> float:
    if isinstance(t, str):
        from lehr.plan import Duration

        duration = Duration.of(t)
        if plan is not None:
            return plan.resolve(duration)
        if duration.unit == "updates":
            return int(duration.amount)
        if duration.unit != "percent":
            raise ValueError(f"the mark {name!r} at {t!r} needs a plan; pass plan=")
        return math.ceil(end * float(duration.amount) / 100)
    number = isinstance(t, int | float) and not isinstance(t, bool)
    if not number or not 0 <= t < math.inf:
        raise ValueError(f"the mark {name!r} must be an update >= 0, got {t!r}")
    return t
