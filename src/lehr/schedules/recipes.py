"""The usual schedules, each one expression of the pieces.

A warmup of w updates gives update t the value peak (t + 1) / (w + 1) for t < w, and
the peak at w: no update is wasted at 0, and none uses the peak early. Another first
value is an explicit `start`. `total` includes the warmup.
"""

import math
from collections.abc import Sequence

from lehr import _checks
from lehr.schedules.base import Schedule
from lehr.schedules.chain import Chain
from lehr.schedules.constant import Constant
from lehr.schedules.cosine import Cosine
from lehr.schedules.inverse_square_root import InverseSqrt
from lehr.schedules.linear import Linear
from lehr.schedules.piecewise_constant import PiecewiseConstant
from lehr.schedules.power import Power
from lehr.schedules.repeat import Repeat
from lehr.schedules.shapes import Shape, ramp


def warmup_cosine(
    peak: float,
    *,
    warmup: int,
    total: int,
    floor: float = 0.0,
    start: float | None = None,
) -> Chain:
    """Rise to `peak` in `warmup` updates, then fall along a cosine to `floor`.

    Args:
        peak: highest value, at update `warmup`.
        warmup: length of the rise in updates, >= 0.
        total: update at which `floor` is reached and from which it is held.
        floor: last value.
        start: value at update 0; peak / (warmup + 1) by default.

    Raises:
        ValueError: a length is not a whole number or negative, or `warmup` exceeds
            `total`.

    Source: Loshchilov and Hutter, SGDR, 2017, arXiv:1608.03983, eq. 5; Goyal et al.,
        2017, arXiv:1706.02677, section 2.2 (warmup).

    >>> lr = warmup_cosine(1.0, warmup=4, total=10)
    >>> [round(lr(t), 3) for t in (0, 1, 4, 7, 10, 10**9)]
    [0.2, 0.4, 1.0, 0.5, 0.0, 0.0]
    """
    warmup, total = _lengths(warmup=warmup, total=total)
    return Chain((_rise(peak, warmup, start), Cosine(peak, floor, total - warmup)))


def warmup_linear(
    peak: float,
    *,
    warmup: int,
    total: int,
    floor: float = 0.0,
    start: float | None = None,
) -> Chain:
    """Rise to `peak` in `warmup` updates, then fall in a straight line to `floor`.

    Args, errors: as `warmup_cosine`.

    Source: Devlin et al., BERT, 2018, arXiv:1810.04805, appendix A.2.

    >>> lr = warmup_linear(1.0, warmup=4, total=14)
    >>> [round(lr(t), 3) for t in (0, 1, 4, 9, 14, 10**9)]
    [0.2, 0.4, 1.0, 0.5, 0.0, 0.0]
    """
    warmup, total = _lengths(warmup=warmup, total=total)
    return Chain((_rise(peak, warmup, start), Linear(peak, floor, total - warmup)))


def warmup_constant(
    peak: float,
    *,
    warmup: int,
    total: int | None = None,
    start: float | None = None,
) -> Chain:
    """Rise to `peak` in `warmup` updates, then hold it.

    Args:
        peak: value from update `warmup` on.
        warmup: length of the rise in updates, >= 0.
        total: length of the run, where something is chained behind it.
        start: value at update 0; peak / (warmup + 1) by default.

    Raises:
        ValueError: a length is not a whole number or negative, or `warmup` exceeds
            `total`.

    Source: Goyal et al., 2017, arXiv:1706.02677, section 2.2.

    >>> lr = warmup_constant(1.0, warmup=4)
    >>> [round(lr(t), 3) for t in (0, 1, 4, 10**9)]
    [0.2, 0.4, 1.0, 1.0]
    """
    if total is None:
        (warmup,) = _lengths(warmup=warmup)
        return Chain((_rise(peak, warmup, start), Constant(peak)))
    warmup, total = _lengths(warmup=warmup, total=total)
    return Chain((_rise(peak, warmup, start), Constant(peak, total - warmup)))


