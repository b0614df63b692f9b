"""transformers' functions that end at a rate: polynomials, and cosines with a floor."""

from collections.abc import Callable
from functools import partial
from typing import Any

from lehr import _checks
from lehr.dialects import transformers as curves
from lehr.dropin.transformers.lambda_lr import LambdaLR
from lehr.dropin.transformers.schedules import Optimizer, ended
from lehr.schedules import Schedule


def get_polynomial_decay_schedule_with_warmup(
    optimizer: Optimizer,
    num_warmup_steps: float,
    num_training_steps: float,
    lr_end: float = 1e-7,
    power: float = 1.0,
    last_epoch: int = -1,
    *,
    exact: bool | None = None,
) -> LambdaLR:
    """Warm up linearly from 0, and decay as a power to `lr_end`.

    Args:
        optimizer: any torch optimizer.
        num_warmup_steps: updates before the rate is reached, >= 0.
        num_training_steps: length of the run, warmup included.
        lr_end: the last rate, below that of each group.
        power: of the remaining part, > 0.
        last_epoch: -1 at the start; else the step to go on from.
        exact: `lr_end` is documented as a rate, but transformers makes it a part of
            the optimizer's default rate, which groups with other rates multiply; True
            does that too. None asks `lehr.dropin.is_exact()`.

    Raises:
        ValueError: an argument is out of range.

    >>> import torch
    >>> weights = [torch.nn.Parameter(torch.ones(1)) for _ in range(2)]
    >>> groups = [{"params": weights[:1]}, {"params": weights[1:], "lr": 1.0}]
    >>> optimizer = torch.optim.SGD(groups, lr=0.1)
    >>> made = get_polynomial_decay_schedule_with_warmup(optimizer, 0, 2, lr_end=0.01)
    >>> for _ in range(2):
    ...     optimizer.step()
    ...     made.step()
    >>> made.get_last_lr()
    [0.01, 0.01]
    """
    curve = partial(
        _polynomial,
        warmup=num_warmup_steps,
        total=num_training_steps,
        lr_end=lr_end,
        power=power,
    )
    return ended(optimizer, curve, num_training_steps, last_epoch, exact)


def get_cosine_with_min_lr_schedule_with_warmup(
    optimizer: Optimizer,
    num_warmup_steps: float,
    num_training_steps: float,
    num_cycles: float = 0.5,
    last_epoch: int = -1,
    min_lr: float | None = None,
    min_lr_rate: float | None = None,
    *,
    exact: bool | None = None,
) -> LambdaLR:
    """Warm up linearly from 0, and follow a cosine down to a floor.

    By default it reaches the floor at `num_training_steps`, and climbs back after it,
    which a `PastEndWarning` tells.

    Args:
        optimizer: any torch optimizer.
        num_warmup_steps: updates before the rate is reached, >= 0.
        num_training_steps: length of the run, warmup included.
        num_cycles: whole waves after the warmup.
        last_epoch: -1 at the start; else the step to go on from.
        min_lr: the lowest rate.
        min_lr_rate: in its place, the floor as a part of each group's rate.
        exact: `min_lr` is documented as a rate, but transformers makes it a part of
            the optimizer's default rate, which groups with other rates multiply; True
            does that too. None asks `lehr.dropin.is_exact()`.

    Raises:
        ValueError: an argument is out of range, or not just one of `min_lr` and
            `min_lr_rate` is given.

    >>> import torch
    >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)
    >>> made = get_cosine_with_min_lr_schedule_with_warmup(
    ...     optimizer, 2, 10, min_lr_rate=0.1
    ... )
    >>> [round(made.lr_lambdas[0](t), 3) for t in (0, 1, 2, 6, 10)]
    [0.0, 0.5, 1.0, 0.55, 0.1]
    """
    curve = partial(
        _cosine,
        curves.cosine_with_min_lr,
        min_lr=min_lr,
        min_lr_rate=min_lr_rate,
        num_warmup_steps=num_warmup_steps,
        num_training_steps=num_training_steps,
        num_cycles=num_cycles,
    )
    return ended(optimizer, curve, num_training_steps, last_epoch, exact)


def get_cosine_with_min_lr_schedule_with_warmup_lr_rate(
    optimizer: Optimizer,
    num_warmup_steps: float,
    num_training_steps: float,
    num_cycles: float = 0.5,
    last_epoch: int = -1,
    min_lr: float | None = None,
    min_lr_rate: float | None = None,
    warmup_lr_rate: float | None = None,
    *,
    exact: bool | None = None,
) -> LambdaLR:
    """Warm up from a part of the rate, and follow a cosine down to a floor.

    All of it comes one update earlier than in
    `get_cosine_with_min_lr_schedule_with_warmup`: the last update of the warmup has the
    rate, the last one of the run the floor.

    Args:
        optimizer: any torch optimizer.
        num_warmup_steps: updates of the warmup, >= 0.
        num_training_steps: length of the run, warmup included.
        num_cycles: whole waves after the warmup.
        last_epoch: -1 at the start; else the step to go on from.
        min_lr: the lowest rate.
        min_lr_rate: in its place, the floor as a part of each group's rate.
        warmup_lr_rate: the first value as a part of the rate; 1 / num_warmup_steps by
            default.
        exact: as there.

    Raises:
        ValueError: an argument is out of range, or not just one of `min_lr` and
            `min_lr_rate` is given.

    >>> import torch
    >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)
    >>> made = get_cosine_with_min_lr_schedule_with_warmup_lr_rate(
    ...     optimizer, 2, 10, min_lr_rate=0.1
    ... )
    >>> [round(made.lr_lambdas[0](t), 3) for t in (0, 1, 5, 9)]
    [0.5, 1.0, 0.55, 0.1]
    """
    curve = partial(
        _cosine,
        curves.cosine_warmup_with_min_lr,
        min_lr=min_lr,
        min_lr_rate=min_lr_rate,
        num_warmup_steps=num_warmup_steps,
        num_training_steps=num_training_steps,
        num_cycles=num_cycles,
        warmup_lr_rate=warmup_lr_rate,
    )
    return ended(optimizer, curve, num_training_steps, last_epoch, exact)


def _polynomial(
    base: float, *, warmup: float, total: float, lr_end: float, power: float
) -> Schedule:
    """Return the multiplier of groups with this starting rate."""
    if not base > _checks.finite("lr_end", lr_end):
        raise ValueError(
            f"lr_end must be below the starting rate of each group, got {lr_end!r} for "
            f"one of {base!r}; lower it, or pass exact=True for a part of the default"
        )
    return curves.polynomial(
        1.0,
        num_warmup_steps=warmup,
        num_training_steps=total,
        lr_end=lr_end / base,
        power=power,
    )


def _cosine(
    curve: Callable[..., Schedule],
    base: float,
    *,
    min_lr: float | None,
    min_lr_rate: float | None,
    **given: Any,
) -> Schedule:
    """Return the multiplier of groups with this starting rate."""
    if min_lr is not None and min_lr_rate is None:
        rate = _checks.finite("min_lr", min_lr) / base
        return curve(1.0, min_lr_rate=rate, **given)
    return curve(1.0, min_lr=min_lr, min_lr_rate=min_lr_rate, **given)
