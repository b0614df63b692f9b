"""The schedule behind a logged curve."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from lehr import _checks
from lehr.schedules import Chain, Interpolated, Repeat, Schedule

_COARSEST = 1e-3
"""Of the tolerances that are tried by default, relative to the largest value."""

_MOST, _BENDS = 1_200, 60
"""Points that are fitted; the result is held to all."""


@dataclass(frozen=True)
class Recognition:
    """What `recognize` has found.

    Args:
        schedule: what the points lie on; straight lines between the points where
            nothing was recognized.
        residual: the largest distance of a point from it, in the values' unit.
        relative: the same, relative to the largest value.
        tolerance: relative to the largest value, what was taken for rounding.
        points: how many there were.
        recognized: whether the schedule is more than the points themselves.
        unsure: from and to which updates the curve is a guess: a jump somewhere between
            two points, or a piece with no more points than it has numbers.
    """

    schedule: Schedule
    residual: float
    relative: float
    tolerance: float
    points: int
    recognized: bool
    unsure: tuple[tuple[float, float], ...] = ()

    def __str__(self) -> str:
        """Return one line: what was found, and how near the points are."""
        if not self.recognized:
            return f"not recognized: lines through {self.points} points"
        guessed = ", ".join(f"{low:.10g} to {high:.10g}" for low, high in self.unsure)
        return (
            f"{self.schedule!r}, within {self.residual:.2g} "
            f"({self.relative:.1e} of the largest value) of {self.points} points"
            + (f"; a guess from {guessed}" if guessed else "")
        )


def recognize(
    steps: Sequence[float],
    rates: Sequence[float],
    *,
    tolerance: float | None = None,
    max_pieces: int = 12,
) -> Recognition:
    """Find the schedule behind a logged curve.

    The curve is cut into as few pieces as possible, each a constant, a line, a cosine,
    a polynomial (of a common power), an exponential, one minus a square root, or an
    inverse (square root); lengths and values are the roundest that the points allow,
    and what repeats becomes a `Repeat`. Nothing finer than the points can be found;
    `Recognition.unsure` says where the curve is a guess.

    Args:
        steps: the update that each value was used by, >= 0; in any order, not all need
            be there. Of two values of one update, the later counts.
        rates: the values, as many.
        tolerance: relative to the largest value, how far a point may be off. By default
            the finest of 1e-11 (float64), 6e-8 (float32), the printed digits, and 1e-7
            to 1e-3, with which the pieces suffice.
        max_pieces: more are taken for noise.

    Raises:
        ValueError: the lengths differ, there are fewer than 2 points, a step is
            negative or a value not finite.
        ImportError: NumPy is not installed.

    >>> from lehr import warmup_cosine
    >>> lr = warmup_cosine(3e-4, warmup=100, total=1000, start=0.0)
    >>> logged = range(0, 1000, 10)
    >>> found = recognize(logged, [lr(t) for t in logged])
    >>> found.schedule == lr, found.relative < 1e-12
    (True, True)
    """
    import numpy as np

    from lehr.recognition.joining import LENGTHS, joined, unsure
    from lehr.recognition.segments import segments

    t, r = _points(steps, rates, np)
    _checks.count("max_pieces", max_pieces, 1)
    largest = float(np.abs(r).max())
    kept = _kept(r, np)
    for room in _rooms(r, largest, tolerance, np):
        level = float(room.max()) / largest if largest else 0.0
        thinned, thin_room = (t[kept], r[kept]), room[kept]
        parts = segments(*thinned, thin_room, max_pieces)
        if parts is None or len(parts) > max(len(kept) // 3, 1):
            continue
        tried = []
        for lengths in LENGTHS:
            schedule = repeated(joined(*thinned, parts, thin_room, lengths))
            guesses = unsure(thinned[0], parts, thin_room)
            tried.append(_measured(schedule, t, r, largest, level, guesses))
            if tried[-1].relative <= 2 * level:
                return tried[-1]
        best = min(tried, key=lambda found: found.relative)
        if best.relative <= 4 * level:
            return best
    points = tuple(zip(t.tolist(), r.tolist(), strict=True))
    if len(points) == 1 or t[0] > 0:
        points = ((0.0, points[0][1]), *points)
    through = Interpolated(points) if len(points) > 1 else None
    if through is None:
        raise ValueError("two points are needed")
    return Recognition(through, 0.0, 0.0, 0.0, len(t), recognized=False)


def _rooms(r: Any, largest: float, tolerance: float | None, np: Any) -> Iterator[Any]:
    """Yield how far each point may be off, the finest first.

    What was stored as float32, or printed with few digits, shows it: there is no use in
    looking finer than that.
    """
    if tolerance is not None:
        yield np.full_like(r, _checks.positive("tolerance", tolerance) * largest)
        return
    floor, fixed = 1e-11 * largest, 0.0
    single = bool((r == r.astype(np.float32)).all())
    written = [Decimal(repr(x)).normalize().as_tuple() for x in r.tolist()]
    digits = max(len(number.digits) for number in written)
    if 3 <= digits <= 8:  # fewer: values that are as round as that
        exponents = np.floor(np.log10(np.maximum(np.abs(r), 1e-300)))
        printed = 0.51 * 10.0 ** (exponents - digits + 1)
        decimals = max(-int(number.exponent) for number in written)
        fixed = 0.51 * 10.0**-decimals
        yield np.maximum(np.minimum(printed, np.inf), floor)
        if fixed > floor:
            yield np.full_like(r, fixed)
    elif single:
        yield np.maximum(6e-8 * np.abs(r), 1e-9 * largest)
    else:
        yield np.full_like(r, floor)
    for level in (1e-7, 1e-5, 1e-4, _COARSEST):
        if level * largest > fixed:
            yield np.full_like(r, level * largest)


def _kept(r: Any, np: Any) -> Any:
    """Return which points of a long log are fitted: some, and those around a bend."""
    if len(r) <= _MOST:
        return np.arange(len(r))
    even = np.linspace(0, len(r) - 1, _MOST - 3 * _BENDS).round().astype(int)
    bends = 1 + np.argsort(np.abs(np.diff(r, 2)))[-_BENDS:]
    return np.unique(np.concatenate([even, bends - 1, bends, bends + 1]))


def _points(steps: Sequence[float], rates: Sequence[float], np: Any) -> tuple[Any, Any]:
    t, r = np.asarray(steps, float), np.asarray(rates, float)
    if t.ndim != 1 or t.shape != r.shape:
        raise ValueError(
            f"steps and rates must be two lists of one length, got {t.shape} and "
            f"{r.shape}"
        )
    if len(t) < 2:
        raise ValueError(f"at least two points are needed, got {len(t)}")
    if not (np.isfinite(t).all() and np.isfinite(r).all()):
        raise ValueError("steps and rates must be finite")
    if t.min() < 0:
        raise ValueError(f"steps must be >= 0, got {t.min()}")
    last = {step: i for i, step in enumerate(t.tolist())}
    order = [last[step] for step in sorted(last)]
    if len(order) < 2:
        raise ValueError("at least two different steps are needed")
    return t[order], r[order]


def _measured(
    schedule: Schedule,
    t: Any,
    r: Any,
    largest: float,
    level: float,
    guesses: tuple[tuple[float, float], ...],
) -> Recognition:
    off = float(abs(schedule(t) - r).max())
    relative = off / largest if largest else off
    return Recognition(schedule, off, relative, level, len(t), True, guesses)


def repeated(schedule: Schedule) -> Schedule:
    """Return a chain whose pieces come again and again as a `Repeat`."""
    if not isinstance(schedule, Chain) or len(schedule.pieces) < 4:
        return schedule
    pieces = schedule.pieces
    for period in range(1, len(pieces) // 2 + 1):
        cycle = pieces[:period]
        whole, rest = divmod(len(pieces), period)
        same = all(piece == cycle[i % period] for i, piece in enumerate(pieces[:-1]))
        if whole < 2 or not same:
            continue
        body = cycle[0] if period == 1 else Chain(cycle)
        last = cycle[(len(pieces) - 1) % period]
        if rest == 0 and pieces[-1] == last:
            return Repeat(body, count=whole)
        if pieces[-1](0) == last(0):  # the log ends inside a cycle
            return Repeat(body)
    return schedule
