"""What several targets ask of a schedule before they have words for it."""

import math
from collections.abc import Sequence

from lehr.exporting.errors import CannotExport
from lehr.schedules import Schedule

LAST_INT32 = 2**31 - 1
"""The last update that a counter of 32 bits tells."""


def whole(*lengths: float) -> bool:
    """Whether all lengths are whole numbers of updates."""
    return all(length == int(length) for length in lengths)


def one_factor(values: Sequence[float]) -> float | None:
    """Return what each value is multiplied by to give the next, None if it differs."""
    if not values[0]:
        return None
    factor = values[1] / values[0]
    known = [values[0] * factor**i for i in range(len(values))]
    return factor if all(map(math.isclose, known, values)) else None


def require_counted(schedule: Schedule, library: str) -> None:
    """Refuse a schedule that is longer than a library counts.

    Raises:
        CannotExport: it ends after the last update of a counter of 32 bits.
    """
    if LAST_INT32 < schedule.steps < math.inf:
        raise CannotExport(
            f"it has {schedule.steps:_} steps, and {library} counts to {LAST_INT32:_}"
        )