def warmup_stable_decay(
    peak: float,
    *,
    warmup: int,
    decay: int,
    stable: int | None = None,
    total: int | None = None,
    floor: float = 0.0,
    shape: Shape = "linear",
    start: float | None = None,
) -> Chain:
    """Rise to `peak`, hold it, then cool down to `floor` (WSD).

    Args:
        peak: the value that is held.
        warmup: length of the rise in updates, >= 0.
        decay: length of the cooldown in updates, >= 0.
        stable: length of the hold in updates; give this or `total`.
        total: length of all three together.
        floor: last value.
        shape: of the cooldown: "linear", "cosine", "1-sqrt", "1-square",
            "mirror-cosine", "exponential" (`floor` > 0), "rex", or a function of
            (start, end, steps) that gives a schedule, such as the class `Rex`.
        start: value at update 0; peak / (warmup + 1) by default.

    Raises:
        ValueError: not exactly one of `stable` and `total` is given, a length is not a
            whole number or negative, the parts exceed `total`, or `shape` is unknown.

    Source: Hu et al., MiniCPM, 2024, arXiv:2404.06395, section 4; Haegele et al., 2024,
        arXiv:2405.18392 (shapes).

    >>> lr = warmup_stable_decay(1.0, warmup=4, stable=10, decay=4, shape="1-sqrt")
    >>> [round(lr(t), 3) for t in (0, 4, 14, 15, 18, 10**9)]
    [0.2, 1.0, 1.0, 0.5, 0.0, 0.0]
    """
    if (stable is None) == (total is None):
        raise ValueError(
            f"give exactly one of stable and total, got stable={stable!r}, "
            f"total={total!r}"
        )
    if stable is None:
        warmup, decay, total = _lengths(warmup=warmup, decay=decay, total=total)
        stable = total - warmup - decay
    else:
        warmup, stable, decay = _lengths(
            warmup=warmup, stable=stable, decay=decay, total=math.inf
        )[:3]
    cooldown = ramp(shape, peak, floor, decay)
    return Chain((_rise(peak, warmup, start), Constant(peak, stable), cooldown))


def trapezoid(
    peak: float,
    *,
    warmup: int,
    total: int,
    cooldown: int,
    floor: float = 0.0,
    start: float | None = None,
) -> Chain:
    """Rise, hold, and fall in a straight line within `total` updates.

    Args:
        peak: the value that is held.
        warmup: length of the rise in updates, >= 0.
        total: update at which `floor` is reached.
        cooldown: length of the fall in updates, >= 0.
        floor: last value.
        start: value at update 0; peak / (warmup + 1) by default.

    Raises:
        ValueError: a length is not a whole number or negative, or `warmup` and
            `cooldown` together exceed `total`.

    Source: Xing et al., A Walk with SGD, 2018, arXiv:1802.08770.

    >>> lr = trapezoid(1.0, warmup=4, total=20, cooldown=10)
    >>> [round(lr(t), 3) for t in (0, 4, 10, 15, 20, 10**9)]
    [0.2, 1.0, 1.0, 0.5, 0.0, 0.0]
    """
    return warmup_stable_decay(
        peak, warmup=warmup, decay=cooldown, total=total, floor=floor, start=start
    )


def one_cycle(
    peak: float,
    *,
    total: int,
    warmup_fraction: float = 0.3,
    start: float | None = None,
    floor: float | None = None,
    shape: Shape = "cosine",
    phases: int = 2,
) -> Chain:
    """Rise to `peak` and fall to far below the start, once (1cycle).

    Args:
        peak: highest value.
        total: length in updates; `floor` is reached at its end.
        warmup_fraction: part of `total` that rises, in [0, 1]; with 3 phases at most
            0.5.
        start: value at update 0; peak / 25 by default.
        floor: last value; start / 10,000 by default.
        shape: of all ramps, as in `warmup_stable_decay`.
        phases: 2 falls from `peak` to `floor` at once; 3 falls to `start` as it rose,
            then to `floor`.

    Raises:
        ValueError: `total` is not a whole number, a fraction or `phases` is out of
            range, or `shape` is unknown.

    Source: Smith and Topin, Super-Convergence, 2017, arXiv:1708.07120, section 4.

    >>> lr = one_cycle(1.0, total=10)
    >>> [round(lr(t), 6) for t in (0, 3, 10, 10**9)]
    [0.04, 1.0, 4e-06, 4e-06]
    """
    (total,) = _lengths(total=total)
    first = peak / 25.0 if start is None else start
    last = first / 1e4 if floor is None else floor
    rise = round(_checks.fraction("warmup_fraction", warmup_fraction) * total)
    if phases == 2:
        down = (ramp(shape, peak, last, total - rise),)
        return Chain((ramp(shape, first, peak, rise), *down))
    if phases != 3:
        raise ValueError(f"phases must be 2 or 3, got {phases!r}")
    if 2 * rise > total:
        raise ValueError(
            f"warmup_fraction must be <= 0.5 with 3 phases, got {warmup_fraction!r}"
        )
    return Chain(
        (
            ramp(shape, first, peak, rise),
            ramp(shape, peak, first, rise),
            ramp(shape, first, last, total - 2 * rise),
        )
    )


