"""Composer's schedulers that drop or decay by a factor, or hold one."""

import math
from collections import Counter
from collections.abc import Sequence

from lehr import _checks
from lehr.dialects.composer.times import Run
from lehr.plan import Plan
from lehr.schedules import (
    Chain,
    Constant,
    ExponentialDecay,
    PiecewiseConstant,
    Schedule,
    Step,
)


def step(
    base: float,
    *,
    step_size: str,
    gamma: float = 0.1,
    max_duration: str | int | None = None,
    dataloader_len: int | None = None,
    batch_size: int | None = None,
    tokens_per_batch: int | None = None,
    scale_schedule_ratio: float = 1.0,
    plan: Plan | None = None,
) -> Schedule:
    """Return the curve of `StepScheduler`: times `gamma` after every `step_size`.

    Args:
        base: the group's own value, in the rate's units.
        step_size: a time string, > 0.
        gamma: what a drop multiplies by, >= 0; above 1, the value is held before it
            would leave the range of a float.
        max_duration: the run, as for all below; see `linear`.
        dataloader_len: see there.
        batch_size: see there.
        tokens_per_batch: see there.
        scale_schedule_ratio: see there.
        plan: see there.

    Raises:
        ValueError: an argument is outside its range, or one about the run is missing.

    Source: Composer 0.32.1, composer.optim.scheduler.

    >>> lr = step(1.0, step_size="2ep", gamma=0.5, dataloader_len=10)
    >>> [lr(t) for t in (0, 19, 20, 40)]
    [1.0, 1.0, 0.5, 0.25]
    """
    run = Run(
        max_duration,
        dataloader_len,
        batch_size,
        tokens_per_batch,
        scale_schedule_ratio,
        plan,
    )
    every = _checks.duration("step_size", run.length("step_size", step_size))
    rate = _checks.finite("gamma", gamma)
    return Step(base, rate, every, _until(rate, every))


def multi_step(
    base: float,
    *,
    milestones: Sequence[str],
    gamma: float = 0.1,
    max_duration: str | int | None = None,
    dataloader_len: int | None = None,
    batch_size: int | None = None,
    tokens_per_batch: int | None = None,
    scale_schedule_ratio: float = 1.0,
    plan: Plan | None = None,
) -> Schedule:
    """Return the curve of `MultiStepScheduler`: times `gamma` at each milestone.

    Args:
        base: the group's own value, in the rate's units.
        milestones: time strings, in any order and of any units; one that stands twice
            drops twice.
        gamma: what a drop multiplies by.
        max_duration: the run, as for all below; see `linear`.
        dataloader_len: see there.
        batch_size: see there.
        tokens_per_batch: see there.
        scale_schedule_ratio: see there.
        plan: see there.

    Raises:
        TypeError: `milestones` is not a list.
        ValueError: an argument is outside its range, or one about the run is missing.

    Source: Composer 0.32.1, composer.optim.scheduler.

    >>> lr = multi_step(1.0, milestones=["30ba", "2ep"], gamma=0.5, dataloader_len=25)
    >>> [lr(t) for t in (0, 29, 30, 49, 50, 10**9)]
    [1.0, 1.0, 0.5, 0.5, 0.25, 0.25]
    """
    run = Run(
        max_duration,
        dataloader_len,
        batch_size,
        tokens_per_batch,
        scale_schedule_ratio,
        plan,
    )
    return drops(run, base, milestones, gamma)


def drops(run: Run, base: float, milestones: Sequence[str], gamma: float) -> Schedule:
    """Return `base` times `gamma` for each milestone that has been reached."""
    if isinstance(milestones, str) or not isinstance(milestones, Sequence):
        raise TypeError(
            f"milestones must be a list of time strings, got {milestones!r}; for one "
            f"milestone write [{milestones!r}]"
        )
    rate = _checks.finite("gamma", gamma)
    reached: Counter[int] = Counter()
    for i, milestone in enumerate(milestones):
        name = f"milestones[{i}]"
        reached[run.first(name, run.convert(name, milestone))] += 1
    done = reached.pop(0, 0)
    values = [base * rate**done]
    for update in sorted(reached):
        done += reached[update]
        values.append(base * rate**done)
    return PiecewiseConstant(tuple(values), tuple(sorted(reached)))


def constant(
    base: float,
    *,
    alpha: float = 1.0,
    t_max: str = "1dur",
    max_duration: str | int | None = None,
    dataloader_len: int | None = None,
    batch_size: int | None = None,
    tokens_per_batch: int | None = None,
    scale_schedule_ratio: float = 1.0,
    plan: Plan | None = None,
) -> Schedule:
    """Return the curve of `ConstantScheduler`: `alpha` until `t_max`, then 1.

    Args:
        base: the group's own value, in the rate's units.
        alpha: what it is multiplied by until `t_max`. From there on it is not: to hold
            `alpha` past the end of the run too, cut it: `constant(...)[:n]` with n
            before `t_max`.
        t_max: a time string.
        max_duration: the run, as for all below; see `linear`.
        dataloader_len: see there.
        batch_size: see there.
        tokens_per_batch: see there.
        scale_schedule_ratio: see there.
        plan: see there.

    Raises:
        ValueError: an argument is outside its range, or one about the run is missing.

    Source: Composer 0.32.1, composer.optim.scheduler.

    >>> lr = constant(1.0, alpha=0.5, t_max="10ba")
    >>> [lr(t) for t in (0, 9, 10, 10**9)]
    [0.5, 0.5, 1.0, 1.0]
    """
    run = Run(
        max_duration,
        dataloader_len,
        batch_size,
        tokens_per_batch,
        scale_schedule_ratio,
        plan,
    )
    end = run.first("t_max", run.convert("t_max", t_max))
    held = base * _checks.finite("alpha", alpha)
    if held == base:
        return Constant(base)
    return Chain((Constant(held, end), Constant(base)))


def exponential(
    base: float,
    *,
    gamma: float,
    decay_period: str = "1ep",
    max_duration: str | int | None = None,
    dataloader_len: int | None = None,
    batch_size: int | None = None,
    tokens_per_batch: int | None = None,
    scale_schedule_ratio: float = 1.0,
    plan: Plan | None = None,
) -> Schedule:
    """Return the curve of `ExponentialScheduler`: `gamma` per `decay_period`, smoothly.

    Args:
        base: the group's own value, in the rate's units.
        gamma: > 0; above 1, the value is held before it would leave the range of a
            float.
        decay_period: a time string, > 0.
        max_duration: the run, as for all below; see `linear`.
        dataloader_len: see there.
        batch_size: see there.
        tokens_per_batch: see there.
        scale_schedule_ratio: see there.
        plan: see there.

    Raises:
        ValueError: an argument is outside its range, or one about the run is missing.

    Source: Composer 0.32.1, composer.optim.scheduler.

    >>> lr = exponential(1.0, gamma=0.25, dataloader_len=10)
    >>> [lr(t) for t in (0, 5, 10, 20)]
    [1.0, 0.5, 0.25, 0.0625]
    """
    run = Run(
        max_duration,
        dataloader_len,
        batch_size,
        tokens_per_batch,
        scale_schedule_ratio,
        plan,
    )
    every = _checks.duration("decay_period", run.length("decay_period", decay_period))
    rate = _checks.positive("gamma", gamma)
    return ExponentialDecay(base, rate, every, _until(rate, every))


def _until(gamma: float, every: float) -> float:
    """Return how long a factor per `every` can go on within the range of a float."""
    return every * math.floor(600 / math.log(gamma)) if gamma > 1 else math.inf
