"""The curve of several effects on one value: each works on what the others left."""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

from lehr.dialects.mmengine.effects import (
    LARGEST,
    Effect,
    chained,
    cut,
    lifted,
)
from lehr.schedules import Constant, PiecewiseConstant, Product, Schedule, Table


def played(base: float, effects: Sequence[Effect]) -> Schedule:
    """Return the curve of a value that is `base` before any effect.

    Between two steps at which an effect begins or ends, there is a closed form for one
    effect, and for any that only multiply; for others a table.

    Raises:
        ValueError: there is neither.
    """
    marks = {0.0, math.inf, *(e.begin for e in effects), *(e.end for e in effects)}
    found, pieces = base, []
    for begin, end in pairwise(sorted(marks)):
        acting = [e for e in effects if e.begin <= begin < e.end]
        piece = _piece(found, acting, int(begin), end)
        pieces.append(piece)
        if end < math.inf:
            found = piece(end - 1 - begin)
    return chained(pieces)


def _piece(found: float, acting: Sequence[Effect], begin: int, end: float) -> Schedule:
    if not acting:
        return Constant(found, end - begin if end < math.inf else 0)
    if len(acting) == 1:
        return _single(found, acting[0], begin, end)
    if all(e.factor for e in acting):
        return _product(found, acting, begin, end)
    return _overlapping(found, acting, begin, end)


def _overlapping(
    found: float, acting: Sequence[Effect], begin: int, end: float
) -> Schedule:
    """Return a table where need be; beside drops that are far apart, only at those."""
    marks = {mark for e in acting for mark in _drops(e) if begin < mark < end}
    pieces: list[Schedule] = []
    for a, b in pairwise(sorted({begin, end, *marks})):
        moving = [e for e in acting if not _rests(e, int(a))]
        of = _table if len(moving) == len(acting) else _piece
        pieces.append(of(found, moving, int(a), b))
        if b < math.inf:
            found = pieces[-1](b - 1 - a)
    return chained(pieces)


def _drops(e: Effect) -> Iterator[int]:
    """Yield where a drop begins, and the step after it."""
    if isinstance(e.weight, PiecewiseConstant) and e.factor:
        for boundary in (0, *e.weight.boundaries):
            yield e.begin + int(boundary)
            yield e.begin + int(boundary) + 1


def _rests(e: Effect, step: int) -> bool:
    """Return whether an effect changes nothing between its drops."""
    if not isinstance(e.weight, PiecewiseConstant) or not e.factor or step <= e.begin:
        return False
    return e.weight(step - e.begin) == e.weight(step - 1 - e.begin)


def _product(
    found: float, acting: Sequence[Effect], begin: int, end: float
) -> Schedule:
    weights = []
    for e in acting:
        found /= _before(e, begin)
        if e.weight is not None:
            weights.append(cut(e.weight, begin - e.begin, end - e.begin))
    return found * Product(tuple(weights))


def _single(found: float, e: Effect, begin: int, end: float) -> Schedule:
    first, last = begin - e.begin, end - e.begin
    if e.sets is not None:
        return cut(e.sets, first, last)
    if e.weight is None:  # pragma: no cover - an effect has one of both
        return Constant(found, end - begin)
    if not first and e.start is not None:
        found = e.start
    start = e.floor + (found - e.floor) / _before(e, begin)
    return cut(lifted(e.weight, start, e.floor), first, last)


def _before(e: Effect, begin: int) -> float:
    """Return the weight that an effect has given what is found at `begin`."""
    if e.begin == begin or e.weight is None:
        return 1.0
    weight = e.weight(begin - 1 - e.begin)
    if not weight:
        raise ValueError(
            f"schedulers overlap at step {begin} where one has come to 0 of what it "
            "found, and there is no way back; begin it later, or from a factor > 0"
        )
    return weight


def _table(found: float, acting: Sequence[Effect], begin: int, end: float) -> Schedule:
    if any(e.alone for e in acting):
        raise ValueError(
            f"schedulers overlap from step {begin} on, one of them a cosine past its "
            "T_max; end it there"
        )
    if not end - begin <= LARGEST:
        raise ValueError(
            f"schedulers that overlap from step {begin} to {end} have no closed form, "
            f"and a table holds at most {LARGEST} values: separate or shorten them"
        )
    values = tuple(_values(found, acting, begin, int(end)))
    return cut(Table(values), 0, end - begin)


def _values(
    value: float, acting: Sequence[Effect], begin: int, end: int
) -> Iterator[float]:
    for n in range(begin, end):
        # At the start all act as they are listed; then those by epochs after the rest.
        order = sorted(acting, key=lambda e: e.late) if n else acting
        for e in order:
            value = _acted(value, e, n - e.begin)
        yield value


def _acted(value: float, e: Effect, k: int) -> float:
    if e.sets is not None:
        return e.sets(k)
    if not k and e.start is not None:
        value = e.start
    if e.weight is None:  # pragma: no cover - an effect has one of both
        return value
    ratio = e.weight(k) / _before(e, e.begin + k)
    return e.floor + (value - e.floor) * ratio
