"""What to do with a saved schedule when the configuration has changed since."""

import math
from typing import Any, Literal, get_args

from lehr.schedules.base import Schedule
from lehr.schedules.chain import Chain
from lehr.schedules.constant import Constant
from lehr.schedules.linear import Linear
from lehr.schedules.scale import Scale
from lehr.schedules.stretch import Stretch
from lehr.schedules.sum import Sum
from lehr.schedules.window import Window

Policy = Literal["refuse", "keep", "override", "rescale", "reanchor"]
POLICIES: tuple[Policy, ...] = get_args(Policy)


def require_policy(policy: Any) -> Policy:
    """Return `policy` if it is one, or say which there are."""
    if policy not in POLICIES:
        known = ", ".join(repr(name) for name in POLICIES)
        raise ValueError(f"on_change must be one of {known}, got {policy!r}")
    return policy  # type: ignore[no-any-return]  # Any, just found among POLICIES


def rescaled(saved: Schedule, new: Schedule, now: int) -> Schedule:
    """Go on in `new` at the fraction that `saved` has reached, and end on its horizon.

    The past stays as it was. With f = now / saved.steps, the updates from `now` to
    `new.steps` play `new` from f to 1. If both are the same curve with other lengths,
    the value does not jump.

    Raises:
        ValueError: one of the two never ends, or `now` is past the new horizon.

    >>> from lehr import Linear
    >>> longer = rescaled(Linear(1.0, 0.0, 100), Linear(1.0, 0.0, 200), now=50)
    >>> [longer(t) for t in (49, 50, 125, 200, 201)]
    [0.51, 0.5, 0.25, 0.0, 0.0]
    """
    if math.inf in (saved.steps, new.steps):
        raise ValueError(
            "rescale needs two schedules that end; use on_change='override' or "
            f"'reanchor' (saved: {saved.steps} steps, new: {new.steps})"
        )
    if now >= new.steps:
        raise ValueError(
            f"rescale: the run is at {now}, past the end of the new schedule "
            f"({new.steps}); lengthen it, or use on_change='keep' or 'override'"
        )
    reached = new.steps * min(now / saved.steps, 1.0) if saved.steps else new.steps
    if reached == new.steps:
        rest: Schedule = Constant(new(new.steps))
    else:
        factor = (new.steps - now) / (new.steps - reached)
        rest = Stretch(Window(new, reached, new.steps), factor)
    return _joined(saved, rest, now)


def reanchored(saved: Schedule, new: Schedule, now: int) -> Schedule:
    """Go from today's value of `saved` into `new`, without a jump.

    The past stays as it was. The phase of `new` that `now` falls into is drawn from
    today's value v to that phase's own end e, as e + (v - e) (new(t) - e) / (new(now)
    - e); then `new` goes on unchanged. Where that has no meaning, because the phase is
    flat or would leave the range between v and e, the way from v to e is straight.

    Raises:
        ValueError: `now` is past the new horizon, or `new` is endless and 0 now.

    >>> from lehr import Linear
    >>> longer = reanchored(Linear(1.0, 0.0, 100), Linear(1.0, 0.0, 200), now=50)
    >>> [longer(t) for t in (50, 125, 200)]
    [0.5, 0.25, 0.0]
    """
    value = saved(now)
    if now >= new.steps:
        raise ValueError(
            f"reanchor: the run is at {now}, past the end of the new schedule "
            f"({new.steps}); lengthen it, or use on_change='keep' or 'override'"
        )
    ends = [b for b in (*new.breakpoints, new.steps) if now < b < math.inf]
    if not ends:
        return _joined(saved, _endless(new, now, value), now)
    end = min(ends)
    goal = new._left(end)
    phase = Window(new, now, end)
    if new(now) != goal:
        factor = (value - goal) / (new(now) - goal)
        bridge: Schedule = Sum((Scale(phase, factor), Constant(goal * (1.0 - factor))))
        low, high = bridge.minimum, bridge.maximum
        slack = 1e-12 * max(abs(value), abs(goal))
        if low < min(value, goal) - slack or high > max(value, goal) + slack:
            bridge = Linear(value, goal, end - now)
    else:
        bridge = Linear(value, goal, end - now)
    rest = Window(new, end, new.steps) if end < new.steps else Constant(goal)
    return _joined(saved, Chain((bridge, rest)), now)


def _endless(new: Schedule, now: int, value: float) -> Schedule:
    if not new(now):
        raise ValueError(
            f"reanchor: the new schedule never ends and is 0 at {now}, so it cannot be "
            "scaled to today's value; use on_change='keep' or 'override'"
        )
    return Scale(Window(new, now, new.steps), value / new(now))


def _joined(saved: Schedule, rest: Schedule, now: int) -> Schedule:
    return Chain((Window(saved, 0, now), rest)) if now else rest
