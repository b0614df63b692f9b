"""A schedule on a framework's own counter of updates."""

import math

from lehr import _checks
from lehr.schedules import Schedule, Stretch
from lehr.schedules.base import require_schedule

LAST_INT32 = 2**31 - 1


def on_updates(schedule: Schedule, per_update: float = 1.0) -> Schedule:
    """Return the schedule on a counter of updates of 32 bits, which it must outlast.

    Args:
        schedule: on any clock.
        per_update: how far its clock moves in one update: 1 for a schedule of updates,
            the tokens of a batch for a schedule of tokens.

    Raises:
        TypeError: `schedule` is not a schedule.
        ValueError: `per_update` is not positive, or the counter ends before the
            schedule.

    >>> from lehr import Linear
    >>> tokens = Linear(1.0, 0.0, 3_000_000_000)
    >>> on_updates(tokens, per_update=1_000_000)(1_500)
    0.5
    """
    require_schedule("schedule", schedule)
    per_update = _checks.positive("per_update", per_update)
    if per_update != 1:
        schedule = Stretch(schedule, 1 / per_update)
    if LAST_INT32 < schedule.steps < math.inf:
        raise ValueError(
            f"the schedule has {schedule.steps:_} steps, but updates are counted in 32 "
            f"bits here, to {LAST_INT32:_}, and the value would stay at that of this "
            "update; give per_update=, such as the tokens of one update, so that a "
            "schedule of tokens is asked by updates"
        )
    return schedule
