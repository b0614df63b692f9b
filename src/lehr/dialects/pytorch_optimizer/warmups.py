"""pytorch_optimizer's schedulers with a warmup: a line, a wave or a power after it."""

import math
import sys
from collections.abc import Callable

from lehr import _checks
from lehr.dialects.torch.cosines import waves
from lehr.schedules import Chain, Constant, Linear, Power, Schedule

BEYOND = 2**20
"""A line that goes on past its end is drawn for so many times its length."""

_CLOCK_EXACT = 2**53


def linear(
    *,
    t_max: int,
    max_lr: float,
    min_lr: float = 0.0,
    init_lr: float = 0.0,
    warmup_steps: int = 0,
) -> Schedule:
    """Return the curve of LinearScheduler: a line up, a line down, and on below.

    It does not end at `min_lr`: the line goes on, and turns negative. To stop there,
    cut it: `linear(t_max=n, ...)[:n + 1]`.

    Args:
        t_max: calls of step() until `min_lr`, the warmup included, >= warmup_steps.
        max_lr: the value after the warmup, >= 0, in the hyper-parameter's units.
        min_lr: the value at the end, and that of update 0; >= 0.
        init_lr: the value at the first call of step(), >= 0.
        warmup_steps: calls of step() from `init_lr` to `max_lr`, >= 0.

    Raises:
        ValueError: an argument is outside its range.

    Source: pytorch_optimizer 4.1.0, lr_scheduler.LinearScheduler.

    >>> lr = linear(t_max=6, max_lr=1.0, warmup_steps=2)
    >>> [lr(t) for t in (0, 1, 2, 3, 4, 7, 8)]
    [0.0, 0.0, 0.5, 1.0, 0.75, 0.0, -0.25]
    """

    def decay(high: float, low: float, steps: int) -> Schedule:
        beyond = low + (low - high) * BEYOND
        ramp = Linear(high, low, steps)
        return ramp.then(Linear(low, beyond, steps * BEYOND)) if high != low else ramp

    return _warmed(t_max, max_lr, min_lr, init_lr, warmup_steps, decay)


def cosine(
    *,
    t_max: int,
    max_lr: float,
    min_lr: float = 0.0,
    init_lr: float = 0.0,
    warmup_steps: int = 0,
) -> Schedule:
    """Return the curve of CosineScheduler: a line up, then down a wave, and up again.

    It does not end at `min_lr`: it climbs back, for ever. To stop there, cut it:
    `cosine(t_max=n, ...)[:n + 1]`.

    Args:
        t_max: calls of step() until `min_lr`, the warmup included, >= warmup_steps.
        max_lr: the value after the warmup, >= 0, in the hyper-parameter's units.
        min_lr: the floor, and the value of update 0; >= 0.
        init_lr: the value at the first call of step(), >= 0.
        warmup_steps: calls of step() from `init_lr` to `max_lr`, >= 0.

    Raises:
        ValueError: an argument is outside its range.

    Source: pytorch_optimizer 4.1.0, lr_scheduler.CosineScheduler.

    >>> lr = cosine(t_max=6, max_lr=1.0, warmup_steps=2)
    >>> [round(lr(t), 6) for t in (0, 1, 2, 3, 5, 7, 11)]
    [0.0, 0.0, 0.5, 1.0, 0.5, 0.0, 1.0]
    """
    return _warmed(t_max, max_lr, min_lr, init_lr, warmup_steps, waves)


def poly(
    *,
    t_max: int,
    max_lr: float,
    poly_order: float = 0.5,
    min_lr: float = 0.0,
    init_lr: float = 0.0,
    warmup_steps: int = 0,
) -> Schedule:
    """Return the curve of PolyScheduler: a line up, then a power that grows for ever.

    n calls after the warmup the value is min_lr + (max_lr - min_lr) n^poly_order, as
    documented: it does not decay, and `t_max` changes nothing. It is held from update
    2**53 on, or where a float would overflow.

    Args:
        t_max: >= 0.
        max_lr: the value after the warmup, >= 0, in the hyper-parameter's units.
        poly_order: > 0.
        min_lr: the value of update 0, >= 0.
        init_lr: the value at the first call of step(), >= 0.
        warmup_steps: calls of step() from `init_lr` to `max_lr`, >= 0.

    Raises:
        ValueError: an argument is outside its range.

    Source: pytorch_optimizer 4.1.0, lr_scheduler.PolyScheduler.

    >>> lr = poly(t_max=6, max_lr=1.0, warmup_steps=2)
    >>> [lr(t) for t in (0, 1, 2, 3, 4, 7, 103)]
    [0.0, 0.0, 0.5, 1.0, 1.0, 2.0, 10.0]
    """
    order, total = (
        _checks.positive("poly_order", poly_order),
        _checks.count("t_max", t_max),
    )

    def decay(high: float, low: float, steps: int) -> Schedule:
        room = math.log(sys.float_info.max) - math.log(max(1.0, high, low)) - 1.0
        last = min(_CLOCK_EXACT, int(math.exp(min(room / order, 37.0))))
        growth = low + Power(high - low, order, 1, max(last - 1, 0))
        return Chain((Constant(high, 1), growth))

    end = max(total, int(_checks.count("warmup_steps", warmup_steps)) + 1)
    return _warmed(end, max_lr, min_lr, init_lr, warmup_steps, decay)


def _warmed(
    t_max: int,
    max_lr: float,
    min_lr: float,
    init_lr: float,
    warmup_steps: int,
    decay: Callable[[float, float, int], Schedule],
) -> Schedule:
    """Return `min_lr` for update 0, the warmup, and the decay."""
    high, low, first = (
        not_negative(name, value)
        for name, value in (
            ("max_lr", max_lr),
            ("min_lr", min_lr),
            ("init_lr", init_lr),
        )
    )
    total = _checks.count("t_max", t_max)
    up = _checks.count("warmup_steps", warmup_steps)
    if total < up:
        raise ValueError(
            f"t_max ({total}) must be >= warmup_steps ({up}); it includes the warmup"
        )
    # Without a decay the original divides by 0 after the one call at the peak.
    rest = decay(high, low, total - up) if total > up else _dropped(high, low)
    return Chain((Constant(low, 1), Linear(first, high, up), rest))


def _dropped(high: float, low: float) -> Schedule:
    return Chain((Constant(high, 1), Constant(low)))


def not_negative(name: str, value: float) -> float:
    """Return a finite number >= 0."""
    if (result := _checks.finite(name, value)) < 0:
        raise ValueError(f"{name} must be >= 0, got {value!r}")
    return result
