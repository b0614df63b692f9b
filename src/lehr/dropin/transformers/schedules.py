"""transformers' functions: each returns a LambdaLR on a curve of ours."""

import warnings
from collections.abc import Callable
from functools import partial

import torch

from lehr.dialects import transformers as curves
from lehr.dropin._exact import is_exact
from lehr.dropin._groups import number
from lehr.dropin.transformers.lambda_lr import LambdaLR
from lehr.dropin.transformers.multiplier import Multiplier
from lehr.schedules import Schedule

Optimizer = torch.optim.Optimizer


def get_constant_schedule(optimizer: Optimizer, last_epoch: int = -1) -> LambdaLR:
    """Keep the rates.

    Args:
        optimizer: any torch optimizer.
        last_epoch: -1 at the start; else the step to go on from.

    >>> import torch
    >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)
    >>> get_constant_schedule(optimizer).get_last_lr()
    [0.1]
    """
    return _shared(optimizer, curves.constant(1.0), None, last_epoch)


def get_constant_schedule_with_warmup(
    optimizer: Optimizer, num_warmup_steps: float, last_epoch: int = -1
) -> LambdaLR:
    """Warm up linearly from 0, and keep the rates.

    Args:
        optimizer: any torch optimizer.
        num_warmup_steps: updates before the rate is reached, >= 0.
        last_epoch: -1 at the start; else the step to go on from.

    Raises:
        ValueError: an argument is out of range.

    >>> import torch
    >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)
    >>> get_constant_schedule_with_warmup(optimizer, 10).lr_lambdas[0](5)
    0.5
    """
    curve = curves.constant_with_warmup(1.0, num_warmup_steps=num_warmup_steps)
    return _shared(optimizer, curve, None, last_epoch)


def get_linear_schedule_with_warmup(
    optimizer: Optimizer,
    num_warmup_steps: float,
    num_training_steps: float,
    last_epoch: int = -1,
) -> LambdaLR:
    """Warm up linearly from 0, and decay linearly to 0.

    Args:
        optimizer: any torch optimizer.
        num_warmup_steps: updates before the rate is reached, >= 0.
        num_training_steps: length of the run, warmup included.
        last_epoch: -1 at the start; else the step to go on from.

    Raises:
        ValueError: an argument is out of range.

    >>> import torch
    >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)
    >>> multiplier = get_linear_schedule_with_warmup(optimizer, 2, 10).lr_lambdas[0]
    >>> [multiplier(t) for t in (0, 1, 2, 6, 10, 10**9)]
    [0.0, 0.5, 1.0, 0.5, 0.0, 0.0]
    """
    curve = curves.linear(
        1.0, num_warmup_steps=num_warmup_steps, num_training_steps=num_training_steps
    )
    return _shared(optimizer, curve, num_training_steps, last_epoch)


def get_cosine_schedule_with_warmup(
    optimizer: Optimizer,
    num_warmup_steps: float,
    num_training_steps: float,
    num_cycles: float = 0.5,
    last_epoch: int = -1,
) -> LambdaLR:
    """Warm up linearly from 0, and follow a cosine.

    By default it reaches 0 at `num_training_steps`, and climbs back after it, which a
    `PastEndWarning` tells.

    Args:
        optimizer: any torch optimizer.
        num_warmup_steps: updates before the rate is reached, >= 0.
        num_training_steps: length of the run, warmup included.
        num_cycles: whole waves after the warmup.
        last_epoch: -1 at the start; else the step to go on from.

    Raises:
        ValueError: an argument is out of range.

    >>> import torch
    >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)
    >>> multiplier = get_cosine_schedule_with_warmup(optimizer, 2, 10).lr_lambdas[0]
    >>> [round(multiplier(t), 3) for t in (0, 1, 2, 6, 10, 12)]
    [0.0, 0.5, 1.0, 0.5, 0.0, 0.146]
    """
    curve = curves.cosine(
        1.0,
        num_warmup_steps=num_warmup_steps,
        num_training_steps=num_training_steps,
        num_cycles=num_cycles,
    )
    return _shared(optimizer, curve, num_training_steps, last_epoch)


def get_cosine_with_hard_restarts_schedule_with_warmup(
    optimizer: Optimizer,
    num_warmup_steps: float,
    num_training_steps: float,
    num_cycles: float = 1,
    last_epoch: int = -1,
) -> LambdaLR:
    """Warm up linearly from 0, and fall to 0 along a cosine again and again.

    Args:
        optimizer: any torch optimizer.
        num_warmup_steps: updates before the rate is reached, >= 0.
        num_training_steps: length of the run, warmup included.
        num_cycles: half waves after the warmup.
        last_epoch: -1 at the start; else the step to go on from.

    Raises:
        ValueError: an argument is out of range.

    >>> import torch
    >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)
    >>> made = get_cosine_with_hard_restarts_schedule_with_warmup(optimizer, 2, 10, 2)
    >>> [round(made.lr_lambdas[0](t), 3) for t in (2, 4, 5, 6, 8, 10)]
    [1.0, 0.5, 0.146, 1.0, 0.5, 0.0]
    """
    curve = curves.cosine_with_restarts(
        1.0,
        num_warmup_steps=num_warmup_steps,
        num_training_steps=num_training_steps,
        num_cycles=num_cycles,
    )
    return _shared(optimizer, curve, num_training_steps, last_epoch)


