"""Paddle's schedulers that follow a function or a metric."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from lehr import _checks
from lehr.dialects import torch
from lehr.dialects.base import MetricDriven
from lehr.dialects.paddle.decays import rate
from lehr.schedules import Constant, Schedule

Factor = Callable[[int], float] | str


def lambda_decay(
    *,
    learning_rate: float,
    lr_lambda: Factor,
    last_epoch: int = -1,
    verbose: bool = False,
) -> Schedule:
    """Return the curve of `LambdaDecay`: `learning_rate` times a function of t.

    Args:
        learning_rate: what the factors multiply, >= 0.
        lr_lambda: a function of the update, an int; or its name, "module:name".
        last_epoch: -1.
        verbose: whether Paddle prints; no matter here.

    Raises:
        TypeError: `lr_lambda` is not callable.
        ValueError: an argument is out of range.

    Source: PaddlePaddle 3.3.1, paddle.optimizer.lr.

    >>> lr = lambda_decay(learning_rate=0.5, lr_lambda=lambda t: 0.5**t)
    >>> [lr(t) for t in (0, 1, 2)]
    [0.5, 0.25, 0.125]
    """
    first = rate(learning_rate)
    return torch.lambda_(first, lr_lambda=lr_lambda, last_epoch=last_epoch)


def multiplicative_decay(
    *,
    learning_rate: float,
    lr_lambda: Factor,
    last_epoch: int = -1,
    verbose: bool = False,
) -> Schedule:
    """Return the curve of `MultiplicativeDecay`: times a function of t, each update.

    Args:
        learning_rate: the first value, >= 0.
        lr_lambda: as in `lambda_decay`; asked for 1, 2 and so on, once each.
        last_epoch: -1.
        verbose: whether Paddle prints; no matter here.

    Raises:
        TypeError: `lr_lambda` is not callable.
        ValueError: an argument is out of range.

    Source: PaddlePaddle 3.3.1, paddle.optimizer.lr.

    >>> lr = multiplicative_decay(learning_rate=1.0, lr_lambda=lambda t: 1 / t)
    >>> [round(lr(t), 6) for t in (0, 1, 2, 3)]
    [1.0, 1.0, 0.5, 0.166667]
    """
    first = rate(learning_rate)
    return torch.multiplicative(first, lr_lambda=lr_lambda, last_epoch=last_epoch)


def reduce_on_plateau(
    *,
    learning_rate: float,
    mode: str = "min",
    factor: float = 0.1,
    patience: int = 10,
    threshold: float = 1e-4,
    threshold_mode: str = "rel",
    cooldown: int = 0,
    min_lr: float = 0,
    epsilon: float = 1e-8,
    verbose: bool = False,
) -> MetricDriven:
    """Return what `ReduceOnPlateau` does: times `factor` when a metric is stuck.

    It is torch's rule, but for the cooldown, during which no metric is looked at, not
    even a best one.

    Args:
        learning_rate: the first value, >= 0, whatever the group's own is.
        mode: "min" if less is better, "max" if more is.
        factor: in (0, 1).
        patience: bad metrics in a row that are tolerated, >= 0.
        threshold: margin of an improvement, >= 0; below 1 unless "abs".
        threshold_mode: "rel" or "abs".
        cooldown: metrics after a cut that are not looked at, >= 0.
        min_lr: the lowest value.
        epsilon: the smallest change that is made, >= 0.
        verbose: whether Paddle prints; no matter here.

    Raises:
        ValueError: an argument is out of range.

    Source: PaddlePaddle 3.3.1, paddle.optimizer.lr.

    >>> driven = reduce_on_plateau(learning_rate=0.5, factor=0.5, patience=1)
    >>> [v.factor for v in driven.controller.replay([1.0, 1.0, 1.0, 1.0, 1.0])]
    [1.0, 1.0, 0.5, 0.5, 0.25]
    """
    first = rate(learning_rate)
    driven = torch.reduce_on_plateau(
        mode="min" if _checks.choice("mode", mode, ("min", "max")) == "min" else "max",
        factor=factor,
        patience=patience,
        threshold=threshold,
        threshold_mode="rel"
        if _checks.choice("threshold_mode", threshold_mode, ("rel", "abs")) == "rel"
        else "abs",
        cooldown=cooldown,
        min_lr=min_lr,
        eps=epsilon,
    )
    controller = replace(driven.controller, watch_cooldown=False)
    return replace(driven, controller=controller, planned=partial(_first, first))


def _first(value: float, base: float) -> Schedule:
    return Constant(value)
