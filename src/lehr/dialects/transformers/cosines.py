"""transformers' cosines: waves that climb back, hard restarts, and floors."""

import math
from fractions import Fraction

from lehr import _checks
from lehr.dialects.torch.cosines import waves
from lehr.dialects.transformers.run import Run, initial, never_reversed
from lehr.schedules import (
    Chain,
    Constant,
    Cosine,
    Linear,
    Repeat,
    Reverse,
    Schedule,
)


def cosine(
    base: float,
    *,
    num_warmup_steps: float,
    num_training_steps: float,
    num_cycles: float = 0.5,
    last_epoch: int = -1,
) -> Schedule:
    """Return the curve of "cosine": a line from 0, and waves, for ever.

    By default it reaches 0 at the end of the run, and climbs back after it; to hold
    the 0, cut it: `cosine(...)[:num_training_steps]`. With `num_cycles` 1 it falls and
    climbs back within the run.

    Args:
        base: the group's own value, in the hyper-parameter's units.
        num_warmup_steps: updates before the base is reached, >= 0.
        num_training_steps: length of the run, warmup included, >= 0.
        num_cycles: whole waves after the warmup; the sign changes nothing.
        last_epoch: -1.

    Raises:
        ValueError: an argument is outside its range.

    Source: transformers 5.23, get_cosine_schedule_with_warmup.

    >>> lr = cosine(1.0, num_warmup_steps=2, num_training_steps=10)
    >>> [round(lr(t), 6) for t in (0, 1, 2, 6, 10, 12, 18)]
    [0.0, 0.5, 1.0, 0.5, 0.0, 0.146447, 1.0]
    """
    run = Run(base, num_warmup_steps, num_training_steps, last_epoch)
    return run.warmed(waved(run.base, 0.0, run.span, num_cycles))


def waved(start: float, low: float, span: float, num_cycles: float) -> Schedule:
    """Return so many whole waves from `start` in `span` updates, and on for ever."""
    cycles = abs(_checks.finite("num_cycles", num_cycles))
    if cycles == 0:
        return Constant(start)
    return waves(start, low, span if cycles == 0.5 else span / (2.0 * cycles))


def cosine_with_restarts(
    base: float,
    *,
    num_warmup_steps: float,
    num_training_steps: float,
    num_cycles: float = 1,
    last_epoch: int = -1,
) -> Schedule:
    """Return the curve of "cosine_with_restarts": half waves down, and 0 at the end.

    Args:
        base: the group's own value, in the hyper-parameter's units.
        num_warmup_steps: updates before the base is reached, >= 0.
        num_training_steps: length of the run, warmup included, >= 0.
        num_cycles: half waves after the warmup; with 0 the base is kept until the end,
            and with fewer they climb.
        last_epoch: -1.

    Raises:
        ValueError: an argument is outside its range.

    Source: transformers 5.23, get_cosine_with_hard_restarts_schedule_with_warmup.

    >>> lr = cosine_with_restarts(
    ...     1.0, num_warmup_steps=2, num_training_steps=10, num_cycles=2
    ... )
    >>> [round(lr(t), 6) for t in (1, 2, 4, 5, 6, 8, 10, 10**9)]
    [0.5, 1.0, 0.5, 0.146447, 1.0, 0.5, 0.0, 0.0]
    """
    run = Run(base, num_warmup_steps, num_training_steps, last_epoch)
    cycles = _checks.finite("num_cycles", num_cycles)
    return run.warmed(_restarts(run.base, run.span, cycles), Constant(0.0))


def _restarts(base: float, span: float, cycles: float) -> Schedule:
    """Return half waves that begin, where they do at a whole update, just there.

    A length such as 7/3 is no float, so that its third multiple would not be 7: then
    three cycles are one block of 7 updates.
    """
    if cycles == 0:
        return Constant(base, span)
    length = Fraction(span) / Fraction(abs(cycles))
    if cycles < 0:  # played backwards, so that a restart ends the half wave before it
        count = math.ceil(-cycles)
        whole = float(length * count)
        return Reverse(Repeat(_restarts(base, whole, count))[:whole])[:span]
    block, count = float(length.numerator), length.denominator
    if block > span:
        block, count = span, math.ceil(cycles)
    inner: Schedule = Cosine(base, 0.0, float(length))
    if count > 1:
        inner = Repeat(inner, count)[:block]
    elif inner.steps > span:
        return inner[:span]
    if block == span:
        return inner
    return Repeat(inner)[:span]


