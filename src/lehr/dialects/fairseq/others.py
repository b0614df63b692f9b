"""fairseq's schedulers that are no curve: by a metric, or the optimizer's own."""

from functools import partial
from typing import NoReturn

from lehr import _checks
from lehr.dialects import torch
from lehr.dialects.base import MetricDriven
from lehr.dialects.fairseq.rates import DEFAULT, Rates, single
from lehr.schedules import Constant, Schedule


def reduce_lr_on_plateau(
    *,
    lr_shrink: float = 0.1,
    lr_threshold: float = 1e-4,
    lr_patience: int = 0,
    warmup_updates: int = 0,
    warmup_init_lr: float = -1,
    lr: Rates = DEFAULT,
    maximize_best_checkpoint_metric: bool = False,
) -> MetricDriven:
    """Return what `reduce_lr_on_plateau` does: times `lr_shrink` when a metric sticks.

    Args:
        lr_shrink: what a cut multiplies by, in (0, 1).
        lr_threshold: relative margin of an improvement, in [0, 1).
        lr_patience: validations without one in a row that are tolerated.
        warmup_updates: 0; a warmup counts updates, and cuts count validations.
        warmup_init_lr: no matter without a warmup.
        lr: the first value, >= 0; a list of one is one.
        maximize_best_checkpoint_metric: whether more is better.

    Raises:
        ValueError: an argument is out of range, or there is a warmup.

    Source: fairseq 3d262bb2, fairseq.optim.lr_scheduler.

    >>> driven = reduce_lr_on_plateau(lr_shrink=0.5, lr=1.0)
    >>> [v.factor for v in driven.controller.replay([1.0, 1.0, 1.0])]
    [1.0, 0.5, 0.25]
    """
    if _checks.count("warmup_updates", warmup_updates):
        raise ValueError(
            f"warmup_updates must be 0, got {warmup_updates!r}: a warmup counts "
            "updates, and what follows a metric counts validations"
        )
    driven = torch.reduce_on_plateau(
        mode="max" if maximize_best_checkpoint_metric else "min",
        factor=lr_shrink,
        patience=lr_patience,
        threshold=lr_threshold,
    )
    return MetricDriven(
        driven.controller, planned=partial(_held, single(lr)), eps=driven.eps
    )


def pass_through() -> NoReturn:
    """Refuse `pass_through`, which has no curve: the optimizer brings its own.

    Raises:
        ValueError: always.

    Source: fairseq 3d262bb2, fairseq.optim.lr_scheduler.

    >>> pass_through()
    Traceback (most recent call last):
    ValueError: pass_through has no curve: the optimizer brings its own; name that one
    """
    raise ValueError(
        "pass_through has no curve: the optimizer brings its own; name that one"
    )


def _held(value: float, base: float) -> Schedule:
    return Constant(value)
