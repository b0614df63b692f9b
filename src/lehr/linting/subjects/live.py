"""A live scheduler as a subject: read, never stepped, never changed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from lehr.config.errors import Problem
from lehr.linting.base import Origin, Place, Stepping, Subject, Unit
from lehr.linting.subjects.clocks import fitting, guessed, in_updates, run_of
from lehr.linting.subjects.functions import Held, functions_of
from lehr.linting.subjects.identity import Identity, identified
from lehr.linting.subjects.optimizers import (
    innermost,
    is_tensor,
    number,
    optimizer_of,
    updates_made,
)
from lehr.linting.subjects.origins import horizon_of, longest_of
from lehr.linting.subjects.told import Told
from lehr.linting.subjects.wrapped import Wrapped, is_live, unwrapped
from lehr.plan import Plan
from lehr.schedules import Schedule

__all__ = ["Live", "LiveGroup", "is_live", "of_live"]


@dataclass(frozen=True)
class LiveGroup:
    """A param group as it is now.

    Args:
        field: as in the schedules: "lr", or "lr.1" where groups differ.
        rate: its learning rate.
        initial: `initial_lr`, which torch's schedulers start from; None if not there.
        expected: what the scheduler's curve has at its position; None if unknown.
        is_tensor: whether the rate is in a tensor.
    """

    field: str
    rate: float
    initial: float | None
    expected: float | None
    is_tensor: bool


@dataclass(frozen=True)
class Live:
    """What only a live scheduler shows.

    Args:
        name: its class.
        module: where that is from.
        position: the steps that it has taken; None if it does not count.
        updates: those that the optimizer has made, by its own count; None if unknown.
        groups: the param groups.
        functions: the users' functions in it.
        built_for: the param groups that it found when it was built; None if unknown.
    """

    name: str
    module: str
    position: int | None = None
    updates: int | None = None
    groups: tuple[LiveGroup, ...] = ()
    functions: tuple[Held, ...] = ()
    built_for: int | None = None


def of_live(
    scheduler: Any,
    plan: Plan | None = None,
    *,
    per: Unit | None = None,
    **known: Any,
) -> Subject:
    """Return the facts of a live scheduler, which is only read.

    Read are what `lehr.from_torch`, `from_timm` and `from_optax` read, schedulers that
    follow a metric, lehr's own, Lightning's dictionary, and accelerate's wrapper. Of
    one that is not known (a class of one's own) there is no curve, but the rest.

    Args:
        scheduler: the object.
        plan: the run.
        per: what one step of it is; else Lightning's dictionary says it, or what makes
            its horizon fit the plan.
        **known: as for `of_foreign`: `world_size=`, `metric=`, `state=`, `optimizer=`.

    Raises:
        TypeError: it is no live scheduler, or a thing known has another name.

    >>> import torch
    >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)
    >>> scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=90)
    >>> of_live(scheduler).origin["lr"].horizon
    90
    """
    if not is_live(scheduler):
        raise TypeError(
            f"scheduler must be a live scheduler, got {scheduler!r}; of optax, pass "
            "the schedule function: a state holds a count alone"
        )
    told = Told.of(known if per is None else {**known, "per": per})
    size = told.world_size or (None if plan is None else plan.world_size)
    inside = unwrapped(scheduler, size)
    if told.wrapper == "accelerate" and inside.scheduler is scheduler:
        inside = replace(inside, times=size or 1)
    found = identified(inside.scheduler, told.metric or inside.metric)
    if inside.monitored and found.feedback is not None:
        settings = {**found.feedback.settings, "monitored": True}
        found = replace(found, feedback=replace(found.feedback, settings=settings))
    return _subject(inside, found, plan, told)


def _subject(
    inside: Wrapped, found: Identity, plan: Plan | None, told: Told
) -> Subject:
    it = inside.scheduler
    held = functions_of(it)
    callable_ = all(each.kind == "plain" for each in held)
    curves = dict(found.curves()) if callable_ else {}
    names = () if found.library == "lehr" else tuple(curves) or ("lr",)
    origins = {
        name: _origin(found, inside, plan, told, curves.get(name)) for name in names
    }
    optimizer = getattr(it, "optimizer", None)
    first = next(iter(origins.values()), Origin("lehr", ""))
    run = fitting(plan, first.stepping)
    # An endless function of one's own has no bounds, so that a run has to end it.
    shown = curves if run is not None or not held else {}
    return Subject(
        {
            name: in_updates(c, origins[name], run) if name in origins else c
            for name, c in shown.items()
        },
        run,
        told.optimizer or optimizer_of(optimizer),
        origin=origins,
        feedback={} if found.feedback is None else {"lr": found.feedback},
        sections={
            "live": _live(it, found, curves, held),
            "state": told.state,
            "problems": _not_looked_at(found, held, curves),
        },
    )


def _not_looked_at(
    found: Identity, held: tuple[Held, ...], curves: Mapping[str, Schedule]
) -> tuple[tuple[Problem, Place], ...]:
    """Return why there is no curve, where one could be expected."""
    why = found.why
    changing = [each for each in held if each.kind != "plain"]
    if changing and not curves:
        first = changing[0]
        why = f"{first.where} ({first.name}) is not called, as it may change by that"
    if not why:
        return ()
    return ((Problem("LH104", why, "<live>"), Place()),)


def _origin(
    found: Identity,
    inside: Wrapped,
    plan: Plan | None,
    told: Told,
    curve: Schedule | None,
) -> Origin:
    horizon = horizon_of(found.library, found.name, found.arguments, curve)
    longest = longest_of(found.library, found.name, found.arguments)
    per = told.per or inside.per or found.per or guessed(plan, horizon, longest)
    stepping = Stepping(per, inside.times, inside.every)
    run, position = run_of(plan, stepping), _position(inside.scheduler)
    if run is None and horizon and position is not None and position > horizon:
        run = position + 1  # it is there already
    return Origin(
        found.library,
        found.name,
        found.arguments,
        horizon,
        stepping,
        found.lost,
        live=True,
        run=run,
    )


def _live(
    it: Any, found: Identity, curves: Mapping[str, Schedule], held: tuple[Held, ...]
) -> Live:
    optimizer = innermost(getattr(it, "optimizer", None))
    position = _position(it) if found.library in ("torch", "transformers") else None
    return Live(
        type(it).__name__,
        type(it).__module__,
        position,
        updates_made(optimizer),
        tuple(_groups(optimizer, curves, position)),
        held,
        len(known)
        if isinstance(known := getattr(it, "base_lrs", None), list)
        else None,
    )


def _position(it: Any) -> int | None:
    while getattr(it, "last_epoch", None) is None:
        inner = getattr(it, "_schedulers", None)
        if not inner:
            return None
        it = inner[0]
    return int(it.last_epoch)


def _groups(
    optimizer: Any, curves: Mapping[str, Schedule], position: int | None
) -> Iterator[LiveGroup]:
    for index, group in enumerate(getattr(optimizer, "param_groups", ())):
        rate = number(group.get("lr"))
        if rate is None:
            continue
        name = "lr" if "lr" in curves else f"lr.{index}"
        curve = curves.get(name)
        value = None
        if curve is not None and position is not None and position >= 0:
            value = float(curve(position))
        yield LiveGroup(
            name,
            rate,
            number(group.get("initial_lr")),
            value,
            is_tensor(group["lr"]),
        )
