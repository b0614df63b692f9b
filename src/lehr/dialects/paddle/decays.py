"""Paddle's schedulers that decay from `learning_rate`."""

import math
from collections.abc import Sequence

from lehr import _checks
from lehr.dialects import torch
from lehr.dialects.torch.arguments import check_start
from lehr.schedules import (
    Chain,
    ExponentialDecay,
    InverseSqrt,
    InverseTime,
    Linear,
    NaturalExponential,
    PiecewiseConstant,
    Polynomial,
    Sawtooth,
    Schedule,
)


def noam_decay(
    *,
    d_model: int,
    warmup_steps: int,
    learning_rate: float = 1.0,
    last_epoch: int = -1,
    verbose: bool = False,
) -> Schedule:
    """Return the curve of `NoamDecay`: up, then down as one over a square root.

    Update t uses learning_rate d_model^-0.5 min(t^-0.5, t warmup_steps^-1.5): update 0
    moves nothing.

    Args:
        d_model: width of the model, > 0.
        warmup_steps: update of the peak, >= 1.
        learning_rate: multiplies the values, >= 0.
        last_epoch: -1.
        verbose: whether Paddle prints; no matter here.

    Raises:
        ValueError: an argument is out of range.

    Source: PaddlePaddle 3.3.1, paddle.optimizer.lr; Vaswani et al., Attention Is All
        You Need, 2017, arXiv:1706.03762, eq. 3.

    >>> lr = noam_decay(d_model=4, warmup_steps=4)
    >>> [round(lr(t), 6) for t in (0, 1, 2, 4, 16, 100)]
    [0.0, 0.0625, 0.125, 0.25, 0.125, 0.05]
    """
    check_start(last_epoch)
    top = _checks.count("warmup_steps", warmup_steps, 1)
    peak = rate(learning_rate) / math.sqrt(_checks.positive("d_model", d_model) * top)
    return Chain((Linear(0.0, peak, top), InverseSqrt(peak, top)))


def piecewise_decay(
    *,
    boundaries: Sequence[int],
    values: Sequence[float],
    last_epoch: int = -1,
    verbose: bool = False,
) -> Schedule:
    """Return the curve of `PiecewiseDecay`: values[i] until boundaries[i].

    Args:
        boundaries: updates at which the next value begins, > 0 and increasing.
        values: one more than `boundaries`, in the hyper-parameter's units.
        last_epoch: -1.
        verbose: whether Paddle prints; no matter here.

    Raises:
        ValueError: the lengths do not fit, or the boundaries do not increase.

    Source: PaddlePaddle 3.3.1, paddle.optimizer.lr.

    >>> lr = piecewise_decay(boundaries=[3, 6], values=[0.1, 0.2, 0.3])
    >>> [lr(t) for t in (0, 2, 3, 6, 10**9)]
    [0.1, 0.1, 0.2, 0.3, 0.3]
    """
    check_start(last_epoch)
    if not len(boundaries):
        raise ValueError("boundaries must hold at least one update, got none")
    return PiecewiseConstant(tuple(values), tuple(boundaries))


def natural_exp_decay(
    *, learning_rate: float, gamma: float, last_epoch: int = -1, verbose: bool = False
) -> Schedule:
    """Return the curve of `NaturalExpDecay`: learning_rate exp(-gamma t).

    Args:
        learning_rate: the first value, >= 0.
        gamma: > 0.
        last_epoch: -1.
        verbose: whether Paddle prints; no matter here.

    Raises:
        ValueError: an argument is out of range.

    Source: PaddlePaddle 3.3.1, paddle.optimizer.lr.

    >>> lr = natural_exp_decay(learning_rate=0.5, gamma=0.1)
    >>> [round(lr(t), 6) for t in (0, 1, 10)]
    [0.5, 0.452419, 0.18394]
    """
    check_start(last_epoch)
    return NaturalExponential(rate(learning_rate), _checks.positive("gamma", gamma))


def inverse_time_decay(
    *, learning_rate: float, gamma: float, last_epoch: int = -1, verbose: bool = False
) -> Schedule:
    """Return the curve of `InverseTimeDecay`: learning_rate / (1 + gamma t).

    Args:
        learning_rate: the first value, >= 0.
        gamma: >= 0.
        last_epoch: -1.
        verbose: whether Paddle prints; no matter here.

    Raises:
        ValueError: an argument is out of range.

    Source: PaddlePaddle 3.3.1, paddle.optimizer.lr.

    >>> lr = inverse_time_decay(learning_rate=0.5, gamma=0.1)
    >>> [round(lr(t), 6) for t in (0, 1, 10)]
    [0.5, 0.454545, 0.25]
    """
    check_start(last_epoch)
    if _checks.finite("gamma", gamma) < 0:
        raise ValueError(f"gamma must be >= 0, got {gamma!r}")
    return InverseTime(rate(learning_rate), gamma)


