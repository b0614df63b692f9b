"""OLMo-core's schedulers that decay along a line or a power."""

import math

from lehr import _checks
from lehr.dialects.olmo.lengths import (
    checked,
    counted,
    ended,
    fall,
    horizon,
    length,
    warmed,
    within,
)
from lehr.schedules import (
    Constant,
    InverseSqrt,
    Linear,
    Power,
    Schedule,
)


def linear_with_warmup(
    base: float,
    *,
    lr_field: str = "lr",
    initial_lr_field: str = "initial_lr",
    units: str = "steps",
    alpha_f: float = 0.1,
    t_max: float | None = None,
    warmup: float | None = None,
    warmup_steps: float | None = None,
    warmup_fraction: float | None = None,
    warmup_min_lr: float = 0.0,
    max_steps: float | None = None,
    first: float = 1,
) -> Schedule:
    """Return the curve of `LinearWithWarmup`: a line up, and one down to a floor.

    Args:
        base: the group's own value, in the hyper-parameter's units.
        lr_field: see `constant`.
        initial_lr_field: see there.
        units: see there.
        alpha_f: the floor, as a part of `base`.
        t_max: update at which it is reached, warmup included; `max_steps` by default.
        warmup: length of the warmup; t < warmup owns it.
        warmup_steps: an older name of `warmup`.
        warmup_fraction: in its place: a part of `t_max`, rounded, in [0, 1].
        warmup_min_lr: value at number 0, >= 0 and at most `base`.
        max_steps: length of the run; needed without `t_max`.
        first: see `constant`.

    Raises:
        ValueError: an argument is out of range or missing, or two exclude each other.

    Source: OLMo-core fa6c5014, olmo_core.optim.scheduler.

    >>> lr = linear_with_warmup(1.0, warmup=2, max_steps=10)
    >>> [round(lr(t), 6) for t in (0, 1, 5, 9, 10**9)]
    [0.5, 1.0, 0.55, 0.1, 0.1]
    """
    begin = checked(units, first)
    end = horizon(max_steps if t_max is None else t_max, "the decay ends there")
    rise = length("warmup", warmup, warmup_steps, warmup_fraction, end)
    foot = within("warmup_min_lr", warmup_min_lr, _checks.finite("base", base))
    low = base * _checks.finite("alpha_f", alpha_f)
    return counted(
        warmed(foot, base, rise, Linear(base, low, max(0, end - rise))), begin
    )


def inv_sqrt_with_warmup(
    base: float,
    *,
    lr_field: str = "lr",
    initial_lr_field: str = "initial_lr",
    units: str = "steps",
    alpha_f: float = 0.1,
    warmup: float | None = None,
    warmup_steps: float | None = None,
    warmup_fraction: float | None = None,
    warmup_min_lr: float = 0.0,
    max_steps: float | None = None,
    first: float = 1,
) -> Schedule:
    """Return the curve of `InvSqrtWithWarmup`: a line up, then floor + a / sqrt(t).

    Args:
        base: the group's own value, in the hyper-parameter's units.
        lr_field: see `constant`.
        initial_lr_field: see there.
        units: see there.
        alpha_f: the floor, as a part of `base`; it is never reached.
        warmup: length of the warmup, and the timescale of the decay; with 0 the value
            is the floor.
        warmup_steps: an older name of `warmup`.
        warmup_fraction: in its place: a part of the run, rounded, in [0, 1].
        warmup_min_lr: value at number 0, >= 0 and at most `base`.
        max_steps: length of the run, for `warmup_fraction`.
        first: see `constant`.

    Raises:
        ValueError: an argument is out of range or missing, or two exclude each other.

    Source: OLMo-core fa6c5014, olmo_core.optim.scheduler.

    >>> lr = inv_sqrt_with_warmup(1.0, warmup=4, alpha_f=0.0)
    >>> [round(lr(t), 6) for t in (0, 3, 15, 399)]
    [0.25, 1.0, 0.5, 0.1]
    """
    begin = checked(units, first)
    rise = length("warmup", warmup, warmup_steps, warmup_fraction, max_steps)
    foot = within("warmup_min_lr", warmup_min_lr, _checks.finite("base", base))
    low = base * _checks.finite("alpha_f", alpha_f)
    if not rise:
        return Constant(low)
    decay: Schedule = InverseSqrt(base - low, rise)
    return counted(warmed(foot, base, rise, decay + low if low else decay), begin)


def power(
    base: float,
    *,
    lr_field: str = "lr",
    initial_lr_field: str = "initial_lr",
    units: str = "steps",
    b: float = -0.51,
    warmup: float | None = None,
    warmup_steps: float | None = None,
    warmup_fraction: float | None = None,
    warmup_min_lr: float = 0.0,
    decay: float | None = None,
    decay_steps: float | None = None,
    decay_fraction: float | None = 0.1,
    decay_min_lr: float = 0.0,
    max_steps: float | None = None,
    first: float = 1,
) -> Schedule:
    """Return the curve of `PowerLR`: a line up, base (t / warmup)^b, and a line down.

    It does not end at `max_steps`: the line goes on, below `decay_min_lr` and below 0.

    Args:
        base: the group's own value, in the hyper-parameter's units.
        lr_field: see `constant`.
        initial_lr_field: see there.
        units: see there.
        b: the exponent, < 0.
        warmup: length of the warmup, > 0: the timescale of the power.
        warmup_steps: an older name of `warmup`.
        warmup_fraction: in its place: a part of the run, rounded, in [0, 1].
        warmup_min_lr: value at number 0, >= 0 and at most `base`.
        decay: length of the line, which ends at `max_steps`; shorter than the run.
        decay_steps: an older name of `decay`.
        decay_fraction: in its place: a part of the run, rounded, in [0, 1]; must be
            None where `decay` is given.
        decay_min_lr: value at `max_steps`, >= 0, at most that at its begin.
        max_steps: length of the run, > 0.
        first: see `constant`.

    Raises:
        ValueError: an argument is out of range or missing, or two exclude each other.

    Source: OLMo-core fa6c5014, olmo_core.optim.scheduler; Shen et al., Power Scheduler,
        2024, arXiv:2408.13359.

    >>> lr = power(1.0, b=-0.5, warmup=4, decay_fraction=0.2, max_steps=20)
    >>> [round(lr(t), 6) for t in (0, 3, 8, 15, 17, 19, 21)]
    [0.25, 1.0, 0.666667, 0.5, 0.25, 0.0, -0.25]
    """
    begin = checked(units, first)
    run = horizon(max_steps, "the decay ends there")
    rise = length("warmup", warmup, warmup_steps, warmup_fraction, run)
    if not rise:
        raise ValueError("warmup must be > 0, got 0: it is the timescale of the power")
    drop = length("decay", decay, decay_steps, decay_fraction, run)
    if drop >= run:
        raise ValueError(f"decay ({drop!r}) must be < max_steps ({run!r}); shorten it")
    if _checks.finite("b", b) >= 0:
        raise ValueError(f"b must be < 0, got {b!r}")
    foot = within("warmup_min_lr", warmup_min_lr, _checks.finite("base", base))
    start = base * math.pow((run - drop) / rise, b)
    low = within("decay_min_lr", decay_min_lr, start, "the value at the line's begin")
    middle = Power(base, b, rise)
    return counted(
        ended(foot, base, rise, middle, fall(start, low, drop), run - drop), begin
    )
