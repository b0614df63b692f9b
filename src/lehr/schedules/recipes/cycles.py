"""One cycle, and warm restarts."""

from lehr import _checks
from lehr.schedules.base import Schedule
from lehr.schedules.chain import Chain
from lehr.schedules.cosine import Cosine
from lehr.schedules.recipes.lengths import lengths, rise, values
from lehr.schedules.recipes.shapes import Shape, ramp
from lehr.schedules.repeat import Repeat


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
    (total,) = lengths(total=total)
    (peak,) = values(peak=peak)
    (first,) = values(start=peak / 25.0 if start is None else start)
    (last,) = values(floor=first / 1e4 if floor is None else floor)
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
    period, warmup = lengths(period=period, warmup=warmup)
    period = _checks.count("period", period, 1)
    peak, floor, decay = values(peak=peak, floor=floor, decay=decay)
    if decay == 1.0:
        cycles: Schedule = Repeat(Cosine(peak, floor, period), count, stretch)
    else:
        height = Cosine(peak - floor, 0.0, period)
        cycles = floor + Repeat(height, count, stretch, decay)
    return Chain((rise(peak, warmup, start), cycles))


sgdr = warm_restarts
"""`warm_restarts` by the name of its paper."""