def exponential_decay(
    *, learning_rate: float, gamma: float, last_epoch: int = -1, verbose: bool = False
) -> Schedule:
    """Return the curve of `ExponentialDecay`: learning_rate gamma^t.

    Args:
        learning_rate: the first value, >= 0.
        gamma: in (0, 1).
        last_epoch: -1.
        verbose: whether Paddle prints; no matter here.

    Raises:
        ValueError: an argument is out of range.

    Source: PaddlePaddle 3.3.1, paddle.optimizer.lr.

    >>> lr = exponential_decay(learning_rate=0.5, gamma=0.9)
    >>> [round(lr(t), 6) for t in (0, 1, 10)]
    [0.5, 0.45, 0.174339]
    """
    check_start(last_epoch)
    if not 0 < _checks.finite("gamma", gamma) < 1:
        raise ValueError(f"gamma must be in (0, 1), got {gamma!r}")
    return ExponentialDecay(rate(learning_rate), gamma)


def polynomial_decay(
    *,
    learning_rate: float,
    decay_steps: int,
    end_lr: float = 0.0001,
    power: float = 1.0,
    cycle: bool = False,
    last_epoch: int = -1,
    verbose: bool = False,
) -> Schedule:
    """Return the curve of `PolynomialDecay`: a power of what remains, to `end_lr`.

    With `cycle` the end is put off to the next multiple of `decay_steps` each time it
    is reached: the value jumps up after it, to less each time.

    Args:
        learning_rate: the first value, >= 0.
        decay_steps: updates to the (first) end, >= 1.
        end_lr: the value there.
        power: > 0.
        cycle: whether to go on after the end.
        last_epoch: -1.
        verbose: whether Paddle prints; no matter here.

    Raises:
        ValueError: an argument is out of range.

    Source: PaddlePaddle 3.3.1, paddle.optimizer.lr.

    >>> lr = polynomial_decay(learning_rate=1.0, decay_steps=4, end_lr=0.0, cycle=True)
    >>> [round(lr(t), 6) for t in (0, 2, 4, 5, 8, 9)]
    [1.0, 0.5, 0.0, 0.375, 0.0, 0.25]
    """
    check_start(last_epoch)
    first, end = rate(learning_rate), _checks.finite("end_lr", end_lr)
    steps = _checks.count("decay_steps", decay_steps, 1)
    power = _checks.positive("power", power)
    return (Sawtooth if cycle else Polynomial)(first, end, steps, power)


def multi_step_decay(
    *,
    learning_rate: float,
    milestones: Sequence[int],
    gamma: float = 0.1,
    last_epoch: int = -1,
    verbose: bool = False,
) -> Schedule:
    """Return the curve of `MultiStepDecay`: times `gamma` from each milestone on.

    Args:
        learning_rate: the first value, >= 0.
        milestones: updates, >= 0 and increasing; one at 0 changes the first value.
        gamma: < 1.
        last_epoch: -1.
        verbose: whether Paddle prints; no matter here.

    Raises:
        TypeError: `milestones` is not a list.
        ValueError: an argument is out of range.

    Source: PaddlePaddle 3.3.1, paddle.optimizer.lr.

    >>> lr = multi_step_decay(learning_rate=0.5, milestones=[3, 8], gamma=0.5)
    >>> [lr(t) for t in (0, 2, 3, 8, 10**9)]
    [0.5, 0.5, 0.25, 0.125, 0.125]
    """
    curve = torch.multi_step(
        rate(learning_rate),
        milestones=milestones,
        gamma=_shrinking(gamma),
        last_epoch=last_epoch,
    )
    if list(milestones) != sorted(set(milestones)):
        raise ValueError(f"milestones must increase, got {milestones!r}")
    return curve


def step_decay(
    *,
    learning_rate: float,
    step_size: int,
    gamma: float = 0.1,
    last_epoch: int = -1,
    verbose: bool = False,
) -> Schedule:
    """Return the curve of `StepDecay`: times `gamma` at every `step_size`-th update.

    Args:
        learning_rate: the first value, >= 0.
        step_size: updates between the changes, >= 1.
        gamma: < 1.
        last_epoch: -1.
        verbose: whether Paddle prints; no matter here.

    Raises:
        ValueError: an argument is out of range.

    Source: PaddlePaddle 3.3.1, paddle.optimizer.lr.

    >>> lr = step_decay(learning_rate=0.5, step_size=3, gamma=0.5)
    >>> [lr(t) for t in (0, 2, 3, 6)]
    [0.5, 0.5, 0.25, 0.125]
    """
    return torch.step(
        rate(learning_rate),
        step_size=step_size,
        gamma=_shrinking(gamma),
        last_epoch=last_epoch,
    )


def rate(learning_rate: float) -> float:
    """Return a learning rate if it is >= 0 and finite."""
    value = _checks.finite("learning_rate", learning_rate)
    if value < 0:
        raise ValueError(f"learning_rate must be >= 0, got {learning_rate!r}")
    return value


def _shrinking(gamma: float) -> float:
    if _checks.finite("gamma", gamma) >= 1:
        raise ValueError(f"gamma must be < 1, got {gamma!r}")
    return gamma
