"""Another length for a run that goes on."""

import math
from collections.abc import Callable
from typing import Literal, get_args

from lehr import _checks
from lehr.replanning.arguments import Resolving, position, require_going_on
from lehr.replanning.between import reanchored
from lehr.replanning.pieces import (
    STRETCHABLE,
    future,
    joined,
    over,
    past,
    pieces_of,
    stretched,
)
from lehr.schedules.base import Schedule, require_schedule
from lehr.schedules.constant import Constant
from lehr.schedules.phases import Phase
from lehr.schedules.recipes.shapes import Shape, ramp
from lehr.schedules.window import Window

How = Literal["rescale", "keep", "reanchor", "stable", "cooldown"]
HOWS: tuple[How, ...] = get_args(How)
_TAKES = {"new": "reanchor", "slope": "reanchor", "floor": "cooldown"}
_TAKES |= {"shape": "cooldown"}


def extend(
    schedule: Schedule,
    *,
    at: int | str,
    total: float | str | None = None,
    how: How = "rescale",
    new: Schedule | None = None,
    slope: bool = False,
    floor: float | None = None,
    shape: Shape | None = None,
    plan: Resolving | None = None,
) -> Schedule:
    """Plan the rest of a run anew: longer, shorter, or down now. The past stays.

    For every update before `at` the result has the value that `schedule` has, to the
    last bit. From `at` to `total`, by `how`:

    - "rescale": what is left of the curve is stretched or pressed into what is left
      of the run. No jump.
    - "keep": the curve goes on as it is, and its end is held until `total`. Refused
      where `total` would cut off what still changes.
    - "reanchor": from today's value, along what is left of a `new` schedule, to its
      end. By default `new` is the same recipe for `total` updates: the last phase, or
      the plateau before it if that is not over, is made longer or shorter.
    - "stable": more, or fewer, updates of the plateau before the last decay, which
      keeps its length and ends at `total`. If the decay has begun, today's value is
      held first, and then the decay goes on.
    - "cooldown": from today's value to `floor`, at once.

    Args:
        schedule: what has been followed.
        at: the next update, counted from 0: how many have been applied.
        total: length of the whole run in updates, the past included; > `at`. Left out
            only with `new`, whose length it then is.
        how: as above.
        new: of reanchor: another schedule, its update 0 that of the run.
        slope: of reanchor: whether the slope of the past goes on too, as far as that
            does not overshoot; the rest of the phase is then a smooth way to its end.
        floor: of cooldown: the last value; by default the end of the schedule where
            that is not above today's value, else 0.
        shape: of cooldown: "linear" (by default), "cosine", "1-sqrt" or another of
            `warmup_stable_decay`.
        plan: what durations such as "5%" or "3ep" in `at` and `total` refer to.

    Raises:
        TypeError: `schedule` is not a schedule.
        ValueError: `total` is not > `at`; `how` is unknown, does not take an option,
            or does not fit the schedule; the message says what does.

    Source: the definition; the cooldown from any update: Haegele et al., 2024,
        arXiv:2405.18392, section 4.

    >>> from lehr import Linear, warmup_stable_decay
    >>> old = Linear(1.0, 0.0, 100)
    >>> extend(old, at=50, total=200)
    Chain(pieces=(Window(schedule=Linear(start=1.0, end=0.0, steps=100), start=0, \
stop=50), Linear(start=0.5, end=0.0, steps=150)))
    >>> wsd = warmup_stable_decay(1.0, warmup=9, total=100, decay=20)
    >>> longer = extend(wsd, at=50, total=1_000, how="stable")
    >>> [longer(t) for t in (49, 50, 980, 990, 1_000, 10**9)]
    [1.0, 1.0, 1.0, 0.5, 0.0, 0.0]
    >>> extend(wsd, at=50, total=60, how="cooldown")(55)
    0.5
    """
    _checks.choice("how", how, HOWS)
    given = {"new": new, "slope": slope or None, "floor": floor, "shape": shape}
    for name, value in given.items():
        if value is not None and how != _TAKES[name]:
            raise ValueError(
                f'{name} belongs to how="{_TAKES[name]}", and how is "{how}"'
            )
    length = _length_of(new) if total is None else total
    old, now, end = position(schedule, at, length, plan)
    if how == "reanchor":
        return _reanchor(old, now, end, new, slope)
    if how == "cooldown":
        return _cooldown(old, now, end, floor, shape or "linear")
    plain: dict[str, Callable[[Schedule, int, int], Schedule]]
    plain = {"rescale": _rescale, "keep": _keep, "stable": _stable}
    return plain[how](old, now, end)


def _length_of(new: Schedule | None) -> float:
    if new is None:
        raise ValueError(
            "total must be given: the length of the whole run in updates, what is over "
            "included"
        )
    steps = require_schedule("new", new).steps
    if steps == math.inf:
        raise ValueError("total must be given, since the new schedule never ends")
    return steps


