"""What replanning is told: updates and lengths, as numbers or as texts of a plan."""

import math
from typing import Any, Protocol

from lehr import _checks
from lehr.schedules.base import Schedule, require_schedule


class Resolving(Protocol):
    """What turns durations into updates; a `lehr.Plan` does."""

    def resolve(self, duration: Any) -> int:
        """Return a duration in updates, or raise ValueError."""


def updates(name: str, value: Any, plan: Resolving | None, minimum: int = 0) -> int:
    """Return a number of updates; texts such as "5%" go through the plan.

    Raises:
        TypeError: it is neither a number nor a text.
        ValueError: it is no whole number, too small, or a text that needs a plan.

    >>> updates("at", 500, None), updates("at", "2.5k", None)
    (500, 2500)
    """
    from lehr.plan import Duration

    if isinstance(value, (str, Duration)):
        duration = Duration.of(value)
        if plan is not None:
            value = plan.resolve(duration)
        elif duration.unit == "updates":
            value = duration.amount
        else:
            raise ValueError(
                f"{name}={str(value)!r} needs the run: pass plan=Plan(...), or a "
                "number of updates"
            )
    return _checks.count(name, value, minimum)


def position(
    schedule: Any, at: Any, total: Any, plan: Resolving | None
) -> tuple[Schedule, int, int]:
    """Return the schedule, the next update and the new length, all checked.

    Raises:
        TypeError: `schedule` is not a schedule.
        ValueError: nothing is left between `at` and `total`.
    """
    old = require_schedule("schedule", schedule)
    now, end = updates("at", at, plan), updates("total", total, plan)
    if end <= now:
        raise ValueError(
            f"total must be > at: of a run of {end} updates nothing is left at update "
            f"{now}; total counts from the start of the run, not from at"
        )
    return old, now, end


def require_going_on(how: str, schedule: Schedule, at: int) -> None:
    """Refuse a schedule that has no end, or none ahead."""
    if schedule.steps == math.inf:
        raise ValueError(
            f"{how} needs a schedule that ends, and this one goes on for ever; "
            'use how="keep", how="cooldown", or cut it first: schedule[:n]'
        )
    if at >= schedule.steps:
        raise ValueError(
            f"{how}: the schedule has ended at {schedule.steps}, and the run is at "
            f'{at}: nothing of it is left; use how="keep" to hold its end '
            f"({schedule(schedule.steps):g}), or rewarm(...) to rise again"
        )
