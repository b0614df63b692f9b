"""A schedule without what has no effect: pieces of no length, chains of one."""

from lehr.schedules import (
    Chain,
    Constant,
    Linear,
    Polynomial,
    Schedule,
)


def plain(schedule: Schedule) -> Schedule:
    """Return the same values in fewer words.

    >>> plain(Chain((Linear(0.1, 0.0, 9), Constant(0.0))))
    Linear(start=0.1, end=0.0, steps=9)
    """
    if schedule.steps == 0:
        return Constant(schedule(0))
    match schedule:
        case Polynomial(start, end, steps, 1.0):
            return Linear(start, end, steps)
        case Chain(pieces):
            return _chained([plain(piece) for piece in pieces])
    return schedule


def _chained(pieces: list[Schedule]) -> Schedule:
    if len(pieces) > 1 and pieces[-1].steps == 0:
        before = pieces[-2]
        if before(before.steps) == pieces[-1](0):
            pieces = pieces[:-1]  # held anyway
    return pieces[0] if len(pieces) == 1 else Chain(tuple(pieces))
