"""A second warmup, and the decay once more: for new data in a run that goes on."""

import math
from dataclasses import replace

from lehr import _checks
from lehr.replanning.arguments import Resolving, updates
from lehr.replanning.pieces import (
    STRETCHABLE,
    Pieces,
    future,
    joined,
    past,
    pieces_of,
    stretched,
)
from lehr.schedules.base import Schedule, require_schedule
from lehr.schedules.constant import Constant
from lehr.schedules.exponential import Exponential
from lehr.schedules.linear import Linear
from lehr.schedules.scale import Scale
from lehr.schedules.window import Window


def rewarm(
    schedule: Schedule,
    *,
    at: int | str,
    warmup: int | str,
    total: int | str | None = None,
    peak: float | None = None,
    start: float | None = None,
    plan: Resolving | None = None,
) -> Schedule:
    """Rise again to a peak from update `at` on, then decay once more. The past stays.

    After the warmup comes what `schedule` did from its own peak p on, stretched to end
    at `total`. For another peak, its values v are drawn from that to the same end e (of
    an endless schedule 0): e + (v - e) (peak - e) / (p - e).

    Args:
        schedule: what has been followed.
        at: the next update, counted from 0: how many have been applied.
        warmup: length of the rise in updates, >= 0; 0 jumps to the peak.
        total: length of the whole run in updates, the past included; by default what
            it takes to decay as slowly as before.
        peak: highest value of the new rise; by default that of the schedule.
        start: value of update `at`; by default the one that the schedule has there, so
            that nothing jumps.
        plan: what durations such as "5%" or "3ep" refer to.

    Raises:
        TypeError: `schedule` is not a schedule.
        ValueError: the rise is no rise, or `total` leaves no room for it.

    Source: Gupta et al., Continual Pre-Training of Large Language Models: How to
        (re)warm your model?, 2023, arXiv:2308.04014; Ibrahim et al., Simple and
        Scalable Strategies to Continually Pre-train Large Language Models, 2024,
        arXiv:2403.08763, section 4.1 (warm up again, decay again).

    >>> from lehr import warmup_cosine
    >>> old = warmup_cosine(1.0, warmup=10, total=100)
    >>> again = rewarm(old, at=100, warmup=20, total=200)
    >>> [round(again(t), 3) for t in (99, 100, 110, 120, 160, 200, 10**9)]
    [0.0, 0.0, 0.5, 1.0, 0.5, 0.0, 0.0]
    """
    old = require_schedule("schedule", schedule)
    now, length = updates("at", at, plan), updates("warmup", warmup, plan)
    value = old(now) if start is None else _checks.finite("start", start)
    top = old.maximum if peak is None else _checks.finite("peak", peak)
    if top < value:
        raise ValueError(
            f"rewarm rises from {value:g} to peak={top:g}, which is below; give a "
            'higher peak or a lower start, or extend(..., how="cooldown")'
        )
    begin = now + length
    rest = _from_peak(old, top)
    if total is not None:
        end = updates("total", total, plan)
        if end <= begin:
            raise ValueError(
                f"total must be > at + warmup ({begin}), got {end}; it counts from the "
                "start of the run"
            )
        rest = _over(rest, end - begin)
    rise = (Linear(value, top, length),) if value < top else (Constant(top, length),)
    return joined((*past(old, now), *rise, *rest))


def _over(rest: Pieces, steps: int) -> Pieces:
    length = sum(piece.steps for piece in rest)
    if length == math.inf:
        return (Window(joined(rest), 0, steps),)
    return stretched(rest, steps) if length else (Constant(rest[-1](0), steps),)


def _from_peak(old: Schedule, peak: float) -> Pieces:
    """Return what comes after the first update at the highest value, from `peak`."""
    at = _peak_at(old)
    if at >= old.steps:
        return (Constant(peak),)
    was, rest = old(at), future(old, at)
    if peak == was:
        return rest
    end = old(old.steps) if old.steps < math.inf else 0.0
    if was == end:
        raise ValueError(
            f"the schedule does not fall after its highest value, {was:g}, so its "
            "decay cannot be drawn from another peak; leave peak out"
        )
    factor = (peak - end) / (was - end)
    return tuple(_drawn(piece, factor, end) for piece in rest)


def _drawn(piece: Schedule, factor: float, end: float) -> Schedule:
    """Return a piece, its distance from `end` multiplied by `factor`."""

    def moved(value: float) -> float:
        return end + (value - end) * factor

    if isinstance(piece, Constant):
        return Constant(moved(piece.value), piece.steps)
    if isinstance(piece, STRETCHABLE) and not isinstance(piece, Exponential):
        return replace(piece, start=moved(piece.start), end=moved(piece.end))
    scaled = Scale(piece, factor)
    return scaled + end * (1.0 - factor) if end else scaled


def _peak_at(old: Schedule) -> float:
    """Return the first update at the highest value, to rounding."""
    highest = old.maximum
    if highest == -math.inf or highest == math.inf:
        raise ValueError(
            "the schedule's highest value is not known, so rewarm cannot tell where "
            "its decay begins; cut it first: schedule[:n]"
        )
    begin = 0.0
    for piece in pieces_of(old):  # where a piece begins, it is exact
        if old(begin) == highest:
            return begin
        begin += piece.steps
    bar = highest - 1e-12 * max(abs(highest), abs(old.minimum))
    first = (-1.0 * old).first_step_below(-bar)
    return old.steps if first is None else first
