"""Warmup, a plateau, and a cooldown."""

from lehr.schedules.chain import Chain
from lehr.schedules.constant import Constant
from lehr.schedules.recipes.lengths import lengths, rise, values
from lehr.schedules.recipes.shapes import Shape, ramp


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
        decay: length of the cooldown in updates, >= 0; with 0 the peak is held.
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
        warmup, decay, total = lengths(warmup=warmup, decay=decay, total=total)
        stable = total - warmup - decay
    else:
        warmup, stable, decay = lengths(warmup=warmup, stable=stable, decay=decay)
    peak, floor = values(peak=peak, floor=floor)
    cooldown = ramp(shape, peak, floor, decay)
    return Chain((rise(peak, warmup, start), Constant(peak, stable), cooldown))


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


wsd = warmup_stable_decay
"""`warmup_stable_decay` by the name that papers use for it."""