def _rescale(old: Schedule, at: int, total: int) -> Schedule:
    require_going_on("rescale", old, at)
    if total == old.steps:
        return old
    return joined((*past(old, at), *stretched(future(old, at), total - at)))


def _keep(old: Schedule, at: int, total: int) -> Schedule:
    if old.steps <= total:
        end = Constant(old(old.steps), total - old.steps)
        return joined((old, end)) if end.steps else old
    if old.steps == math.inf:
        return Window(old, 0, total)
    end_value = old(old.steps)
    if old.bounds(total, old.steps) != (end_value, end_value):
        raise ValueError(
            f"keep would cut the schedule off at {total} of {old.steps} updates, at "
            f"{old(total):g} on its way to {end_value:g}; "
            'how="rescale" or how="cooldown" ends there in time; schedule[:n] cuts'
        )
    return joined(past(old, total))


def _cooldown(
    old: Schedule, at: int, total: int, floor: float | None, shape: Shape
) -> Schedule:
    value = old(at)
    if floor is None:
        end = old(old.steps) if old.steps < math.inf else 0.0
        floor = end if end <= value else min(0.0, value)
    floor = _checks.finite("floor", floor)
    if floor > value:
        raise ValueError(
            f"floor must be <= {value:g}, the value at update {at}, got {floor!r}; to "
            "rise again use rewarm(...)"
        )
    return joined((*past(old, at), ramp(shape, value, floor, total - at)))


def _stable(old: Schedule, at: int, total: int) -> Schedule:
    require_going_on("stable", old, at)
    plateau, decay = _last_decay(old)
    change, hold = total - old.steps, max(at, decay)
    if change >= 0:
        rest = future(old, hold) if hold < old.steps else ()
        return joined((*past(old, hold), Constant(old(hold), change), *rest))
    spare = decay - max(at, plateau) if at < decay else 0
    if -change > spare:
        raise ValueError(
            f"stable: to end at {total} instead of {old.steps}, {-change} updates must "
            f"go, and of the plateau before the last decay {spare} are left at update "
            f'{at}; use how="rescale" or how="cooldown"'
        )
    return joined((*past(old, decay + change), *future(old, decay)))


def _last_decay(old: Schedule) -> tuple[float, float]:
    """Return where the last plateau and the decay after it begin; else both the end."""
    phases = list(old.phases)
    while phases and phases[-1].name == "stable":
        phases.pop()
    decay = old.steps
    while phases and phases[-1].end_value < phases[-1].start_value:
        decay = phases.pop().begin
    if decay < old.steps and phases and _leads_to(phases[-1], old(decay)):
        return phases[-1].begin, decay
    return decay, decay


def _leads_to(phase: Phase, value: float) -> bool:
    return phase.name == "stable" and phase.end_value == value


def _reanchor(
    old: Schedule, at: int, total: int, new: Schedule | None, slope: bool
) -> Schedule:
    if new is None:
        require_going_on("reanchor", old, at)
        longer, begin = _relengthened(old, at, total)
        return longer if at <= begin else reanchored(old, longer, at, slope=slope)
    new = require_schedule("new", new)
    if new.steps == math.inf:
        new = Window(new, 0, total)
    elif new.steps != total:
        raise ValueError(
            f"total ({total}) is not the length of new ({new.steps}); leave total out, "
            "or give a new schedule of that length"
        )
    return reanchored(old, new, at, slope=slope)


def _relengthened(old: Schedule, at: int, total: int) -> tuple[Schedule, float]:
    """Return the recipe of another length, as far as can be told, and what is as old.

    That is the update up to which nothing is different.
    """
    pieces = list(pieces_of(old))
    index = max(i for i, piece in enumerate(pieces) if piece.steps)
    begin = sum(piece.steps for piece in pieces[:index])
    if at < begin and _is_plateau(pieces, index - 1):
        index -= 1
        begin -= pieces[index].steps
    piece = pieces[index]
    if not (piece.monotone or _is_cut_ramp(piece)):
        raise ValueError(
            f"reanchor cannot tell how the last phase ({piece.shape}) of another "
            'length goes; pass new=, the schedule to go on with, or how="rescale"'
        )
    length = total - begin - sum(later.steps for later in pieces[index + 1 :])
    if length <= max(at - begin, 0):
        raise ValueError(
            f"reanchor: with the last phase from {begin} on, the schedule cannot end "
            f'at {total}; pass new=, or use how="rescale" or how="cooldown"'
        )
    pieces[index] = over(piece, length)
    return joined(pieces), begin


def _is_plateau(pieces: list[Schedule], index: int) -> bool:
    if index < 0 or not isinstance(flat := pieces[index], Constant):
        return False
    return flat.value == pieces[index + 1](0)


def _is_cut_ramp(piece: Schedule) -> bool:
    return isinstance(piece, Window) and isinstance(piece.schedule, STRETCHABLE)
