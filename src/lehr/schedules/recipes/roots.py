"""Inverse square roots, other powers, and milestones."""

import math
from collections.abc import Sequence
from itertools import pairwise

from lehr import _checks
from lehr.schedules.chain import Chain
from lehr.schedules.constant import Constant
from lehr.schedules.inverse_square_root import InverseSqrt
from lehr.schedules.linear import Linear
from lehr.schedules.piecewise_constant import PiecewiseConstant
from lehr.schedules.power import Power
from lehr.schedules.recipes.lengths import lengths, rise, values
from lehr.schedules.recipes.shapes import Shape, ramp


def noam(dimension: int, *, warmup: int, factor: float = 1.0) -> Chain:
    """Rise for `warmup` updates, then decay by the inverse square root (Noam).

    With n = t + 1 and w the warmup, update t uses
    factor dimension^(-1/2) min(n^(-1/2), n w^(-3/2)). The peak, at update w - 1, is
    factor / sqrt(dimension w).

    Args:
        dimension: width of the model, >= 1.
        warmup: length of the rise in updates, >= 1.
        factor: multiplies the whole.

    Raises:
        ValueError: `dimension` or `warmup` is not a whole number >= 1.

    Source: Vaswani et al., Attention Is All You Need, 2017, arXiv:1706.03762, eq. 3.

    >>> lr = noam(512, warmup=4_000)
    >>> [round(lr(t), 9) for t in (0, 3_999, 15_999, 10**18)]
    [1.75e-07, 0.000698771, 0.000349386, 0.0]
    """
    dimension = _checks.count("dimension", dimension, 1)
    warmup = _checks.count("warmup", warmup, 1)
    (factor,) = values(factor=factor)
    peak = factor / math.sqrt(dimension * warmup)
    first = Linear(peak / warmup, peak, warmup - 1)
    return Chain((first, InverseSqrt(peak, timescale=warmup)))


def inverse_sqrt(
    peak: float,
    *,
    warmup: int,
    total: int | None = None,
    cooldown: int = 0,
    floor: float = 0.0,
    timescale: float | None = None,
    shape: Shape = "linear",
    start: float | None = None,
) -> Chain:
    """Rise to `peak`, decay by the inverse square root, and cool down at the end.

    After the warmup the value is peak sqrt(timescale / (timescale + t - warmup)), which
    is peak sqrt(warmup / t) by default.

    Args:
        peak: value at update `warmup`.
        warmup: length of the rise in updates, >= 0.
        total: length of the run; needed for a cooldown.
        cooldown: length of the last ramp in updates, >= 0.
        floor: value that the cooldown ends at.
        timescale: in updates; `warmup` by default, and needed without a warmup.
        shape: of the cooldown, as in `warmup_stable_decay`.
        start: value at update 0; peak / (warmup + 1) by default.

    Raises:
        ValueError: a length is not a whole number or negative, `timescale` is missing,
            there is a cooldown without `total`, or the parts exceed `total`.

    Source: Vaswani et al., 2017, arXiv:1706.03762, eq. 3; Zhai et al., 2021,
        arXiv:2106.04560, section 3.4 (with a cooldown).

    >>> lr = inverse_sqrt(1.0, warmup=4, total=110, cooldown=10)
    >>> [round(lr(t), 3) for t in (0, 4, 16, 100, 105, 110, 10**9)]
    [0.2, 1.0, 0.5, 0.2, 0.1, 0.0, 0.0]
    """
    if total is None:
        warmup, cooldown = lengths(warmup=warmup, cooldown=cooldown)
        if cooldown:
            raise ValueError(f"cooldown={cooldown} needs total: when does it end?")
    else:
        warmup, cooldown, total = lengths(warmup=warmup, cooldown=cooldown, total=total)
    peak, floor = values(peak=peak, floor=floor)
    if timescale is None:
        if not warmup:
            raise ValueError("timescale must be given when warmup is 0")
        timescale = warmup
    first = rise(peak, warmup, start)
    if total is None:
        return Chain((first, InverseSqrt(peak, timescale)))
    tail = InverseSqrt(peak, timescale, total - cooldown - warmup)
    return Chain((first, tail, ramp(shape, tail(tail.steps), floor, cooldown)))


def power_of_tokens(peak: float, *, scale: float, exponent: float) -> Chain:
    """Use min(peak, scale n^exponent), with n the clock: tokens seen, or samples.

    Args:
        peak: highest value.
        scale: value at n = 1, > 0 (in the paper: a times the batch size).
        exponent: < 0 (in the paper: b, about -0.51).

    Raises:
        ValueError: `peak` or `scale` is not positive, or `exponent` is not negative.

    Source: Shen et al., Power Scheduler, 2024, arXiv:2408.13359, eq. 8.

    >>> rate = power_of_tokens(0.02, scale=4.6, exponent=-0.51)
    >>> [round(rate(n), 6) for n in (0, 10**4, 10**6, 10**12)]
    [0.02, 0.02, 0.004006, 3e-06]
    """
    peak, scale = _checks.positive("peak", peak), _checks.positive("scale", scale)
    if not _checks.finite("exponent", exponent) < 0:
        raise ValueError(f"exponent must be < 0, got {exponent!r}")
    until = (peak / scale) ** (1.0 / exponent)
    return Chain((Constant(peak, until), Power(peak, exponent, until)))


def multi_step(
    start: float, *, factor: float, milestones: Sequence[int]
) -> PiecewiseConstant:
    """Multiply by `factor` at each of the `milestones`.

    Args:
        start: value before the first milestone.
        factor: what each milestone multiplies by.
        milestones: updates, > 0 and increasing.

    Raises:
        ValueError: the milestones are not positive and increasing.

    Source: He et al., 2015, arXiv:1512.03385, section 3.4.

    >>> lr = multi_step(1.0, factor=0.5, milestones=(30, 60))
    >>> [lr(t) for t in (0, 30, 60, 10**9)]
    [1.0, 0.5, 0.25, 0.25]
    """
    start, factor = values(start=start, factor=factor)
    updates = tuple(
        _checks.duration(f"milestones[{i}]", update)
        for i, update in enumerate(milestones)
    )
    for a, b in pairwise(updates):
        if a >= b:
            raise ValueError(f"milestones must increase, got {a!r} before {b!r}")
    rates = tuple(start * factor**i for i in range(len(updates) + 1))
    return PiecewiseConstant(rates, updates)
