"""A scheduler's own steps and the run's updates: how one becomes the other."""

import math

from lehr.linting.base import Origin, Stepping, Unit
from lehr.plan import Plan
from lehr.schedules import Chain, Constant, Schedule, Stretch


def run_of(
    plan: Plan | None, stepping: Stepping, epochs: float | None = None
) -> int | None:
    """Return the steps that a scheduler takes in a run; None if that is not known.

    Args:
        plan: the run, if it is known.
        stepping: how the scheduler is driven.
        epochs: the run's length in epochs, where there is no plan.

    >>> plan = Plan(dataset_size=640, batch_size=64, accumulation=2, epochs=3)
    >>> [run_of(plan, Stepping(per)) for per in ("update", "epoch", "micro_batch")]
    [15, 3, 30]
    """
    if stepping.per == "epoch":
        length = epochs if plan is None or plan.epochs is None else plan.epochs
        if length is None:
            return None
        return math.ceil(length) * stepping.times // stepping.every
    if plan is None:
        return None
    units = plan.updates if stepping.per == "update" else plan.micro_batches
    return units * stepping.times // stepping.every


def guessed(
    plan: Plan | None, horizon: int | None, longest: float | None = None
) -> Unit:
    """Return what a step is where nothing says it: what makes the lengths fit.

    Args:
        plan: the run, if it is known.
        horizon: the scheduler's own length, if it has one: the run's epochs or not.
        longest: else the longest of its lengths, which may fit into the epochs.

    >>> plan = Plan(dataset_size=640, batch_size=64, accumulation=2, epochs=3)
    >>> guessed(plan, 3), guessed(plan, 15), guessed(plan, 7)
    ('epoch', 'update', 'update')
    >>> guessed(plan, None, 2), guessed(plan, None, 5)
    ('epoch', 'update')
    """
    if plan is None or plan.epochs is None:
        return "update"
    if horizon is None:
        fits = longest is not None and longest <= plan.epochs
        return "epoch" if fits else "update"
    fits_epochs = abs(horizon - plan.epochs) <= 1
    return "epoch" if fits_epochs and abs(horizon - plan.updates) > 1 else "update"


def in_updates(curve: Schedule, origin: Origin, plan: Plan | None) -> Schedule:
    """Return a curve over a scheduler's steps as one over the run's updates.

    Where the run is not known, the scheduler's own steps stay the clock, and a curve
    ends where its run or its horizon does: none was asked to go on.

    >>> from lehr import Linear
    >>> plan = Plan(dataset_size=640, batch_size=64, epochs=3)
    >>> per_epoch = Origin("torch", "LinearLR", stepping=Stepping("epoch"))
    >>> in_updates(Linear(1.0, 0.0, 3), per_epoch, plan)(15)
    0.5
    """
    if plan is None:
        end = origin.run or origin.horizon
        if end is None:
            return curve
        return _ended(curve if curve.steps <= end else curve[:end], end)
    stepping = origin.stepping
    if stepping.per == "epoch":
        units = plan.updates_per_epoch or 1
        factor = units / stepping.times
    else:
        units = plan.micro_batches if stepping.per == "micro_batch" else plan.updates
        factor = plan.updates / units / stepping.times
    factor *= stepping.every
    return _ended(curve if factor == 1 else Stretch(curve, factor), plan.updates)


def _ended(curve: Schedule, end: int) -> Schedule:
    """Return a curve without the value below 0 right after the run, which is not used.

    A line that is cut nowhere is below 0 there, one step behind its end.
    """
    last = float(curve(end - 1))
    if not float(curve(end)) < 0 <= last:
        return curve
    return Chain((curve[: end - 1], Constant(last))) if end > 1 else Constant(last)


def fitting(plan: Plan | None, stepping: Stepping) -> Plan | None:
    """Return the plan if the scheduler's steps can be told in its updates."""
    if plan is None or stepping.per != "epoch" or plan.updates_per_epoch:
        return plan
    return None
