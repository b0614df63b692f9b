"""Values of a schedule by whole updates, worked out a block at a time."""

from collections.abc import Callable
from typing import Any

from lehr.schedules import Schedule

NOWHERE = 2**63  # beyond every clock
BLOCK = 1024
"""Many enough that NumPy's overhead per operation is little per value."""


def ahead(schedule: Schedule) -> Callable[[int], float]:
    """Return `schedule` for whole numbers, in order most of the time.

    A value is that of its block, whichever were asked for before: so a resumed run has
    the bits of an uninterrupted one.

    >>> from lehr import Linear
    >>> value_at = ahead(Linear(1.0, 0.0, 1000))
    >>> [value_at(t) for t in (-5, 0, 250, 500, 10**9)]
    [1.0, 1.0, 0.75, 0.5, 0.0]
    """
    values_from: Callable[[int], list[float]] | None = None
    begin, block = NOWHERE, [0.0]

    def value(t: int) -> float:
        nonlocal begin, block, values_from
        place = t - begin
        if not 0 <= place < BLOCK:
            place = t % BLOCK
            begin = t - place
            if values_from is None:  # many schedulers are built and never stepped
                values_from = _evaluator(schedule)
            block = values_from(begin)
        return block[place]

    return value


def _evaluator(schedule: Schedule) -> Callable[[int], list[float]]:
    try:
        import numpy
    except ImportError:  # torch does without it, and so do we
        value_at = schedule._scalar()
        return lambda begin: [value_at(t) for t in range(begin, begin + BLOCK)]

    def values(begin: int) -> list[float]:
        found: Any = schedule(numpy.arange(begin, begin + BLOCK))
        return found.tolist()  # type: ignore[no-any-return]  # of float64

    return values
