"""mmengine's ReduceOnPlateauLR: a controller, and its limits."""

from collections.abc import Sequence

from lehr import _checks
from lehr.dialects import torch
from lehr.dialects.base import MetricDriven
from lehr.dialects.mmengine.effects import INF


def reduce_on_plateau(
    *,
    monitor: str = "loss",
    rule: str = "less",
    factor: float = 0.1,
    patience: int = 10,
    threshold: float = 1e-4,
    threshold_rule: str = "rel",
    cooldown: int = 0,
    min_value: float | Sequence[float] = 0.0,
    eps: float = 1e-8,
    begin: int = 0,
    end: int = INF,
    by_epoch: bool = True,
    last_step: int = -1,
    param_name: str = "lr",
) -> MetricDriven:
    """Return what ReduceOnPlateauLR does: times `factor` when a metric is stuck.

    The judgement is torch's: see `lehr.dialects.torch.reduce_on_plateau`.

    Args:
        monitor: the metric's name; the caller passes its value.
        rule: "less" if less is better, "greater" if more is.
        factor: in (0, 1).
        patience: bad validations in a row that are tolerated, >= 0.
        threshold: margin of an improvement, >= 0; below 1 unless "abs".
        threshold_rule: "rel" or "abs".
        cooldown: validations after a cut that are not counted as bad, >= 0.
        min_value: the lowest value, of all groups or a list of one per group.
        eps: the smallest change that is made, >= 0.
        begin: the epoch, counted from 1 where a validation follows each, of the first
            one that counts; 0 is 1.
        end: INF; a last epoch can not be told.
        by_epoch: True, as in mmengine.
        last_step: -1.
        param_name: which field it drives.

    Raises:
        ValueError: an argument is outside its range.

    Source: mmengine 0.10.7, optim.scheduler.ReduceOnPlateauParamScheduler.

    >>> driven = reduce_on_plateau(rule="greater", factor=0.5, patience=1, begin=3)
    >>> driven.controller.mode, driven.start
    ('max', 2)
    """
    _checks.choice("rule", rule, ("less", "greater"))
    _checks.choice("threshold_rule", threshold_rule, ("rel", "abs"))
    if not by_epoch:
        raise ValueError("by_epoch must be True: mmengine looks at validations only")
    if last_step != -1:
        raise ValueError(f"last_step must be -1, got {last_step!r}")
    if end < INF:
        raise ValueError(f"end must be left out, got {end!r}; stop stepping it instead")
    driven = torch.reduce_on_plateau(
        mode="min" if rule == "less" else "max",
        factor=factor,
        patience=patience,
        threshold=threshold,
        threshold_mode="rel" if threshold_rule == "rel" else "abs",
        cooldown=cooldown,
        min_lr=min_value,
        eps=eps,
    )
    start = max(_checks.count("begin", begin) - 1, 0)
    return MetricDriven(
        driven.controller, minimum=driven.minimum, eps=driven.eps, start=start
    )
