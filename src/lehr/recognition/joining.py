"""Parts of a curve joined to a schedule: whole lengths, round values."""

import itertools
import math
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any, Literal

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


_ENDS = np.array([0.0, 1.0])
Lengths = Literal["round", "whole", "fractions"]
LENGTHS: tuple[Lengths, ...] = ("round", "whole", "fractions")
"""How lengths may be read, the most readable first."""


def joined(
    t: Array,
    r: Array,
    parts: Sequence[Segment],
    tolerance: Array,
    lengths: Lengths = "round",
) -> Schedule:
    """Return the chain of the parts, its values as round as they can be."""
    begins = [0.0]
    for before, after in itertools.pairwise(parts):
        begins.append(_joint(t, before, after, tolerance, lengths))
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
        late = _past_pole(part, begin, float(t[part.first]))
        piece = _piece(part, late, end, log, room, lengths)
        pieces.append(Shift(piece, late) if late > begin else piece)
    if len(pieces) > 1 and parts[0].first == parts[0].last:
        pieces[0] = _ramp(float(t[0]), float(r[0]), begins[1], pieces[1], tolerance)
    if len(pieces) > 1:
        pieces = _meeting(pieces, 4 * float(tolerance.max()))
    return pieces[0] if len(pieces) == 1 else Chain(tuple(pieces))


def unsure(
    t: Array, parts: Sequence[Segment], tolerance: Array
) -> tuple[tuple[float, float], ...]:
    """Return between which updates the points do not tell the curve."""
    found = []
    for i, part in enumerate(parts):
        low = float(t[part.first if i == 0 else parts[i - 1].last])
        high = float(t[part.last if i == len(parts) - 1 else parts[i + 1].first])
        if not part.is_told and len(parts) > 1:
            found.append((low, high))
    for before, after in itertools.pairwise(parts):
        low, high = float(t[before.last]), float(t[after.first])
        ends = (before.fit.end, _own_begin(after.fit))
        known = any(own is not None and low < own <= high for own in ends)
        gap = before.fit.value(_ENDS * (high - low) + low)
        gap = gap - after.fit.value(_ENDS * (high - low) + low)
        room = 3 * float(tolerance[before.last : after.first + 1].max())
        jumps = gap[0] * gap[1] > 0 and np.abs(gap).min() > room
        if jumps and not known and high - low > 1:
            found.append((low, high))
    return tuple(sorted(set(found)))


def _past_pole(part: Segment, begin: float, first: float) -> float:
    """Return where a part may begin: an inverse, not before its pole."""
    pole = part.fit.begin or 0.0
    inverse = part.fit.family.startswith("inverse")
    beyond = begin - pole > 1e-3 * (first - pole)
    return begin if beyond or not inverse else _tidy(first)


def _ramp(t: float, value: float, end: float, after: Schedule, room: Array) -> Linear:
    """Return the line that a single first point suggests: to what follows."""
    peak = after(0)
    slope = (peak - value) / (end - t)
    return Linear(_rounded(value - slope * t, float(room[0])), peak, _tidy(end))


def _piece(
    part: Segment,
    begin: float,
    end: float | None,
    log: tuple[float, float],
    room: float,
    lengths: Lengths,
) -> Schedule:
    last, gap = log
    fit = part.fit
    at = _values(fit)
    first = _rounded(at(begin), room)
    if fit.family == "constant":
        return Constant(first, 0 if end is None else _tidy(end - begin))
    if fit.family in ("inverse_sqrt", "inverse_time"):
        steps = math.inf if end is None else _tidy(end - begin)
        scale = max(_length(begin - (fit.begin or 0.0), lengths), 1e-9)
        if fit.family == "inverse_sqrt":
            return InverseSqrt(first, scale, steps)
        return InverseTime(first, 1.0, scale, steps)
    if fit.family == "cosine" and fit.begin is not None and fit.end is not None:
        return _cosine(fit, begin, end, room, lengths)
    stop = end
    if stop is None:
        own = fit.end if fit.end is not None else _landing(at, last, gap, room)
        stop = max(_length(own, lengths if fit.end else "whole"), begin + 1)
    final = _rounded(at(stop), room)
    steps = _tidy(stop - begin)
    if fit.family == "linear":
        return Linear(first, final, steps)
    if fit.family == "exponential":
        span = max(last - begin, 1.0)
        factor = (at(begin + span) / at(begin)) ** (1 / span)
        factor = _rounded(factor, 0.1 * room / (abs(first) * span))
        return ExponentialDecay(first, factor, 1, math.inf if end is None else steps)
    if fit.family == "one_minus_sqrt":
        return OneMinusSqrt(first, final, steps)
    own_end = stop if fit.end is None else max(_length(fit.end, lengths), stop)
    final = _rounded(at(own_end), room)
    whole = Polynomial(first, final, _tidy(own_end - begin), fit.power)
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


