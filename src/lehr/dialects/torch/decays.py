"""torch's schedulers that multiply each group's own starting value by a factor."""

from collections import Counter
from collections.abc import Iterable, Sequence

from lehr import _checks
from lehr.dialects.arithmetic import last_finite
from lehr.dialects.torch.arguments import check_start
from lehr.schedules import (
    Chain,
    Constant,
    ExponentialDecay,
    Linear,
    PiecewiseConstant,
    Polynomial,
    Product,
    Repeat,
    Schedule,
    Step,
)


def step(
    base: float, *, step_size: int, gamma: float = 0.1, last_epoch: int = -1
) -> Schedule:
    """Return the curve of StepLR: times `gamma` at every `step_size`-th step.

    The value after n steps is base gamma^floor(n / step_size). With abs(gamma) > 1 it
    is held from the last drop before a float would overflow.

    Args:
        base: the group's own value, in the hyper-parameter's units.
        step_size: steps between the changes, >= 1.
        gamma: any finite number; a negative one changes the sign each time.
        last_epoch: -1.

    Raises:
        ValueError: an argument is outside its range.

    Source: torch 2.13, torch.optim.lr_scheduler.StepLR.

    >>> lr = step(0.1, step_size=30, gamma=0.5)
    >>> [lr(n) for n in (0, 29, 30, 60, 90)]
    [0.1, 0.1, 0.05, 0.025, 0.0125]
    """
    check_start(last_epoch)
    every = _checks.count("step_size", step_size, 1)
    base, gamma = _checks.finite("base", base), _checks.finite("gamma", gamma)
    held = last_finite(base, abs(gamma), every)
    return _signed(Step(base, abs(gamma), every, held), gamma)


def multi_step(
    base: float,
    *,
    milestones: Iterable[int],
    gamma: float = 0.1,
    last_epoch: int = -1,
) -> Schedule:
    """Return the curve of MultiStepLR: times `gamma` from each milestone on.

    Args:
        base: the group's own value, in the hyper-parameter's units.
        milestones: steps, >= 0, in any order. One that is given twice counts twice;
            one at 0 changes the first value.
        gamma: any finite number.
        last_epoch: -1.

    Raises:
        ValueError: an argument is outside its range, or a value would overflow.

    Source: torch 2.13, torch.optim.lr_scheduler.MultiStepLR.

    >>> lr = multi_step(1.0, milestones=[30, 80, 80])
    >>> [round(lr(n), 9) for n in (0, 29, 30, 79, 80, 10**9)]
    [1.0, 1.0, 0.1, 0.1, 0.001, 0.001]
    """
    check_start(last_epoch)
    value, gamma = _checks.finite("base", base), _checks.finite("gamma", gamma)
    values, boundaries = [], []
    for milestone, times in sorted(Counter(whole_milestones(milestones)).items()):
        if milestone:
            values.append(value)
            boundaries.append(milestone)
        for _ in range(times):
            value *= gamma
    if not boundaries:
        return Constant(value)
    return PiecewiseConstant((*values, value), tuple(boundaries))


def whole_milestones(milestones: Iterable[int]) -> Sequence[int]:
    """Return milestones as whole numbers >= 0; refuse others, and what is no list."""
    if isinstance(milestones, str) or not isinstance(milestones, Iterable):
        raise TypeError(f"milestones must be a list of steps, got {milestones!r}")
    return [_checks.count(f"milestones[{i}]", m) for i, m in enumerate(milestones)]


def constant(
    base: float,
    *,
    factor: float = 1.0 / 3,
    total_iters: int = 5,
    last_epoch: int = -1,
) -> Schedule:
    """Return the curve of ConstantLR: times `factor` for `total_iters` steps.

    With `total_iters` 0 the factor stays for ever, as in torch. With `factor` 0 torch
    fails when it ends; this does not.

    Args:
        base: the group's own value, in the hyper-parameter's units.
        factor: in [0, 1].
        total_iters: steps, >= 0.
        last_epoch: -1.

    Raises:
        ValueError: an argument is outside its range.

    Source: torch 2.13, torch.optim.lr_scheduler.ConstantLR.

    >>> lr = constant(0.1, factor=0.5, total_iters=4)
    >>> [lr(n) for n in (0, 3, 4, 10**9)]
    [0.05, 0.05, 0.1, 0.1]
    """
    check_start(last_epoch)
    base, factor = _checks.finite("base", base), _checks.fraction("factor", factor)
    if not (end := _checks.count("total_iters", total_iters)):
        return Constant(base * factor)
    return PiecewiseConstant((base * factor, base), (end,))


