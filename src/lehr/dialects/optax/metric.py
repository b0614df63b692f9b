"""optax's reduce_on_plateau: a controller."""

from lehr import _checks
from lehr.controllers import Plateau
from lehr.dialects.base import MetricDriven


def reduce_on_plateau(
    *,
    factor: float = 0.1,
    patience: int = 10,
    rtol: float = 1e-4,
    atol: float = 0.0,
    cooldown: int = 0,
    accumulation_size: int = 1,
    min_scale: float = 0.0,
) -> MetricDriven:
    """Return what contrib.reduce_on_plateau does: times `factor` when a loss is stuck.

    The loss of an update is seen before that update is made, and scales it. Less is
    better. The margin has the sign of the best loss, as in optax: a negative loss that
    stands still improves for ever if `rtol` is given (`Plateau`'s "relative" is right
    there). A loss of minus infinity is bad here; in optax it is the best for ever.

    Args:
        factor: in (0, 1).
        patience: the bad losses in a row that cut, >= 1: `Plateau`'s `patience` plus 1.
        rtol: relative margin of an improvement, in [0, 1).
        atol: absolute margin, >= 0; one of both margins must be 0, and one not.
        cooldown: losses after a cut that are not counted as bad, >= 0.
        accumulation_size: 1. Of a larger one, show the controller the means.
        min_scale: the smallest cumulative factor, in [0, 1).

    Raises:
        ValueError: an argument is outside its range.

    Source: optax 0.2.8, contrib.reduce_on_plateau.

    >>> driven = reduce_on_plateau(factor=0.5, patience=2, min_scale=0.3)
    >>> [v.factor for v in driven.controller.replay([1.0, 1.0, 1.0, 1.0, 1.0])]
    [1.0, 1.0, 0.5, 0.5, 0.3]
    """
    relative, absolute = _checks.finite("rtol", rtol), _checks.finite("atol", atol)
    if not 0 <= relative < 1:
        raise ValueError(f"rtol must be in [0, 1), got {rtol!r}")
    if absolute < 0:
        raise ValueError(f"atol must be >= 0, got {atol!r}")
    if (relative == 0) == (absolute == 0):
        raise ValueError(
            f"just one of rtol and atol must be > 0, got rtol={rtol!r}, atol={atol!r}; "
            "a Plateau has one margin"
        )
    if _checks.count("accumulation_size", accumulation_size, 1) != 1:
        raise ValueError(
            f"accumulation_size must be 1, got {accumulation_size!r}; show the "
            "controller the mean of so many losses, once for all of them"
        )
    if not 0 <= _checks.finite("min_scale", min_scale) < 1:
        raise ValueError(f"min_scale must be in [0, 1), got {min_scale!r}")
    controller = Plateau(
        "min",
        factor=factor,
        patience=_checks.count("patience", patience, 1) - 1,
        threshold=relative or absolute,
        threshold_mode="signed" if relative else "absolute",
        cooldown=_checks.count("cooldown", cooldown),
        floor=min_scale,
    )
    return MetricDriven(controller)