def get_inverse_sqrt_schedule(
    optimizer: Optimizer,
    num_warmup_steps: float,
    timescale: float | None = None,
    last_epoch: int = -1,
) -> LambdaLR:
    """Warm up linearly from 0, and fall with one over a root.

    Args:
        optimizer: any torch optimizer.
        num_warmup_steps: updates before the rate is reached, >= 0.
        timescale: in updates, > 0; `num_warmup_steps` by default, 10,000 if that is 0.
        last_epoch: -1 at the start; else the step to go on from.

    Raises:
        ValueError: an argument is out of range.

    >>> import torch
    >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)
    >>> multiplier = get_inverse_sqrt_schedule(optimizer, 4).lr_lambdas[0]
    >>> [multiplier(t) for t in (0, 2, 4, 16)]
    [0.0, 0.5, 1.0, 0.5]
    """
    curve = curves.inverse_sqrt(
        1.0, num_warmup_steps=num_warmup_steps, timescale=timescale
    )
    return _shared(optimizer, curve, None, last_epoch)


def get_wsd_schedule(
    optimizer: Optimizer,
    num_warmup_steps: float,
    num_decay_steps: float,
    num_training_steps: float | None = None,
    num_stable_steps: float | None = None,
    warmup_type: str = "linear",
    decay_type: str = "cosine",
    min_lr_ratio: float = 0,
    num_cycles: float = 0.5,
    last_epoch: int = -1,
) -> LambdaLR:
    """Warm up from a floor, stay, and decay to the floor.

    Args:
        optimizer: any torch optimizer.
        num_warmup_steps: updates before the rate is reached, >= 0.
        num_decay_steps: length of the decay, >= 0.
        num_training_steps: length of the run; the stable part is what is left of it.
        num_stable_steps: length of the stable part; if given, it decides.
        warmup_type: "linear", "cosine" or "1-sqrt".
        decay_type: "linear", "cosine" or "1-sqrt".
        min_lr_ratio: the floor as a part of the rate.
        num_cycles: whole waves of a "cosine" decay.
        last_epoch: -1 at the start; else the step to go on from.

    Raises:
        ValueError: an argument is out of range, or neither length is given.

    >>> import torch
    >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)
    >>> made = get_wsd_schedule(optimizer, 2, 4, 10, decay_type="linear")
    >>> [made.lr_lambdas[0](t) for t in (0, 1, 2, 6, 8, 10)]
    [0.0, 0.5, 1.0, 1.0, 0.5, 0.0]
    """
    if num_training_steps is not None and num_stable_steps is not None:
        warnings.warn(
            "num_training_steps and num_stable_steps are both given; num_stable_steps "
            "decides",
            stacklevel=2,
        )
    curve = curves.warmup_stable_decay(
        1.0,
        num_warmup_steps=num_warmup_steps,
        num_decay_steps=num_decay_steps,
        num_training_steps=num_training_steps,
        num_stable_steps=num_stable_steps,
        warmup_type=warmup_type,
        decay_type=decay_type,
        min_lr_ratio=min_lr_ratio,
        num_cycles=num_cycles,
    )
    return _shared(optimizer, curve, None, last_epoch)


def _shared(
    optimizer: Optimizer, curve: Schedule, end: float | None, last_epoch: int
) -> LambdaLR:
    return LambdaLR(optimizer, Multiplier(curve, end), last_epoch)


def ended(
    optimizer: Optimizer,
    curve: Callable[[float], Schedule],
    end: float,
    last_epoch: int,
    exact: bool | None,
) -> LambdaLR:
    """Return a LambdaLR whose groups end at one rate, not at one part of theirs.

    Args:
        optimizer: any torch optimizer.
        curve: from a starting rate to the multiplier of those who have it.
        end: the step at which the run is said to end.
        last_epoch: -1 at the start; else the step to go on from.
        exact: whether all follow the multiplier of the optimizer's default rate.
    """
    default = number(optimizer.defaults["lr"])
    if is_exact() if exact is None else exact:
        return LambdaLR(optimizer, Multiplier(curve(default), end), last_epoch)
    made: dict[float, Multiplier] = {}
    rules = []
    for group in optimizer.param_groups:
        base = number(group.get("initial_lr", group["lr"]))
        if base not in made:
            made[base] = _fitted(curve, end, default, base)
        rules.append(made[base])
    return LambdaLR(optimizer, rules, last_epoch)


def _fitted(
    curve: Callable[[float], Schedule], end: float, default: float, base: float
) -> Multiplier:
    """Return the multiplier of groups with a starting rate; one of 0 stays 0."""
    return Multiplier(
        curve(base or default), end, partial(_fitted, curve, end, default)
    )
