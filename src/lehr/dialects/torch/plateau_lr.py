"""torch's ReduceLROnPlateau: a controller, and its limits."""

from collections.abc import Sequence
from typing import Literal

from lehr import _checks
from lehr.controllers import Plateau
from lehr.dialects.base import MetricDriven


def reduce_on_plateau(
    *,
    mode: Literal["min", "max"] = "min",
    factor: float = 0.1,
    patience: int = 10,
    threshold: float = 1e-4,
    threshold_mode: Literal["rel", "abs"] = "rel",
    cooldown: int = 0,
    min_lr: float | Sequence[float] = 0.0,
    eps: float = 1e-8,
) -> MetricDriven:
    """Return what ReduceLROnPlateau does: times `factor` when a metric is stuck.

    The judgement is torch's, also where it is a trap: with threshold_mode="rel" a
    negative metric that stands still improves for ever (`Plateau`'s "relative" is
    right there). A NaN is bad, as in torch. A metric of infinite merit is bad here; in
    torch it is the best for ever.

    Args:
        mode: "min" if less is better, "max" if more is.
        factor: in (0, 1).
        patience: bad evaluations in a row that are tolerated, >= 0.
        threshold: margin of an improvement, >= 0; below 1 unless "abs".
        threshold_mode: "rel" or "abs".
        cooldown: evaluations after a cut that are not counted as bad, >= 0.
        min_lr: the lowest value, of all groups or a list of one per group.
        eps: the smallest change that is made, >= 0.

    Raises:
        ValueError: an argument is outside its range.

    Source: torch 2.13, torch.optim.lr_scheduler.ReduceLROnPlateau.

    >>> driven = reduce_on_plateau(factor=0.5, patience=1, min_lr=[1e-4, 1e-5])
    >>> driven.minimum, driven.eps
    ((0.0001, 1e-05), 1e-08)
    >>> [v.factor for v in driven.controller.replay([1.0, 1.0, 1.0, 1.0, 1.0])]
    [1.0, 1.0, 0.5, 0.5, 0.25]
    """
    _checks.choice("threshold_mode", threshold_mode, ("rel", "abs"))
    if threshold_mode == "rel" and _checks.finite("threshold", threshold) >= 1:
        raise ValueError(
            f'threshold must be < 1 with threshold_mode="rel", got {threshold!r}; for '
            'an absolute margin pass threshold_mode="abs"'
        )
    controller = Plateau(
        mode,
        factor=factor,
        patience=_checks.count("patience", patience),
        threshold=threshold,
        threshold_mode="signed" if threshold_mode == "rel" else "absolute",
        cooldown=_checks.count("cooldown", cooldown),
    )
    least: float | tuple[float, ...]
    if isinstance(min_lr, Sequence) and not isinstance(min_lr, str):
        least = tuple(
            _checks.finite(f"min_lr[{i}]", value) for i, value in enumerate(min_lr)
        )
    else:
        least = _checks.finite("min_lr", min_lr)
    if _checks.finite("eps", eps) < 0:
        raise ValueError(f"eps must be >= 0, got {eps!r}")
    return MetricDriven(controller, minimum=least, eps=float(eps))
