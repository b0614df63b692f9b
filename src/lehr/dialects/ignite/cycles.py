"""ignite's schedulers that come again: linear and cosine cycles."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from lehr import _checks
from lehr.schedules import Chain, Constant, Cosine, Linear, Repeat, Schedule

Shape = Callable[[float, float, int], Schedule]

LONGEST = 2**53
"""Cycles are laid out up to this event; then the last value is held."""

_GREATEST = 1e300  # values beyond are not followed
_MOST = 2**15  # pieces of a chain


def linear_cyclical(
    *,
    start_value: float,
    end_value: float,
    cycle_size: int,
    cycle_mult: float = 1.0,
    start_value_mult: float = 1.0,
    end_value_mult: float = 1.0,
    warmup_duration: int = 0,
    monotonic: bool = False,
) -> Schedule:
    """Return the curve of LinearCyclicalScheduler: lines to `end_value` and back.

    Args:
        start_value: the value at event 0, in the hyper-parameter's units.
        end_value: the value in the middle of the cycle; at its end if `monotonic`.
        cycle_size: events of the first cycle, there and back, >= 2.
        cycle_mult: what its length is multiplied by after each cycle, >= 0; of the
            product, the fraction is dropped.
        start_value_mult: what `start_value` is multiplied by after each, >= 0.
        end_value_mult: what `end_value` is multiplied by after each, >= 0.
        warmup_duration: events from a cycle's end to the next one's start, >= 0; only
            with `monotonic`. It is multiplied by `cycle_mult` too.
        monotonic: whether to go one way only, and jump back.

    Raises:
        ValueError: an argument is outside its range.

    Source: ignite 0.5.5, ignite.handlers.param_scheduler.LinearCyclicalScheduler.

    >>> lr = linear_cyclical(start_value=0.0, end_value=1.0, cycle_size=4)
    >>> [lr(t) for t in range(6)]
    [0.0, 0.5, 1.0, 0.5, 0.0, 0.5]
    """
    if _checks.count("warmup_duration", warmup_duration) and not monotonic:
        raise ValueError(
            f"warmup_duration must be 0 unless monotonic=True, got {warmup_duration!r}"
        )
    return _cycles(
        Linear if monotonic else _there_and_back,
        _Cycle(start_value, end_value, cycle_size, warmup_duration),
        cycle_mult,
        start_value_mult,
        end_value_mult,
    )


def cosine_annealing(
    *,
    start_value: float,
    end_value: float,
    cycle_size: int,
    cycle_mult: float = 1.0,
    start_value_mult: float = 1.0,
    end_value_mult: float = 1.0,
    warmup_duration: int = 0,
) -> Schedule:
    """Return the curve of CosineAnnealingScheduler: half waves, again and again.

    Without a warmup `end_value` is never used: at the end of a cycle the next begins.

    Args:
        start_value: the value at event 0, in the hyper-parameter's units.
        end_value: the value at the end of a cycle.
        cycle_size: events of the first cycle, >= 2.
        cycle_mult: what its length is multiplied by after each cycle, >= 0; of the
            product, the fraction is dropped.
        start_value_mult: what `start_value` is multiplied by after each, >= 0.
        end_value_mult: what `end_value` is multiplied by after each, >= 0.
        warmup_duration: events of a line from a cycle's end to the next one's start,
            >= 0. It is multiplied by `cycle_mult` too.

    Raises:
        ValueError: an argument is outside its range.

    Source: ignite 0.5.5, ignite.handlers.param_scheduler.CosineAnnealingScheduler.

    >>> lr = cosine_annealing(start_value=1.0, end_value=0.0, cycle_size=4)
    >>> [round(lr(t), 6) for t in range(6)]
    [1.0, 0.853553, 0.5, 0.146447, 1.0, 0.853553]
    """
    return _cycles(
        Cosine,
        _Cycle(start_value, end_value, cycle_size, warmup_duration),
        cycle_mult,
        start_value_mult,
        end_value_mult,
    )


def _there_and_back(start: float, end: float, size: int) -> Schedule:
    return Chain((Linear(start, end, size / 2), Linear(end, start, size / 2)))


@dataclass(frozen=True)
class _Cycle:
    """One cycle: its values, its events, and those of the warmup after it."""

    start: float
    end: float
    size: int
    warmup: int

    def followed(self, mult: float, start_mult: float, end_mult: float) -> "_Cycle":
        return _Cycle(
            self.start * start_mult,
            self.end * end_mult,
            int(self.size * mult),
            int(self.warmup * mult),
        )

    def curve(self, shape: Shape, start_mult: float) -> Schedule:
        back = Linear(self.end, self.start * start_mult, self.warmup)
        return Chain((shape(self.start, self.end, self.size), back))


def _cycles(
    shape: Shape, first: _Cycle, mult: float, start_mult: float, end_mult: float
) -> Schedule:
    cycle = _Cycle(
        _checks.finite("start_value", first.start),
        _checks.finite("end_value", first.end),
        _checks.count("cycle_size", first.size, 2),
        _checks.count("warmup_duration", first.warmup),
    )
    growth = tuple(
        _factor(name, value)
        for name, value in (
            ("cycle_mult", mult),
            ("start_value_mult", start_mult),
            ("end_value_mult", end_mult),
        )
    )
    mult, start_mult, end_mult = growth
    pieces: list[Schedule] = []
    begin = 0
    while cycle.size and begin < LONGEST and len(pieces) < _MOST:
        if max(abs(cycle.start), abs(cycle.end)) > _GREATEST:
            break
        following = cycle.followed(*growth)
        same = (following.size, following.warmup) == (cycle.size, cycle.warmup)
        if same or (not pieces and mult >= 1 and mult == int(mult)):
            ratio = 1.0 if same else mult
            pieces.append(_repeated(shape, cycle, ratio, start_mult, end_mult))
            break
        pieces.append(cycle.curve(shape, start_mult))
        begin += cycle.size + cycle.warmup
        cycle = following
    if not cycle.size:  # where the original divides by 0, what was reached is held
        pieces.append(Constant(pieces[-1](pieces[-1].steps)))
    return pieces[0] if len(pieces) == 1 else Chain(tuple(pieces))


def _factor(name: str, value: float) -> float:
    if (result := _checks.finite(name, value)) < 0:
        raise ValueError(f"{name} must be >= 0, got {value!r}")
    return result


def _repeated(
    shape: Shape, cycle: _Cycle, mult: float, start_mult: float, end_mult: float
) -> Schedule:
    """Return endless cycles whose lengths are all in one ratio."""

    def of(start: float, end: float, factor: float) -> Schedule:
        one = _Cycle(start, end, cycle.size, cycle.warmup).curve(shape, factor)
        count = None
        if factor > 1:  # until a float would overflow
            size = max(1.0, abs(start), abs(end))
            room = min(600.0, math.log(_GREATEST) - math.log(size))
            count = 1 + int(room / math.log(max(mult, factor)))
        return Repeat(one, count=count, stretch=mult, decay=factor)

    if start_mult == end_mult:
        return of(cycle.start, cycle.end, start_mult)
    terms = of(cycle.start, 0.0, start_mult), of(0.0, cycle.end, end_mult)
    return terms[0] + terms[1]