def linear(
    base: float,
    *,
    start_factor: float = 1.0 / 3,
    end_factor: float = 1.0,
    total_iters: int = 5,
    last_epoch: int = -1,
) -> Schedule:
    """Return the curve of LinearLR: a straight line between two factors, then held.

    With `total_iters` 0 the start is held for ever, as in torch.

    Args:
        base: the group's own value, in the hyper-parameter's units.
        start_factor: in (0, 1].
        end_factor: in [0, 1].
        total_iters: steps, >= 0.
        last_epoch: -1.

    Raises:
        ValueError: an argument is outside its range.

    Source: torch 2.13, torch.optim.lr_scheduler.LinearLR.

    >>> lr = linear(1.0, start_factor=0.2, total_iters=4)
    >>> [round(lr(n), 9) for n in (0, 1, 2, 4, 10**9)]
    [0.2, 0.4, 0.6, 1.0, 1.0]
    """
    check_start(last_epoch)
    base = _checks.finite("base", base)
    if not 0 < (start := _checks.number("start_factor", start_factor)) <= 1:
        raise ValueError(f"start_factor must be in (0, 1], got {start_factor!r}")
    first = base * start
    end = base * _checks.fraction("end_factor", end_factor)
    if not (steps := _checks.count("total_iters", total_iters)):
        return Constant(first)
    return Linear(first, end, steps)


def exponential(base: float, *, gamma: float, last_epoch: int = -1) -> Schedule:
    """Return the curve of ExponentialLR: times `gamma` at every step.

    With abs(gamma) > 1 it is held from the last step before a float would overflow.

    Args:
        base: the group's own value, in the hyper-parameter's units.
        gamma: any finite number; a negative one changes the sign at every step.
        last_epoch: -1.

    Raises:
        ValueError: `base` or `gamma` is not finite, or `last_epoch` is not -1.

    Source: torch 2.13, torch.optim.lr_scheduler.ExponentialLR.

    >>> lr = exponential(1.0, gamma=0.5)
    >>> [lr(n) for n in (0, 1, 2, 10)]
    [1.0, 0.5, 0.25, 0.0009765625]
    """
    check_start(last_epoch)
    base, gamma = _checks.finite("base", base), _checks.finite("gamma", gamma)
    if gamma <= 0:  # no smooth curve has these values
        return step(base, step_size=1, gamma=gamma)
    return ExponentialDecay(base, gamma, steps=last_finite(base, gamma, 1))


def polynomial(
    base: float, *, total_iters: int = 5, power: float = 1.0, last_epoch: int = -1
) -> Schedule:
    """Return the curve of PolynomialLR: a power of what remains, then 0.

    The value after n steps is base (1 - n / total_iters)^power. With `total_iters` 0,
    or `power` 0, it never changes, as in torch.

    Args:
        base: the group's own value, in the hyper-parameter's units.
        total_iters: steps to 0, >= 0.
        power: >= 0.
        last_epoch: -1.

    Raises:
        ValueError: an argument is outside its range.

    Source: torch 2.13, torch.optim.lr_scheduler.PolynomialLR.

    >>> lr = polynomial(1.0, total_iters=4, power=2.0)
    >>> [lr(n) for n in (0, 1, 2, 4, 10**9)]
    [1.0, 0.5625, 0.25, 0.0, 0.0]
    """
    check_start(last_epoch)
    base, power = _checks.finite("base", base), _checks.finite("power", power)
    if power < 0:
        raise ValueError(f"power must be >= 0, got {power!r}; below 0 it divides by 0")
    steps = _checks.count("total_iters", total_iters)
    return Polynomial(base, 0.0, steps, power) if steps and power else Constant(base)


def _signed(magnitude: Step, gamma: float) -> Schedule:
    """Return a step decay whose sign changes with each step if `gamma` is negative."""
    if gamma >= 0:
        return magnitude
    every = magnitude.every
    signs = Chain((Constant(1.0, every), Constant(-1.0, every)))
    return Product((magnitude, Repeat(signs)))
