"""torch's cosine schedulers."""

from lehr import _checks
from lehr.dialects.torch.arguments import check_start
from lehr.schedules import Chain, Cosine, Repeat, Schedule


def cosine_annealing(
    base: float, *, T_max: int, eta_min: float = 0.0, last_epoch: int = -1
) -> Schedule:
    """Return the curve of CosineAnnealingLR: down to `eta_min`, and up again.

    It does not end at `T_max`: it climbs back until 2 T_max, and so on for ever. To
    stop at the floor, cut it: `cosine_annealing(...)[:T_max]`.

    Args:
        base: the group's own value, in the hyper-parameter's units.
        T_max: steps from `base` to `eta_min`, >= 1.
        eta_min: the floor, in the same units.
        last_epoch: -1.

    Raises:
        ValueError: an argument is outside its range.

    Source: torch 2.13, torch.optim.lr_scheduler.CosineAnnealingLR.

    >>> lr = cosine_annealing(1.0, T_max=10)
    >>> [round(lr(n), 6) for n in (0, 5, 10, 15, 20, 30)]
    [1.0, 0.5, 0.0, 0.5, 1.0, 0.0]
    """
    check_start(last_epoch)
    half = _checks.count("T_max", T_max, 1)
    base, floor = _checks.finite("base", base), _checks.finite("eta_min", eta_min)
    return waves(base, floor, half)


def waves(start: float, turn: float, half: float) -> Repeat:
    """Return whole cosine waves from `start`, for ever, that turn after `half` steps.

    >>> [waves(0.0, 1.0, 5)(n) for n in (0, 5, 10)]
    [0.0, 1.0, 0.0]
    """
    return Repeat(Chain((Cosine(start, turn, half), Cosine(turn, start, half))))


def cosine_annealing_warm_restarts(
    base: float,
    *,
    T_0: int,
    T_mult: int = 1,
    eta_min: float = 0.0,
    last_epoch: int = -1,
) -> Schedule:
    """Return the curve of CosineAnnealingWarmRestarts: to `eta_min` again and again.

    Cycle i lasts T_0 T_mult^i steps. A restart has the value of a restart: the cycle is
    found in exact arithmetic, as by `step()` in torch; `step(epoch)` there takes the
    floor of a logarithm, and may give the floor instead of `base`.

    Args:
        base: the group's own value, in the hyper-parameter's units.
        T_0: steps of the first cycle, >= 1.
        T_mult: each cycle is this many times as long as the one before; whole, >= 1.
        eta_min: the floor, in the units of `base`; it is not reached.
        last_epoch: -1.

    Raises:
        ValueError: an argument is outside its range.

    Source: torch 2.13, torch.optim.lr_scheduler.CosineAnnealingWarmRestarts.

    >>> lr = cosine_annealing_warm_restarts(1.0, T_0=4, T_mult=2)
    >>> [round(lr(n), 6) for n in (0, 2, 3, 4, 8, 12, 28)]
    [1.0, 0.5, 0.146447, 1.0, 0.5, 1.0, 1.0]
    """
    check_start(last_epoch)
    first = _checks.count("T_0", T_0, 1)
    stretch = _checks.count("T_mult", T_mult, 1)
    base, floor = _checks.finite("base", base), _checks.finite("eta_min", eta_min)
    return Repeat(Cosine(base, floor, first), stretch=stretch)
