"""transformers' schedules that follow a metric."""

from collections.abc import Sequence
from typing import Never

from lehr.dialects.base import MetricDriven
from lehr.dialects.torch.plateau_lr import reduce_on_plateau


def reduce_lr_on_plateau(
    *,
    mode: str = "min",
    factor: float = 0.1,
    patience: int = 10,
    threshold: float = 1e-4,
    threshold_mode: str = "rel",
    cooldown: int = 0,
    min_lr: float | Sequence[float] = 0.0,
    eps: float = 1e-8,
) -> MetricDriven:
    """Return what "reduce_lr_on_plateau" does: torch's ReduceLROnPlateau.

    The Trainer steps it once per evaluation, with `metric_for_best_model`.

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

    Source: transformers 5.23, get_reduce_on_plateau_schedule.

    >>> driven = reduce_lr_on_plateau(factor=0.5, patience=0)
    >>> [v.factor for v in driven.controller.replay([1.0, 1.0, 1.0])]
    [1.0, 0.5, 0.25]
    """
    return reduce_on_plateau(
        mode=mode,  # type: ignore[arg-type]  # checked there
        factor=factor,
        patience=patience,
        threshold=threshold,
        threshold_mode=threshold_mode,  # type: ignore[arg-type]  # checked there
        cooldown=cooldown,
        min_lr=min_lr,
        eps=eps,
    )


def greedy(
    *,
    mode: str = "min",
    factor: float = 0.95,
    patience: int = 10,
    threshold: float = 1e-6,
    threshold_mode: str = "abs",
    cooldown: int = 0,
    warmup: int = 0,
    min_lr: float | Sequence[float] = 1e-3,
    max_lr: float | Sequence[float] = 1.0,
    eps: float = 1e-8,
    verbose: bool = False,
    smooth: bool = False,
    window_size: int = 50,
    reset_start: int = 500,
) -> Never:
    """Refuse "greedy": GreedyLR also raises the value, which no plateau does.

    The parameters are those of transformers' GreedyLR, so that the refusal is this one.

    Raises:
        ValueError: always, with what to use in its place.

    Source: transformers 5.23, GreedyLR.

    >>> greedy(patience=5)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ValueError: greedy raises the value as well as it lowers it, ...
    """
    raise ValueError(
        "greedy raises the value as well as it lowers it, and starts anew at the "
        "floor; lehr's controllers only lower. Use transformers' own GreedyLR, or "
        f"reduce_lr_on_plateau with mode={mode!r}, factor={factor!r}, "
        f"patience={patience!r}, threshold={threshold!r}, "
        f"threshold_mode={threshold_mode!r}, cooldown={cooldown!r}, min_lr={min_lr!r}"
    )
