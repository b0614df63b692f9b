"""What OLMo-core's schedulers share: lengths, the warmup, lines that go on for ever."""

import math

from lehr import _checks
from lehr.schedules import Chain, Constant, Linear, Schedule

FOREVER = 2.0**53


def checked(units: str, first: float) -> float:
    """Return the clock's number of update 0; refuse a clock that is not known."""
    _checks.choice("units", units, ("steps", "tokens"))
    return _checks.length("first", first)


def counted(curve: Schedule, begin: float) -> Schedule:
    """Return a curve of `get_lr` from the number that update 0 has there."""
    if not begin or isinstance(curve, Constant):
        return curve
    return curve[begin:] if begin < curve.steps else Constant(curve(begin))


def horizon(max_steps: float | None, why: str) -> float:
    """Return the length of the run, which must be given for the reason `why`."""
    if max_steps is None:
        raise ValueError(f"max_steps must be given, for {why}")
    return _checks.duration("max_steps", max_steps)


def length(
    name: str,
    value: float | None,
    older: float | None,
    fraction: float | None,
    run: float | None,
) -> float:
    """Return a length that is given by itself, by its older name, or as a fraction."""
    given = older if value is None else value
    if (given is None) == (fraction is None):
        raise ValueError(
            f"exactly one of {name} and {name}_fraction must be given, got "
            f"{name}={given!r} and {name}_fraction={fraction!r}; make one None"
        )
    if given is not None:
        return _checks.length(name, given)
    part = _checks.fraction(f"{name}_fraction", fraction)
    return round(part * horizon(run, f"{name}_fraction"))


def within(
    name: str, value: float, top: float, of: str = "the starting value"
) -> float:
    """Return a value in [0, top]."""
    result = _checks.finite(name, value)
    if not 0 <= result <= top:
        raise ValueError(f"{name} must be >= 0 and <= {of} ({top!r}), got {value!r}")
    return result


def warmed(first: float, peak: float, warmup: float, rest: Schedule) -> Schedule:
    """Return a line from `first` to `peak`, and then `rest`."""
    tail = rest if rest.steps else Constant(rest(0))
    return Chain((Linear(first, peak, warmup), tail))


def fall(start: float, end: float, steps: float) -> Schedule:
    """Return the line from `start` to `end`, which goes on below `end` for ever.

    Without a length it is `end`.
    """
    if not steps:
        return Constant(end)
    beyond = end - (start - end) / steps * FOREVER
    return Chain((Linear(start, end, steps), Linear(end, beyond, FOREVER)))


def ended(
    first: float,
    peak: float,
    warmup: float,
    middle: Schedule,
    tail: Schedule,
    to: float,
) -> Schedule:
    """Return warmup, `middle` up to update `to`, and then `tail`.

    The warmup owns its last update, also past `to`; the clock of `tail` begins at `to`.
    """
    if to > warmup:
        return warmed(first, peak, warmup, Chain((cut(middle, to - warmup), tail)))
    begin = math.floor(warmup) + 1 if warmup else 0
    kept = Chain((Linear(first, peak, warmup), Constant(peak, begin - warmup)))
    rest = tail[begin - to :] if begin - to < tail.steps else Constant(tail(begin - to))
    return Chain((kept, rest)) if begin else rest


def cut(curve: Schedule, stop: float) -> Schedule:
    """Return the updates of a curve before `stop`, past its end too."""
    if isinstance(curve, Constant):
        return Constant(curve.value, stop)
    return curve if curve.steps == stop else curve[:stop]
