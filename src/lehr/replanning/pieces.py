"""What is over of a schedule, what is left of it, and both joined anew."""

import math
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import accumulate, pairwise

from lehr.schedules.base import Schedule
from lehr.schedules.chain import Chain
from lehr.schedules.constant import Constant
from lehr.schedules.cosine import Cosine
from lehr.schedules.exponential import Exponential
from lehr.schedules.linear import Linear
from lehr.schedules.mirror_cosine import MirrorCosine
from lehr.schedules.one_minus_sqrt import OneMinusSqrt
from lehr.schedules.polynomial import Polynomial
from lehr.schedules.rex import Rex
from lehr.schedules.stretch import Stretch
from lehr.schedules.window import Window

STRETCHABLE = (
    Linear,
    Cosine,
    Polynomial,
    OneMinusSqrt,
    MirrorCosine,
    Exponential,
    Rex,
)
"""Ramps whose length alone makes them longer: nothing else counts in updates."""

Pieces = tuple[Schedule, ...]

_PARTS = 2**20


def pieces_of(schedule: Schedule) -> Pieces:
    """Return the pieces of a chain; anything else is one piece."""
    return schedule.pieces if isinstance(schedule, Chain) else (schedule,)


def past(schedule: Schedule, at: float) -> Pieces:
    """Return the updates before `at`, as they were, to the last bit.

    >>> past(Linear(1.0, 0.0, 10), 12)
    (Linear(start=1.0, end=0.0, steps=10), Constant(value=0.0, steps=2))
    """
    pieces = pieces_of(schedule)
    # A joint between two updates is reached with other roundings on another clock.
    if any(p.steps < math.inf and p.steps != int(p.steps) for p in pieces):
        return (Window(schedule, 0, at),) if at else ()
    kept, begin = list[Schedule](), 0.0
    for piece in pieces:
        if begin + piece.steps > at:
            cut = at - begin
            return (*kept, _head(piece, cut)) if cut else tuple(kept)
        kept.append(piece)
        begin += piece.steps
    held = Constant(schedule(schedule.steps), at - begin)
    return (*kept, held) if held.steps else tuple(kept)


def _head(piece: Schedule, stop: float) -> Schedule:
    if isinstance(piece, Constant):
        return Constant(piece.value, stop)
    return Window(piece, 0, stop)


def future(schedule: Schedule, at: float) -> Pieces:
    """Return the updates from `at`, which is before the end, to the end.

    >>> future(Linear(1.0, 0.0, 10), 5)
    (Linear(start=0.5, end=0.0, steps=5),)
    """
    left, begin = list[Schedule](), 0.0
    for piece in pieces_of(schedule):
        end = begin + piece.steps
        if begin >= at:
            left.append(piece)
        elif end > at:
            left.append(_tail(piece, at - begin))
        begin = end
    return tuple(left)


def _tail(piece: Schedule, start: float) -> Schedule:
    if isinstance(piece, Constant):
        return Constant(piece.value, piece.steps - start)
    if isinstance(piece, Linear):
        return Linear(piece(start), piece.end, piece.steps - start)
    return Window(piece, start, piece.steps)


def joined(pieces: Sequence[Schedule]) -> Schedule:
    """Return the pieces as one schedule, with neighbours of one value made one."""
    merged = list[Schedule]()
    for piece in (inner for each in pieces for inner in pieces_of(each)):
        last = merged[-1] if merged else None
        if (
            isinstance(piece, Constant)
            and isinstance(last, Constant)
            and piece.value == last.value
        ):
            merged[-1] = Constant(piece.value, last.steps + piece.steps)
        else:
            merged.append(piece)
    return merged[0] if len(merged) == 1 else Chain(tuple(merged))


def stretched(pieces: Pieces, steps: float) -> Pieces:
    """Return the pieces, which end, over `steps` updates in all.

    The joints are rounded to whole updates, unless a piece would vanish by that.

    >>> stretched((Constant(1.0, 31), Linear(1.0, 0.0, 20)), 75)
    (Constant(value=1.0, steps=46), Linear(start=1.0, end=0.0, steps=29))
    """
    edges = [
        *accumulate((Fraction(piece.steps) for piece in pieces), initial=Fraction(0))
    ]
    factor = Fraction(steps) / edges[-1]
    if factor == 1:
        return pieces
    inner = [edge * factor for edge in edges[1:-1]]
    places: list[float] = [0, *map(round, inner), steps]
    gone = (a >= b for a, b in pairwise(places))
    empty = (a == b for a, b in pairwise(edges))
    if any(a != b for a, b in zip(gone, empty, strict=True)):
        # Parts of an update that add up to the whole without a rounding.
        places = [0, *(round(edge * _PARTS) / _PARTS for edge in inner), steps]
    lengths = (b - a for a, b in pairwise(places))
    return tuple(over(piece, n) for piece, n in zip(pieces, lengths, strict=True))


def over(piece: Schedule, steps: float) -> Schedule:
    """Return one piece, all of its shape, over `steps` updates.

    >>> over(Window(Cosine(1.0, 0.0, 90), 40, 90), 100)
    Window(schedule=Cosine(start=1.0, end=0.0, steps=180), start=80, stop=180)
    """
    if piece.steps == steps:
        return piece
    if isinstance(piece, (Constant, *STRETCHABLE)):
        return replace(piece, steps=steps)
    if isinstance(piece, Window) and isinstance(piece.schedule, STRETCHABLE):
        inner = piece.schedule
        factor = Fraction(steps) / Fraction(piece.steps)
        stop = float(Fraction(piece.stop) * factor)
        longer = replace(inner, steps=float(Fraction(inner.steps) * factor))
        rest = Window(longer, stop - steps, stop)
        if rest.steps == steps:  # not where a joint between two updates rounds
            return rest
    by = steps / piece.steps
    slower = Stretch(piece, by)
    while slower.steps > steps:  # its end must be reached: too short is filled up
        by = math.nextafter(by, 0.0)
        slower = Stretch(piece, by)
    return slower if slower.steps == steps else Window(slower, 0, steps)
