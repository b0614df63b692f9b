"""Keras's callback that follows a metric."""

from lehr import _checks
from lehr.controllers import Plateau
from lehr.dialects.base import MetricDriven


def reduce_lr_on_plateau(
    *,
    monitor: str = "val_loss",
    factor: float = 0.1,
    patience: int = 10,
    verbose: int = 0,
    mode: str = "auto",
    min_delta: float = 1e-4,
    cooldown: int = 0,
    min_lr: float = 0.0,
) -> MetricDriven:
    """Return what the callback ReduceLROnPlateau does: times `factor` when stuck.

    It is asked at the end of each epoch. A first metric that is NaN is bad here; in
    Keras nothing improves on it any more.

    Args:
        monitor: what is watched; "loss" and "val_loss" say that less is better.
        factor: in (0, 1).
        patience: the bad epochs in a row that cut, >= 0, where 0 is as 1: `Plateau`'s
            `patience` plus 1.
        verbose: changes nothing.
        mode: "min" if less is better, "max" if more is; "auto" only for a loss, since
            Keras asks the model's metrics.
        min_delta: absolute margin of an improvement, >= 0.
        cooldown: epochs after a cut until bad ones count again, >= 0, where 0 is as 1:
            `Plateau`'s `cooldown` plus 1.
        min_lr: the lowest value.

    Raises:
        ValueError: an argument is outside its range.

    Source: Keras 3.15, keras.callbacks.ReduceLROnPlateau.

    >>> driven = reduce_lr_on_plateau(factor=0.5, patience=2, min_lr=1e-5)
    >>> [v.factor for v in driven.controller.replay([1.0, 1.0, 1.0, 1.0, 1.0])]
    [1.0, 1.0, 0.5, 0.5, 0.25]
    """
    if _checks.choice("mode", mode, ("auto", "min", "max")) == "auto":
        if monitor not in ("loss", "val_loss"):
            raise ValueError(
                f"mode must be 'min' or 'max' for monitor={monitor!r}, got 'auto': "
                "only of a loss it is known that less is better"
            )
        mode = "min"
    if _checks.finite("min_delta", min_delta) < 0:
        raise ValueError(f"min_delta must be >= 0, got {min_delta!r}")
    controller = Plateau(
        "min" if mode == "min" else "max",
        factor=factor,
        patience=max(1, _checks.count("patience", patience)) - 1,
        threshold=min_delta,
        threshold_mode="absolute",
        cooldown=max(1, _checks.count("cooldown", cooldown)) - 1,
    )
    return MetricDriven(controller, minimum=_checks.finite("min_lr", min_lr))
