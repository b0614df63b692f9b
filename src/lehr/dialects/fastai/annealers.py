"""fastai's annealers: one shape from `start` to `end`, and on past it."""

import math
import sys

from lehr import _checks
from lehr.schedules import (
    Chain,
    Constant,
    Cosine,
    ExponentialDecay,
    Linear,
    Polynomial,
    Repeat,
    Reverse,
    Schedule,
)

_BEYOND = 20  # a growing curve is drawn until 2**20 times its length
_CLOCK_EXACT = 2**53


def sched_no(*, start: float, end: float, num_updates: float) -> Schedule:
    """Return the curve of SchedNo: always `start`.

    Args:
        start: the value, in the hyper-parameter's units.
        end: not used.
        num_updates: updates of the run, > 0.

    Raises:
        ValueError: an argument is outside its range.

    Source: fastai 2.8.12, fastai.callback.schedule.SchedNo.

    >>> sched_no(start=0.1, end=1.0, num_updates=10)(5)
    0.1
    """
    value, _, steps = _checked(start, end, num_updates)
    return Constant(value, steps)


def sched_lin(*, start: float, end: float, num_updates: float) -> Schedule:
    """Return the curve of SchedLin: a straight line, which goes on past `end`.

    Args:
        start: the value at update 0, in the hyper-parameter's units.
        end: the value at update `num_updates`, the first one after the run.
        num_updates: updates of the run, > 0.

    Raises:
        ValueError: an argument is outside its range.

    Source: fastai 2.8.12, fastai.callback.schedule.SchedLin.

    >>> lr = sched_lin(start=1.0, end=0.0, num_updates=4)
    >>> [lr(t) for t in (0, 1, 4, 5)]
    [1.0, 0.75, 0.0, -0.25]
    """
    first, last, steps = _checked(start, end, num_updates)
    line = Linear(first, last, steps)
    if first == last:
        return line
    times = 2**_BEYOND
    return Chain((line, Linear(last, last + (last - first) * times, steps * times)))


def sched_cos(*, start: float, end: float, num_updates: float) -> Schedule:
    """Return the curve of SchedCos: half a wave, and back past the end.

    Args:
        start: the value at update 0, in the hyper-parameter's units.
        end: the value at update `num_updates`, the first one after the run.
        num_updates: updates of the run, > 0.

    Raises:
        ValueError: an argument is outside its range.

    Source: fastai 2.8.12, fastai.callback.schedule.SchedCos.

    >>> lr = sched_cos(start=1.0, end=0.0, num_updates=4)
    >>> [round(lr(t), 6) for t in (0, 2, 4, 6, 8)]
    [1.0, 0.5, 0.0, 0.5, 1.0]
    """
    first, last, steps = _checked(start, end, num_updates)
    return Repeat(Chain((Cosine(first, last, steps), Cosine(last, first, steps))))


def sched_exp(*, start: float, end: float, num_updates: float) -> Schedule:
    """Return the curve of SchedExp: equal ratios, which go on past `end`.

    With `end` 0 all but the first value are 0, as in fastai. What grows is held before
    a float would overflow.

    Args:
        start: the value at update 0, not 0, in the hyper-parameter's units.
        end: the value at update `num_updates`, of the same sign, or 0.
        num_updates: updates of the run, > 0.

    Raises:
        ValueError: an argument is outside its range.

    Source: fastai 2.8.12, fastai.callback.schedule.SchedExp.

    >>> lr = sched_exp(start=1e-3, end=10.0, num_updates=4)
    >>> [round(lr(t), 6) for t in (0, 1, 4, 5)]
    [0.001, 0.01, 10.0, 100.0]
    """
    first, last, steps = _checked(start, end, num_updates)
    if not first or first * last < 0:
        raise ValueError(
            "start must not be 0, and end of the same sign, got "
            f"start={start!r}, end={end!r}"
        )
    if not last:
        return Constant(first, 1).then(Constant(0.0))
    ratio = last / first
    held: float = math.inf
    if ratio > 1:
        room = math.log(sys.float_info.max) - math.log(max(1.0, abs(first)))
        held = min(_CLOCK_EXACT, int(steps * (room / math.log(ratio) - 1e-9)))
    return ExponentialDecay(first, ratio, steps, held)


def sched_poly(
    *, start: float, end: float, power: float, num_updates: float
) -> Schedule:
    """Return the curve of SchedPoly: a power of what is done, which goes on past `end`.

    The value at t is start + (end - start) (t / num_updates)^power: the power is of the
    progress, not of what remains. With `power` 0 it is `end` throughout.

    Args:
        start: the value at update 0, in the hyper-parameter's units.
        end: the value at update `num_updates`, the first one after the run.
        power: in [0, 900].
        num_updates: updates of the run, > 0.

    Raises:
        ValueError: an argument is outside its range.

    Source: fastai 2.8.12, fastai.callback.schedule.SchedPoly.

    >>> lr = sched_poly(start=1.0, end=0.0, power=2, num_updates=4)
    >>> [lr(t) for t in (0, 1, 2, 4, 8)]
    [1.0, 0.9375, 0.75, 0.0, -3.0]
    """
    first, last, steps = _checked(start, end, num_updates)
    exponent = _checks.finite("power", power)
    if not 0 <= exponent <= 900:
        raise ValueError(f"power must be in [0, 900], got {power!r}")
    if not exponent or first == last:
        return Constant(last)
    times = 2.0 ** max(1, min(_BEYOND, int(900 / exponent)))
    far = first + (last - first) * times**exponent
    beyond = Reverse(Polynomial(far, first, steps * times, exponent))
    return Chain((Reverse(Polynomial(last, first, steps, exponent)), beyond[steps:]))


def _checked(
    start: float, end: float, num_updates: float
) -> tuple[float, float, float]:
    return (
        _checks.finite("start", start),
        _checks.finite("end", end),
        _checks.duration("num_updates", num_updates),
    )
