"""lrsched's schedules that come again: restarts and triangles."""

from lehr import _checks
from lehr.dialects import torch
from lehr.schedules import Schedule


def cosine_restarts(
    *, base_lr: float, min_lr: float, period: int, t_mult: int
) -> Schedule:
    """Return the curve of cosine_restarts: half waves down, again and again.

    Args:
        base_lr: the value at each restart, in the hyper-parameter's units.
        min_lr: the floor, which is not reached.
        period: updates of the first cycle, >= 1.
        t_mult: each cycle is this many times as long as the one before; whole, >= 1.

    Raises:
        ValueError: an argument is outside its range.

    Source: lrsched 0.5.0, lrsched.cosine_restarts.

    >>> lr = cosine_restarts(base_lr=1.0, min_lr=0.0, period=4, t_mult=2)
    >>> [round(lr(t), 6) for t in (0, 2, 4, 8, 12)]
    [1.0, 0.5, 1.0, 0.5, 1.0]
    """
    base, floor = _checks.finite("base_lr", base_lr), _checks.finite("min_lr", min_lr)
    first, mult = _checks.count("period", period, 1), _checks.count("t_mult", t_mult, 1)
    return torch.cosine_annealing_warm_restarts(
        base, T_0=first, T_mult=mult, eta_min=floor
    )


def triangular(*, min_lr: float, max_lr: float, step_size: int) -> Schedule:
    """Return the curve of triangular: up and down between two values, for ever.

    Args:
        min_lr: the value at update 0, in the hyper-parameter's units.
        max_lr: the peak.
        step_size: updates up, and as many down; >= 1.

    Raises:
        ValueError: an argument is outside its range.

    Source: lrsched 0.5.0, lrsched.triangular.

    >>> lr = triangular(min_lr=0.0, max_lr=1.0, step_size=2)
    >>> [lr(t) for t in range(5)]
    [0.0, 0.5, 1.0, 0.5, 0.0]
    """
    return _cycles(min_lr, max_lr, step_size, "triangular")


def triangular2(*, min_lr: float, max_lr: float, step_size: int) -> Schedule:
    """Return the curve of triangular2: each triangle half as high as the one before.

    Args:
        min_lr: the value at update 0, in the hyper-parameter's units.
        max_lr: the first peak.
        step_size: updates up, and as many down; >= 1.

    Raises:
        ValueError: an argument is outside its range.

    Source: lrsched 0.5.0, lrsched.triangular2.

    >>> lr = triangular2(min_lr=0.0, max_lr=1.0, step_size=1)
    >>> [lr(t) for t in range(6)]
    [0.0, 1.0, 0.0, 0.5, 0.0, 0.25]
    """
    return _cycles(min_lr, max_lr, step_size, "triangular2")


def exp_range(
    *, min_lr: float, max_lr: float, step_size: int, gamma: float
) -> Schedule:
    """Return the curve of exp_range: triangles whose height shrinks at every update.

    Args:
        min_lr: the value at update 0, in the hyper-parameter's units.
        max_lr: the peak without the shrinking.
        step_size: updates up, and as many down; >= 1.
        gamma: what multiplies the height at each update; any finite number.

    Raises:
        ValueError: an argument is outside its range.

    Source: lrsched 0.5.0, lrsched.exp_range.

    >>> lr = exp_range(min_lr=0.0, max_lr=1.0, step_size=2, gamma=0.5)
    >>> [lr(t) for t in range(4)]
    [0.0, 0.25, 0.25, 0.0625]
    """
    return _cycles(min_lr, max_lr, step_size, "exp_range", gamma)


def _cycles(
    min_lr: float, max_lr: float, step_size: int, mode: str, gamma: float = 1.0
) -> Schedule:
    low, high = _checks.finite("min_lr", min_lr), _checks.finite("max_lr", max_lr)
    half = _checks.count("step_size", step_size, 1)
    return torch.cyclic(
        0.0, base_lr=low, max_lr=high, step_size_up=half, mode=mode, gamma=gamma
    )
