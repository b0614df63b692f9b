"""torch's CyclicLR: triangles between two values, for the rate and the momentum."""

from collections.abc import Callable

from lehr import _checks
from lehr.dialects.torch.arguments import check_start
from lehr.dialects.torch.decays import exponential
from lehr.dialects.torch.functions import Counted
from lehr.schedules import Chain, Linear, Product, Repeat, Schedule

Scale = Callable[[float], float] | str


def cyclic(
    base: float,
    *,
    base_lr: float | None,
    max_lr: float,
    step_size_up: int = 2000,
    step_size_down: int | None = None,
    mode: str = "triangular",
    gamma: float = 1.0,
    scale_fn: Scale | None = None,
    scale_mode: str = "cycle",
    cycle_momentum: bool = True,
    base_momentum: float = 0.8,
    max_momentum: float = 0.9,
    last_epoch: int = -1,
) -> Schedule:
    """Return the curve of CyclicLR: from `base_lr` to `max_lr` and back, for ever.

    The momentum that torch cycles the other way is `cyclic_momentum`.

    Args:
        base: the group's own value; used only where `base_lr` is None, as torch
            overwrites it.
        base_lr: the value at the ends of a cycle, in the units of `base`.
        max_lr: the value at the peak of the first cycle.
        step_size_up: steps from `base_lr` to the peak, >= 1.
        step_size_down: steps back, >= 0; None is as many as up.
        mode: "triangular" keeps the height; "triangular2" halves it with each cycle;
            "exp_range" multiplies it by `gamma` with each step.
        gamma: finite; only for "exp_range".
        scale_fn: what multiplies the height, in place of a mode: a function of the
            cycle's number, from 1, or of the step's; or its importable name.
        scale_mode: "cycle" or "iterations": which of them.
        cycle_momentum: see `cyclic_momentum`.
        base_momentum: see `cyclic_momentum`.
        max_momentum: see `cyclic_momentum`.
        last_epoch: -1.

    Raises:
        ValueError: an argument is outside its range.

    Source: torch 2.13, torch.optim.lr_scheduler.CyclicLR; Smith, Cyclical Learning
        Rates for Training Neural Networks, 2015, arXiv:1506.01186.

    >>> lr = cyclic(0.1, base_lr=0.0, max_lr=1.0, step_size_up=2, mode="triangular2")
    >>> [lr(n) for n in range(9)]
    [0.0, 0.5, 1.0, 0.5, 0.0, 0.25, 0.5, 0.25, 0.0]
    """
    check_start(last_epoch)
    if base_lr is None:
        base_lr = _checks.finite("base", base)
    ends = _checks.finite("base_lr", base_lr), _checks.finite("max_lr", max_lr)
    return _cycles(
        *ends, step_size_up, step_size_down, mode, gamma, scale_fn, scale_mode
    )


def cyclic_momentum(
    base: float,
    *,
    base_lr: float | None,
    max_lr: float,
    step_size_up: int = 2000,
    step_size_down: int | None = None,
    mode: str = "triangular",
    gamma: float = 1.0,
    scale_fn: Scale | None = None,
    scale_mode: str = "cycle",
    cycle_momentum: bool = True,
    base_momentum: float = 0.8,
    max_momentum: float = 0.9,
    last_epoch: int = -1,
) -> Schedule | None:
    """Return what CyclicLR does to the momentum: the cycles of the rate, inverted.

    Args: those of `cyclic`, and
        base: the group's own momentum, which torch overwrites.
        cycle_momentum: whether it is driven at all; if not, None is returned.
        base_momentum: the value where the rate is highest.
        max_momentum: the value where the rate is `base_lr`.

    Raises:
        ValueError: an argument is outside its range.

    Source: torch 2.13, torch.optim.lr_scheduler.CyclicLR.

    >>> momentum = cyclic_momentum(0.5, base_lr=0.0, max_lr=1.0, step_size_up=2)
    >>> [round(momentum(n), 6) for n in range(5)]
    [0.9, 0.85, 0.8, 0.85, 0.9]
    """
    check_start(last_epoch)
    if not cycle_momentum:
        return None
    first = _checks.finite("max_momentum", max_momentum)
    peak = _checks.finite("base_momentum", base_momentum)
    return _cycles(
        first, peak, step_size_up, step_size_down, mode, gamma, scale_fn, scale_mode
    )


def _cycles(
    low: float,
    high: float,
    step_size_up: int,
    step_size_down: int | None,
    mode: str,
    gamma: float,
    scale_fn: Scale | None,
    scale_mode: str,
) -> Schedule:
    up = _checks.count("step_size_up", step_size_up, 1)
    down = up
    if step_size_down is not None:
        down = _checks.count("step_size_down", step_size_down)
    gamma = _checks.finite("gamma", gamma)
    _checks.choice("scale_mode", scale_mode, ("cycle", "iterations"))
    if scale_fn is not None:
        every, first = (up + down, 1) if scale_mode == "cycle" else (1, 0)
        scale: Schedule = Counted(scale_fn, every=every, first=first)
        return low + Product((Repeat(_cycle(0.0, high - low, up, down)), scale))
    _checks.choice("mode", mode, ("triangular", "triangular2", "exp_range"))
    if mode == "triangular2":
        return low + Repeat(_cycle(0.0, high - low, up, down), decay=0.5)
    if mode == "exp_range" and gamma != 1:
        heights = exponential(1.0, gamma=gamma)
        return low + Product((Repeat(_cycle(0.0, high - low, up, down)), heights))
    return Repeat(_cycle(low, high, up, down))


def _cycle(low: float, high: float, up: int, down: int) -> Schedule:
    return Chain((Linear(low, high, up), Linear(high, low, down)))