def _cosine(
    fit: Fit, begin: float, end: float | None, room: float, lengths: Lengths
) -> Schedule:
    """Return half a cosine, or the part of one that is seen."""
    at = _values(fit)
    own_begin = _length(fit.begin or 0.0, lengths)
    own_end = _length(fit.end or 0.0, lengths)
    slack = 1.5 + 0.002 * (own_end - own_begin) if lengths == "round" else 0.5
    if abs(own_begin - begin) <= slack:
        own_begin = begin
    if end is not None and abs(own_end - end) <= slack:
        own_end = end
    steps = _tidy(own_end - own_begin)
    whole = Cosine(_rounded(at(own_begin), room), _rounded(at(own_end), room), steps)
    own, wanted = _tidy(own_end - begin), _tidy((end or own_end) - begin)
    if begin > own_begin:
        return whole[_tidy(begin - own_begin) : _tidy(begin - own_begin + wanted)]
    late = Shift(whole, _tidy(own_begin - begin)) if begin < own_begin else whole
    if wanted < own:
        return late[:wanted]
    return (
        late if wanted == own else late.then(Constant(whole.end, _tidy(wanted - own)))
    )


def _own_begin(fit: Fit) -> float | None:
    """Return where a family begins; the pole of an inverse is no beginning."""
    return None if fit.family.startswith("inverse") else fit.begin


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


def _joint(
    t: Array, before: Segment, after: Segment, tolerance: Array, lengths: Lengths
) -> float:
    """Return the update at which two parts meet, between the points around it."""
    low, high = float(t[before.last]), float(t[after.first])
    grid = np.unique(np.linspace(low, high, 2_049).round())
    with np.errstate(all="ignore"):
        gap = np.abs(before.fit.value(grid) - after.fit.value(grid))
    gap[~np.isfinite(gap)] = np.inf
    room = 3 * float(tolerance[before.last : after.first + 1].max())
    preferred = float(grid[int(np.argmin(gap))])
    near = grid[gap <= max(room, float(gap.min()) * (1 + 1e-9))]
    own = _own_begin(after.fit)
    if own is not None and float(t[before.first]) < own < low:
        off = after.fit.value(np.array([own])) - before.fit.value(np.array([own]))
        if abs(float(off[0])) <= room:  # a flat beginning was taken for a flat end
            return _length(own, lengths)
    jumps = bool(gap.min() > room)
    if jumps or lengths == "fractions":
        for own in (before.fit.end, _own_begin(after.fit)):
            if own is not None and low < own <= high:
                return _length(own, lengths)
    if jumps:  # the new value begins after the last old one
        near = grid[grid > low]
    elif lengths != "round":
        return preferred
    return _roundest(near, preferred)


def _roundest(candidates: Array, preferred: float) -> float:
    """Return the update with the most zeros at its end, near the preferred one."""

    def zeros(x: float) -> int:
        text = str(int(x))
        return len(text) - len(text.rstrip("0"))

    return float(max(candidates, key=lambda x: (zeros(x), -abs(x - preferred))))


def _length(x: float, lengths: Lengths) -> float:
    """Return the number of updates that x may stand for."""
    if lengths == "fractions":
        return _tidy(x)
    near = round(x)
    if lengths == "whole":
        return near
    for digits in range(len(str(abs(near))), -1, -1):
        candidate = round(x, -digits)
        if abs(candidate - x) <= 0.02 + 1e-4 * abs(x):
            return int(candidate) if candidate else near
    return near


def _tidy(x: float) -> float:
    """Return a whole number or a simple fraction right by x, else x."""
    simple = Fraction(x).limit_denominator(12)
    if abs(float(simple) - x) > 1e-3 + 1e-9 * abs(x):
        return x
    return int(simple) if simple.denominator == 1 else float(simple)


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