def cosine_with_min_lr(
    base: float,
    *,
    num_warmup_steps: float,
    num_training_steps: float,
    num_cycles: float = 0.5,
    last_epoch: int = -1,
    min_lr: float | None = None,
    min_lr_rate: float | None = None,
    lr_init: float | None = None,
) -> Schedule:
    """Return the curve of "cosine_with_min_lr": a line from 0, waves above a floor.

    By default it reaches the floor at the end of the run, and climbs back after it.

    Args:
        base: the group's own value, in the hyper-parameter's units.
        num_warmup_steps: updates before the base is reached, >= 0.
        num_training_steps: length of the run, warmup included, >= 0.
        num_cycles: whole waves after the warmup; the sign changes nothing.
        last_epoch: -1.
        min_lr: the floor of a group that starts at `lr_init`; with one below 0, the
            waves stay at 0 where they would go below it.
        min_lr_rate: in its place, the floor as a part of the base.
        lr_init: the optimizer's own default, `optimizer.defaults["lr"]`; `base` by
            default.

    Raises:
        ValueError: an argument is outside its range, or not just one of `min_lr` and
            `min_lr_rate` is given.

    Source: transformers 5.23, get_cosine_with_min_lr_schedule_with_warmup.

    >>> lr = cosine_with_min_lr(
    ...     1.0, num_warmup_steps=2, num_training_steps=10, min_lr=0.1
    ... )
    >>> [round(lr(t), 6) for t in (0, 1, 2, 6, 10, 18)]
    [0.0, 0.5, 1.0, 0.55, 0.1, 1.0]
    """
    run = Run(base, num_warmup_steps, num_training_steps, last_epoch)
    low = _floor(run.base, min_lr, min_lr_rate, lr_init)
    return run.warmed(_above(low, run, num_cycles))


def cosine_warmup_with_min_lr(
    base: float,
    *,
    num_warmup_steps: float,
    num_training_steps: float,
    num_cycles: float = 0.5,
    last_epoch: int = -1,
    min_lr: float | None = None,
    min_lr_rate: float | None = None,
    warmup_lr_rate: float | None = None,
    lr_init: float | None = None,
) -> Schedule:
    """Return the curve of "cosine_warmup_with_min_lr": all of it one update earlier.

    The first update uses base / num_warmup_steps, or base `warmup_lr_rate`; the last
    one of the warmup the base; the last one of the run the floor.

    Args:
        base: the group's own value, in the hyper-parameter's units.
        num_warmup_steps: updates of the warmup, >= 0.
        num_training_steps: length of the run, warmup included, >= 0.
        num_cycles: whole waves after the warmup; the sign changes nothing.
        last_epoch: -1.
        min_lr: the floor of a group that starts at `lr_init`; with one below 0, the
            waves stay at 0 where they would go below it.
        min_lr_rate: in its place, the floor as a part of the base.
        warmup_lr_rate: the first value as a part of the base; 1 / num_warmup_steps by
            default.
        lr_init: the optimizer's own default, `optimizer.defaults["lr"]`; `base` by
            default.

    Raises:
        ValueError: an argument is outside its range, or not just one of `min_lr` and
            `min_lr_rate` is given.

    Source: transformers 5.23, get_cosine_with_min_lr_schedule_with_warmup_lr_rate.

    >>> lr = cosine_warmup_with_min_lr(
    ...     1.0, num_warmup_steps=2, num_training_steps=10, min_lr_rate=0.1
    ... )
    >>> [round(lr(t), 6) for t in (0, 1, 5, 9, 17)]
    [0.5, 1.0, 0.55, 0.1, 1.0]
    """
    run = Run(base, num_warmup_steps, num_training_steps, last_epoch)
    low = _floor(run.base, min_lr, min_lr_rate, lr_init)
    fall = _above(low, run, num_cycles)
    fall = fall[1:] if fall.steps else fall
    if not (warmup := run.num_warmup_steps):
        return fall
    last = math.ceil(warmup) - 1
    if warmup_lr_rate is None:
        first, length = 1.0 / max(1, warmup), warmup - 1
    else:
        first = _checks.finite("warmup_lr_rate", warmup_lr_rate)
        length = max(1, warmup - 1)
    risen = last / length if last else 0.0
    ramp = (run.base * first, run.base * (first * (1.0 - risen) + risen), last)
    return Chain((Linear(*ramp), Constant(ramp[1], warmup - last), fall))


def _above(low: float, run: Run, num_cycles: float) -> Schedule:
    """Return the waves between the base and a floor, and not beyond 0."""
    fall = waved(run.base, low, run.span, num_cycles)
    return never_reversed(fall, run.base, low)


def _floor(
    base: float, low: float | None, rate: float | None, lr_init: float | None
) -> float:
    if (low is None) == (rate is None):
        raise ValueError(
            "just one of min_lr and min_lr_rate must be given, got "
            f"min_lr={low!r}, min_lr_rate={rate!r}"
        )
    if rate is not None:
        return base * _checks.finite("min_lr_rate", rate)
    low = _checks.finite("min_lr", low)
    return low if lr_init is None else base * (low / initial(base, lr_init))