def warm_restarts(
    peak: float,
    *,
    period: int,
    count: int | None = None,
    stretch: float = 1.0,
    decay: float = 1.0,
    floor: float = 0.0,
    warmup: int = 0,
    start: float | None = None,
) -> Chain:
    """Fall along a cosine from `peak` to `floor`, again and again (SGDR).

    Args:
        peak: value at update `warmup` and (times decay^i) at each restart.
        period: length of the first cycle in updates, > 0.
        count: number of cycles; None for ever.
        stretch: length of each cycle over that of the one before.
        decay: height above `floor` of each cycle over that of the one before.
        floor: value that each cycle falls to.
        warmup: length of a rise before the first cycle, >= 0.
        start: value at update 0 of the rise; peak / (warmup + 1) by default.

    Raises:
        ValueError: a length is not a whole number or negative, or `count`, `stretch`
            or `decay` is out of range.

    Source: Loshchilov and Hutter, SGDR, 2017, arXiv:1608.03983, section 3.

    >>> lr = warm_restarts(1.0, period=4, stretch=2)
    >>> [round(lr(t), 3) for t in (0, 2, 4, 8, 12, 10**9)]
    [1.0, 0.5, 1.0, 0.5, 1.0, 0.046]
    """
    period, warmup = _lengths(period=period, warmup=warmup, total=math.inf)[:2]
    if decay == 1.0:
        cycles: Schedule = Repeat(Cosine(peak, floor, period), count, stretch)
    else:
        height = Cosine(peak - floor, 0.0, period)
        cycles = floor + Repeat(height, count, stretch, decay)
    return Chain((_rise(peak, warmup, start), cycles))


def noam(dimension: int, *, warmup: int, factor: float = 1.0) -> Chain:
    """Rise for `warmup` updates, then decay by the inverse square root (Noam).

    With n = t + 1, update t uses factor dimension^(-1/2) min(n^(-1/2), n w^(-3/2)), w
    being the warmup. The peak, at update warmup - 1, is factor / sqrt(dimension warmup).

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
    peak = factor / math.sqrt(dimension * warmup)
    rise = Linear(peak / warmup, peak, warmup - 1)
    return Chain((rise, InverseSqrt(peak, timescale=warmup)))


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
        warmup, cooldown = _lengths(warmup=warmup, cooldown=cooldown, total=math.inf)[
            :2
        ]
        if cooldown:
            raise ValueError(f"cooldown={cooldown} needs total: when does it end?")
    else:
        warmup, cooldown, total = _lengths(
            warmup=warmup, cooldown=cooldown, total=total
        )
    if timescale is None:
        if not warmup:
            raise ValueError("timescale must be given when warmup is 0")
        timescale = warmup
    rise = _rise(peak, warmup, start)
    if total is None:
        return Chain((rise, InverseSqrt(peak, timescale)))
    tail = InverseSqrt(peak, timescale, total - cooldown - warmup)
    return Chain((rise, tail, ramp(shape, tail(tail.steps), floor, cooldown)))


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
    factor = _checks.finite("factor", factor)
    values = tuple(start * factor**i for i in range(len(milestones) + 1))
    return PiecewiseConstant(values, tuple(milestones))


def _rise(peak: float, warmup: int, start: float | None) -> Linear:
    return Linear(peak / (warmup + 1) if start is None else start, peak, warmup)


def _lengths(**given: float | None) -> list[int]:
    """Return whole lengths; refuse parts that exceed `total` (`inf` for no total)."""
    whole = [
        value if value == math.inf else _whole(name, value)
        for name, value in given.items()
    ]
    total = given.get("total", math.inf)
    parts = {
        name: w
        for (name, _), w in zip(given.items(), whole, strict=True)
        if name != "total"
    }
    if total is not None and sum(parts.values()) > total:
        names = " + ".join(f"{name} ({value})" for name, value in parts.items())
        raise ValueError(
            f"{names} exceeds total ({total}) updates; shorten "
            f"{' or '.join(parts)}, or pass a larger total"
        )
    return whole  # type: ignore[return-value]  # inf only where the caller drops it


def _whole(name: str, value: float | None) -> int:
    if isinstance(value, float) and 0 < value < 1:
        raise ValueError(
            f"{name} must be a whole number of updates, got {value!r}; for a part of "
            f"the run pass {name}=round({value!r} * total)"
        )
    return _checks.count(name, value, 0)


__all__ = [
    "inverse_sqrt",
    "multi_step",
    "noam",
    "one_cycle",
    "power_of_tokens",
    "trapezoid",
    "warm_restarts",
    "warmup_constant",
    "warmup_cosine",
    "warmup_linear",
    "warmup_stable_decay",
]
