"""Parts of a curve joined to a schedule: whole lengths, round values."""

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lehr.recognition.fits import Fit
from lehr.recognition.segments import Segment
from lehr.schedules import (
    Chain,
    Constant,
    Cosine,
    ExponentialDecay,
    InverseSqrt,
    InverseTime,
    Linear,
    OneMinusSqrt,
    PiecewiseConstant,
    Polynomial,
    Schedule,
    Shift,
)

Array = Any


@dataclass(frozen=True)
class Joint:
    """Where two parts meet, and the values that they give there."""

    update: int
    left: float
    right: float


def joined(t: Array, r: Array, parts: Sequence[Segment], tolerance: Array) -> Schedule:
    """Return the chain of the parts, its lengths and values as round as they can be."""
    joints = [_joint(t, a, b, tolerance) for a, b in itertools.pairwise(parts)]
    begins = [0, *(joint.update for joint in joints)]
    if all(part.fit.family == "constant" for part in parts) and len(parts) > 1:
        levels = [_rounded(float(r[p.first]), tolerance[p.first]) for p in parts]
        return PiecewiseConstant(tuple(levels), tuple(begins[1:]))
    pieces = []
    log = float(t[-1]), float(t[-1] - t[-2])
    for i, part in enumerate(parts):
        last = i == len(parts) - 1
        room = float(max(tolerance[part.first], tolerance[part.last]))
        begin = begins[i]
        end = None if last else begins[i + 1]
        pieces.append(_piece(part, begin, end, log, room))
    if len(pieces) > 1:
        pieces = _meeting(pieces, 4 * float(tolerance.max()))
    return pieces[0] if len(pieces) == 1 else Chain(tuple(pieces))


def _piece(
    part: Segment, begin: int, end: int | None, log: tuple[float, float], room: float
) -> Schedule:
    last, gap = log
    fit = part.fit
    at = _values(fit)
    first = _rounded(at(begin), room)
    if fit.family == "constant":
        return Constant(first, 0 if end is None else end - begin)
    if fit.family in ("inverse_sqrt", "inverse_time"):
        steps = math.inf if end is None else end - begin
        scale = max(_whole(begin - (fit.begin or 0.0)), 1e-9)
        if fit.family == "inverse_sqrt":
            return InverseSqrt(first, scale, steps)
        return InverseTime(first, 1.0, scale, steps)
    if fit.family == "cosine" and fit.begin is not None and fit.end is not None:
        return _cosine(fit, begin, end, room)
    stop = end
    if stop is None:
        own = fit.end if fit.end is not None else _landing(at, last, gap, room)
        stop = max(int(_whole(own)), begin + 1)
    final = _rounded(at(stop), room)
    steps = stop - begin
    if fit.family == "linear":
        return Linear(first, final, steps)
    if fit.family == "exponential":
        span = max(last - begin, 1.0)
        factor = (at(begin + span) / at(begin)) ** (1 / span)
        factor = _rounded(factor, 0.1 * room / (abs(first) * span))
        return ExponentialDecay(first, factor, 1, math.inf if end is None else steps)
    if fit.family == "one_minus_sqrt":
        return OneMinusSqrt(first, final, steps)
    own_end = stop if fit.end is None else max(int(_whole(fit.end)), stop)
    whole = Polynomial(first, _rounded(at(own_end), room), own_end - begin, fit.power)
    return whole if own_end == stop else whole[:steps]


def _landing(at: Any, last: float, gap: float, room: float) -> float:
    """Return where a curve comes to 0 right after the log's end, else that end."""
    low, high = at(last), at(last + gap)
    if abs(high) <= 2 * room < abs(low):
        return last + gap
    if abs(low) <= room or low * high > 0:
        return last
    a, b = last, last + gap
    for _ in range(60):
        middle = (a + b) / 2
        a, b = (middle, b) if at(middle) * low > 0 else (a, middle)
    return a


