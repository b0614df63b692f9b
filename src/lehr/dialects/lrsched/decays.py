"""lrsched's schedules of one shape: flat, and falling."""

from collections.abc import Iterable

from lehr import _checks
from lehr.dialects import torch
from lehr.schedules import (
    Constant,
    Cosine,
    ExponentialDecay,
    Linear,
    Schedule,
    Step,
)


def constant(*, lr: float) -> Schedule:
    """Return the curve of constant: always `lr`.

    Args:
        lr: in the hyper-parameter's units.

    Raises:
        ValueError: `lr` is not finite.

    Source: lrsched 0.5.0, lrsched.constant.

    >>> constant(lr=0.1)(10**9)
    0.1
    """
    return Constant(_checks.finite("lr", lr))


def step_decay(*, base_lr: float, drop: float, step_size: int) -> Schedule:
    """Return the curve of step_decay: times `drop` at every `step_size`-th update.

    Args:
        base_lr: the first value, > 0, in the hyper-parameter's units.
        drop: in (0, 1].
        step_size: updates between the drops, >= 1.

    Raises:
        ValueError: an argument is outside its range.

    Source: lrsched 0.5.0, lrsched.step_decay.

    >>> lr = step_decay(base_lr=0.1, drop=0.5, step_size=10)
    >>> lr(9), lr(10), lr(20)
    (0.1, 0.05, 0.025)
    """
    base, factor = _checks.positive("base_lr", base_lr), _checks.fraction("drop", drop)
    if not factor:
        raise ValueError(f"drop must be > 0, got {drop!r}")
    return Step(base, factor, _checks.count("step_size", step_size, 1))


def multi_step(*, base_lr: float, milestones: Iterable[int], gamma: float) -> Schedule:
    """Return the curve of multi_step: times `gamma` from each milestone on.

    Args:
        base_lr: the first value, in the hyper-parameter's units.
        milestones: updates, >= 1, in any order; one given twice counts twice.
        gamma: any finite number.

    Raises:
        ValueError: an argument is outside its range, or a value would overflow.

    Source: lrsched 0.5.0, lrsched.multi_step.

    >>> lr = multi_step(base_lr=1.0, milestones=[30, 80], gamma=0.5)
    >>> lr(29), lr(30), lr(80)
    (1.0, 0.5, 0.25)
    """
    base = _checks.finite("base_lr", base_lr)
    given = list(milestones)
    for i, milestone in enumerate(given):
        _checks.count(f"milestones[{i}]", milestone, 1)
    return torch.multi_step(base, milestones=given, gamma=gamma)


def exponential(*, base_lr: float, gamma: float) -> Schedule:
    """Return the curve of exponential: times `gamma` at every update.

    With abs(gamma) > 1 it is held from the last update before a float would overflow.

    Args:
        base_lr: the first value, in the hyper-parameter's units.
        gamma: any finite number.

    Raises:
        ValueError: an argument is not finite.

    Source: lrsched 0.5.0, lrsched.exponential.

    >>> exponential(base_lr=1.0, gamma=0.5)(3)
    0.125
    """
    return torch.exponential(_checks.finite("base_lr", base_lr), gamma=gamma)


def exponential_decay(
    *, base_lr: float, decay_rate: float, decay_steps: int
) -> Schedule:
    """Return the curve of exponential_decay: times `decay_rate` in `decay_steps`.

    Args:
        base_lr: the first value, > 0, in the hyper-parameter's units.
        decay_rate: in (0, 1).
        decay_steps: updates that take the value down by that factor, >= 1.

    Raises:
        ValueError: an argument is outside its range.

    Source: lrsched 0.5.0, lrsched.exponential_decay.

    >>> lr = exponential_decay(base_lr=1.0, decay_rate=0.01, decay_steps=100)
    >>> round(lr(50), 9), round(lr(200), 9)
    (0.1, 0.0001)
    """
    base = _checks.positive("base_lr", base_lr)
    if not 0 < (rate := _checks.number("decay_rate", decay_rate)) < 1:
        raise ValueError(f"decay_rate must be in (0, 1), got {decay_rate!r}")
    return ExponentialDecay(base, rate, _checks.count("decay_steps", decay_steps, 1))


def polynomial(
    *, base_lr: float, end_lr: float, total_steps: int, power: float
) -> Schedule:
    """Return the curve of polynomial: a power of what remains, then `end_lr`.

    With `power` 0 it never changes, as in lrsched; below 0, where lrsched divides by 0
    at the end, it is refused.

    Args:
        base_lr: the first value, in the hyper-parameter's units.
        end_lr: the value from `total_steps` on.
        total_steps: length in updates, >= 1.
        power: >= 0.

    Raises:
        ValueError: an argument is outside its range.

    Source: lrsched 0.5.0, lrsched.polynomial.

    >>> lr = polynomial(base_lr=1.0, end_lr=0.0, total_steps=10, power=2.0)
    >>> lr(5), lr(10), lr(100)
    (0.25, 0.0, 0.0)
    """
    base, end = _checks.finite("base_lr", base_lr), _checks.finite("end_lr", end_lr)
    steps = _checks.count("total_steps", total_steps, 1)
    curve = torch.polynomial(base - end, total_iters=steps, power=power)
    return curve + end if end else curve


def polynomial_decay(
    *, start_lr: float, end_lr: float, total_steps: int, power: float
) -> Schedule:
    """Return the curve of polynomial_decay: `polynomial` with `power` > 0.

    Args:
        start_lr: the first value, in the hyper-parameter's units.
        end_lr: the value from `total_steps` on.
        total_steps: length in updates, >= 1.
        power: > 0.

    Raises:
        ValueError: an argument is outside its range.

    Source: lrsched 0.5.0, lrsched.polynomial_decay.

    >>> polynomial_decay(start_lr=1.0, end_lr=0.0, total_steps=10, power=1.0)(9)
    0.1
    """
    start, end = _checks.finite("start_lr", start_lr), _checks.finite("end_lr", end_lr)
    exponent = _checks.positive("power", power)
    return polynomial(
        base_lr=start, end_lr=end, total_steps=total_steps, power=exponent
    )


def linear(*, base_lr: float, end_lr: float, total_steps: int) -> Schedule:
    """Return the curve of linear: a straight line, then `end_lr`.

    Args:
        base_lr: the first value, in the hyper-parameter's units.
        end_lr: the value from `total_steps` on.
        total_steps: length in updates, >= 1.

    Raises:
        ValueError: an argument is outside its range.

    Source: lrsched 0.5.0, lrsched.linear.

    >>> linear(base_lr=1.0, end_lr=0.0, total_steps=10)(4)
    0.6
    """
    return Linear(base_lr, end_lr, _checks.count("total_steps", total_steps, 1))


def cosine(*, base_lr: float, min_lr: float, total_steps: int) -> Schedule:
    """Return the curve of cosine: half a wave down, then `min_lr`.

    Args:
        base_lr: the first value, in the hyper-parameter's units.
        min_lr: the value from `total_steps` on.
        total_steps: length in updates, >= 1.

    Raises:
        ValueError: an argument is outside its range.

    Source: lrsched 0.5.0, lrsched.cosine.

    >>> cosine(base_lr=1.0, min_lr=0.0, total_steps=10)(10)
    0.0
    """
    return Cosine(base_lr, min_lr, _checks.count("total_steps", total_steps, 1))
