"""From a schedule that was followed into another one, from the next update on."""

import math
from dataclasses import replace

from lehr.replanning.pieces import (
    STRETCHABLE,
    future,
    joined,
    past,
    pieces_of,
    stretched,
)
from lehr.replanning.smooth import slope_before, smooth
from lehr.schedules.base import Schedule
from lehr.schedules.constant import Constant
from lehr.schedules.exponential import Exponential
from lehr.schedules.linear import Linear
from lehr.schedules.scale import Scale
from lehr.schedules.sum import Sum
from lehr.schedules.window import Window


def rescaled(saved: Schedule, new: Schedule, now: int) -> Schedule:
    """Go on in `new` at the fraction that `saved` has reached, and end on its horizon.

    The past stays as it was. With f = now / saved.steps, the updates from `now` to
    `new.steps` play `new` from f to 1. If both are the same curve with other lengths,
    the value does not jump.

    Args:
        saved: what was followed.
        new: what is to be followed.
        now: the next update, >= 0.

    Raises:
        ValueError: one of the two never ends, or `now` is past the new horizon.

    >>> from lehr import Linear
    >>> longer = rescaled(Linear(1.0, 0.0, 100), Linear(1.0, 0.0, 200), now=50)
    >>> [longer(t) for t in (49, 50, 125, 200, 201)]
    [0.51, 0.5, 0.25, 0.0, 0.0]
    """
    if math.inf in (saved.steps, new.steps):
        raise ValueError(
            "rescale needs two schedules that end, got one of "
            f"{saved.steps} updates and a new one of {new.steps}; cut the endless one: "
            "schedule[:n]"
        )
    _require_ahead("rescale", new, now)
    reached = new.steps * min(now / saved.steps, 1.0) if saved.steps else new.steps
    if reached == new.steps:
        return joined((*past(saved, now), Constant(new(new.steps), new.steps - now)))
    rest = stretched(future(new, reached), new.steps - now)
    return joined((*past(saved, now), *rest))


def reanchored(
    saved: Schedule, new: Schedule, now: int, *, slope: bool = False
) -> Schedule:
    """Go from today's value of `saved` into `new`, without a jump.

    The past stays as it was. The phase of `new` that `now` falls into is drawn from
    today's value v to that phase's own end e, as e + (v - e) (new(t) - e) / (new(now)
    - e); then `new` goes on unchanged. Where that has no meaning, because the phase is
    flat or would leave the range between v and e, the way from v to e is straight.

    Args:
        saved: what was followed.
        new: what is to be followed.
        now: the next update, >= 0.
        slope: whether the way from v to e also begins with the slope that `saved` had
            before `now`, and ends level: see `lehr.replanning.smooth`.

    Raises:
        ValueError: `now` is past the new horizon, or `new` is endless and 0 now, or
            has no phase that ends, to be smooth in.

    >>> from lehr import Linear
    >>> longer = reanchored(Linear(1.0, 0.0, 100), Linear(1.0, 0.0, 200), now=50)
    >>> [longer(t) for t in (50, 125, 200)]
    [0.5, 0.25, 0.0]
    """
    value = saved(now)
    _require_ahead("reanchor", new, now)
    before = past(saved, now)
    end = next(new.joints(now, new._horizon(now)), new.steps)
    if end == math.inf:
        if slope:
            raise ValueError(
                "slope needs a phase that ends, and the new schedule goes on for ever "
                f"from {now}; leave slope out, or cut it: new[:n]"
            )
        return joined((*before, *_endless(new, now, value)))
    goal = new._left(end)
    if slope:
        bridge = (smooth(value, goal, end - now, slope_before(saved, now)),)
    elif new(now) == value:
        return joined((*before, *future(new, now)))
    else:
        bridge = (_bridge(new, now, end, value),)
    rest = future(new, end) if end < new.steps else (Constant(new(end)),)
    if end == new.steps and new(end) == goal:
        rest = ()
    return joined((*before, *bridge, *rest))


def straightened(saved: Schedule, new: Schedule, now: int) -> Schedule:
    """Go straight from today's value of `saved` to the end of `new`, up or down.

    Args:
        saved: what was followed.
        new: what is to be followed: its length and its last value are taken.
        now: the next update, >= 0.

    Raises:
        ValueError: `new` never ends, or `now` is past its end.

    >>> from lehr import Linear
    >>> down = straightened(Linear(1.0, 0.0, 100), Linear(1.0, 0.0, 60), now=50)
    >>> [down(t) for t in (49, 50, 55, 60)]
    [0.51, 0.5, 0.25, 0.0]
    """
    if new.steps == math.inf:
        raise ValueError("cooldown needs a new schedule that ends, for its length")
    _require_ahead("cooldown", new, now)
    way = Linear(saved(now), new(new.steps), new.steps - now)
    return joined((*past(saved, now), way))


def _bridge(new: Schedule, now: int, end: float, value: float) -> Schedule:
    """Return the phase of `new` from `now` to `end`, drawn from `value` to its end."""
    goal = new._left(end)
    straight = Linear(value, goal, end - now)
    if new(now) == goal:
        return straight
    factor = (value - goal) / (new(now) - goal)
    begin = 0.0
    for piece in pieces_of(new):
        if begin <= now and begin + piece.steps == end:
            if isinstance(piece, Linear):
                return straight
            if isinstance(piece, STRETCHABLE) and not isinstance(piece, Exponential):
                start = goal + (piece.start - goal) * factor
                drawn = replace(piece, start=start, end=goal)
                return drawn if now == begin else drawn[now - begin :]
        begin += piece.steps
    phase = Window(new, now, end)
    bridge = Sum((Scale(phase, factor), Constant(goal * (1.0 - factor))))
    low, high = bridge.minimum, bridge.maximum
    slack = 1e-12 * max(abs(value), abs(goal))
    if low < min(value, goal) - slack or high > max(value, goal) + slack:
        return straight
    return bridge


def _endless(new: Schedule, now: int, value: float) -> tuple[Schedule, ...]:
    if not new(now):
        raise ValueError(
            f"reanchor: the new schedule never ends and is 0 at {now}, so it cannot be "
            "scaled to today's value; cut it: schedule[:n]"
        )
    if new(now) == value:
        return future(new, now)
    return (Scale(Window(new, now, new.steps), value / new(now)),)


def _require_ahead(policy: str, new: Schedule, now: int) -> None:
    if now >= new.steps:
        raise ValueError(
            f"{policy}: the run is at {now}, past the end of the new schedule "
            f"({new.steps}); lengthen it"
        )