def _cosine(fit: Fit, begin: int, end: int | None, room: float) -> Schedule:
    """Return half a cosine, or the part of one that is seen."""
    at = _values(fit)
    own_begin, own_end = _whole(fit.begin or 0.0), _whole(fit.end or 0.0)
    slack = 1.5 + 0.002 * (own_end - own_begin)
    if abs(own_begin - begin) <= slack:
        own_begin = begin
    if end is not None and abs(own_end - end) <= slack:
        own_end = end
    steps = int(own_end - own_begin)
    whole = Cosine(_rounded(at(own_begin), room), _rounded(at(own_end), room), steps)
    a = int(begin - own_begin)
    b = steps if end is None else int(end - own_begin)
    if a == 0 and b == steps:
        return whole
    if a < 0 or b > steps:
        return Shift(whole, -a) if a < 0 else whole
    return whole[a:b]


def _values(fit: Fit) -> Any:
    return lambda at: float(fit.value(np.array([float(at)]))[0])


def _meeting(pieces: list[Schedule], room: float) -> list[Schedule]:
    """Return the pieces with one value at each joint where their ends nearly agree."""
    kept = list(pieces)
    for i in range(1, len(kept)):
        before, after = kept[i - 1], kept[i]
        end = getattr(before, "end", getattr(before, "value", None))
        name = next((n for n in ("start", "peak", "value") if hasattr(after, n)), None)
        if end is None or name is None or isinstance(after, Shift):
            continue
        own = getattr(after, name)
        if end == own or abs(end - own) > room:
            continue
        value = min(end, own, key=lambda x: len(f"{x:.15g}"))
        kept[i] = _with(after, name, value)
        other = "end" if hasattr(before, "end") else "value"
        kept[i - 1] = _with(before, other, value)
    return kept


def _with(schedule: Schedule, name: str, value: float) -> Schedule:
    fields = {n: getattr(schedule, n) for n in schedule.__dataclass_fields__}
    return type(schedule)(**(fields | {name: value}))


def _joint(t: Array, before: Segment, after: Segment, tolerance: Array) -> Joint:
    """Return the update at which two parts meet, between the points around it."""
    low, high = float(t[before.last]), float(t[after.first])
    grid = np.unique(np.linspace(low, high, 2_049).round())
    left, right = before.fit.value(grid), after.fit.value(grid)
    with np.errstate(all="ignore"):
        gap = np.abs(left - right)
    gap[~np.isfinite(gap)] = np.inf
    room = 3 * float(tolerance[before.last : after.first + 1].max())
    near = grid[gap <= max(room, float(gap.min()) * (1 + 1e-9))]
    if gap.min() > room:  # a jump: the new value begins after the last old one
        near = grid[grid > low]
    chosen = _roundest(near, float(grid[int(np.argmin(gap))]))
    i = int(np.searchsorted(grid, chosen))
    return Joint(int(chosen), float(left[i]), float(right[i]))


def _roundest(candidates: Array, preferred: float) -> float:
    """Return the update with the most zeros at its end, near the preferred one."""

    def zeros(x: float) -> int:
        text = str(int(x))
        return len(text) - len(text.rstrip("0"))

    return float(max(candidates, key=lambda x: (zeros(x), -abs(x - preferred))))


def _whole(x: float) -> float:
    """Return the roundest whole number that x may stand for."""
    near = round(x)
    for digits in range(len(str(abs(near))), -1, -1):
        candidate = round(x, -digits)
        if abs(candidate - x) <= 0.02 + 1e-4 * abs(x):
            return int(candidate) if candidate else near
    return near


def _rounded(x: float, room: float) -> float:
    """Return the number with the fewest digits within `room` of x."""
    if abs(x) <= room:
        return 0.0
    for digits in _digits():
        candidate = float(f"{x:.{digits}g}")
        if abs(candidate - x) <= room:
            return candidate
    return x


def _digits() -> Iterator[int]:
    yield from range(1, 17)
