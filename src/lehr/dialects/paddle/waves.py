"""Paddle's schedulers that go up: cosine waves, cycles, a line, a warmup."""

from collections.abc import Callable

from lehr import _checks
from lehr.dialects import torch
from lehr.dialects.base import Named
from lehr.dialects.paddle.decays import rate
from lehr.dialects.torch.arguments import check_start
from lehr.schedules import Chain, Constant, Linear, Schedule


def linear_warmup(
    *,
    learning_rate: float | Named | Schedule,
    warmup_steps: int,
    start_lr: float,
    end_lr: float,
    last_epoch: int = -1,
    verbose: bool = False,
) -> Schedule:
    """Return the curve of `LinearWarmup`: a line, and then another schedule from its 0.

    Nothing joins the two: what follows need not begin at `end_lr`.

    Args:
        learning_rate: what follows: a value >= 0, a scheduler of Paddle by `named`, or
            any schedule.
        warmup_steps: updates of the line, >= 1.
        start_lr: its first value.
        end_lr: the value that it has at update `warmup_steps`, > start_lr.
        last_epoch: -1.
        verbose: whether Paddle prints; no matter here.

    Raises:
        ValueError: an argument is out of range.

    Source: PaddlePaddle 3.3.1, paddle.optimizer.lr.

    >>> from lehr.dialects import named
    >>> from lehr.dialects.paddle import SCHEDULERS
    >>> decay = named(SCHEDULERS, "StepDecay", learning_rate=0.5, step_size=3)
    >>> given = {"warmup_steps": 2, "start_lr": 0.0, "end_lr": 0.5}
    >>> lr = linear_warmup(learning_rate=decay, **given)
    >>> [lr(t) for t in (0, 1, 2, 4, 5)]
    [0.0, 0.25, 0.5, 0.5, 0.05]
    """
    check_start(last_epoch)
    steps = _checks.count("warmup_steps", warmup_steps, 1)
    first, last = _checks.finite("start_lr", start_lr), _checks.finite("end_lr", end_lr)
    if not last > first:
        raise ValueError(
            f"end_lr must be > start_lr, got start_lr={start_lr!r}, end_lr={end_lr!r}"
        )
    rest: Schedule
    if isinstance(learning_rate, Named):
        rest = learning_rate.curve(last)
    elif isinstance(learning_rate, Schedule):
        rest = learning_rate
    else:
        rest = Constant(rate(learning_rate))
    if not rest.steps:  # a ramp of no length would vanish
        rest = Constant(rest(0))
    return Chain((Linear(first, last, steps), rest))


def linear(
    *,
    learning_rate: float,
    total_steps: int,
    start_factor: float = 1.0 / 3,
    end_factor: float = 1.0,
    last_epoch: int = -1,
    verbose: bool = False,
) -> Schedule:
    """Return the curve of `LinearLR`: a straight line between two factors, then held.

    Args:
        learning_rate: what the factors multiply, >= 0.
        total_steps: updates of the line, >= 1.
        start_factor: in (0, 1].
        end_factor: in [0, 1].
        last_epoch: -1.
        verbose: whether Paddle prints; no matter here.

    Raises:
        ValueError: an argument is out of range.

    Source: PaddlePaddle 3.3.1, paddle.optimizer.lr.

    >>> lr = linear(learning_rate=0.5, total_steps=5, start_factor=0.5)
    >>> [round(lr(t), 6) for t in (0, 1, 5, 10**9)]
    [0.25, 0.3, 0.5, 0.5]
    """
    return torch.linear(
        rate(learning_rate),
        start_factor=start_factor,
        end_factor=end_factor,
        total_iters=_checks.count("total_steps", total_steps, 1),
        last_epoch=last_epoch,
    )


def cosine_annealing_decay(
    *,
    learning_rate: float,
    T_max: int,
    eta_min: float = 0,
    last_epoch: int = -1,
    verbose: bool = False,
) -> Schedule:
    """Return the curve of `CosineAnnealingDecay`: down to `eta_min`, and up again.

    Args:
        learning_rate: the first value, >= 0.
        T_max: updates to `eta_min`, >= 1; it climbs back until 2 T_max, and so on.
        eta_min: the floor, in the hyper-parameter's units.
        last_epoch: -1.
        verbose: whether Paddle prints; no matter here.

    Raises:
        ValueError: an argument is out of range.

    Source: PaddlePaddle 3.3.1, paddle.optimizer.lr.

    >>> lr = cosine_annealing_decay(learning_rate=0.5, T_max=10)
    >>> [round(lr(t), 6) for t in (0, 5, 10, 15, 20)]
    [0.5, 0.25, 0.0, 0.25, 0.5]
    """
    return torch.cosine_annealing(
        rate(learning_rate), T_max=T_max, eta_min=eta_min, last_epoch=last_epoch
    )


def cosine_annealing_warm_restarts(
    *,
    learning_rate: float,
    T_0: int,
    T_mult: int = 1,
    eta_min: float = 0,
    last_epoch: int = -1,
    verbose: bool = False,
) -> Schedule:
    """Return the curve of `CosineAnnealingWarmRestarts`: down again and again.

    Args:
        learning_rate: the value at each restart, >= 0.
        T_0: updates of the first cycle, >= 1.
        T_mult: each cycle is this many times as long as the one before; whole, >= 1.
        eta_min: the floor, which is not reached.
        last_epoch: -1.
        verbose: whether Paddle prints; no matter here.

    Raises:
        ValueError: an argument is out of range.

    Source: PaddlePaddle 3.3.1, paddle.optimizer.lr; Loshchilov and Hutter, SGDR, 2017,
        arXiv:1608.03983.

    >>> lr = cosine_annealing_warm_restarts(learning_rate=0.5, T_0=4, T_mult=2)
    >>> [round(lr(t), 6) for t in (0, 2, 4, 8, 12)]
    [0.5, 0.25, 0.5, 0.25, 0.5]
    """
    return torch.cosine_annealing_warm_restarts(
        rate(learning_rate),
        T_0=T_0,
        T_mult=T_mult,
        eta_min=eta_min,
        last_epoch=last_epoch,
    )


def one_cycle(
    *,
    max_learning_rate: float,
    total_steps: int,
    divide_factor: float = 25.0,
    end_learning_rate: float = 0.0001,
    phase_pct: float = 0.3,
    anneal_strategy: str = "cos",
    three_phase: bool = False,
    last_epoch: int = -1,
    verbose: bool = False,
) -> Schedule:
    """Return the curve of `OneCycleLR`: one rise to the peak, and one fall.

    The peak is at update phase_pct total_steps - 1, the end at total_steps - 1, and it
    is held: Paddle goes past it for one more update, and then raises.

    Args:
        max_learning_rate: the peak, > 0.
        total_steps: updates of the whole curve, >= 1.
        divide_factor: the first value is max_learning_rate / divide_factor; > 0.
        end_learning_rate: the last value, >= 0.
        phase_pct: the fraction of the updates that rises, in [0, 1]; below 0.5 with
            `three_phase`.
        anneal_strategy: "cos" or "linear".
        three_phase: whether to fall as it rose, and then to the end.
        last_epoch: -1.
        verbose: whether Paddle prints; no matter here.

    Raises:
        ValueError: an argument is out of range.

    Source: PaddlePaddle 3.3.1, paddle.optimizer.lr; Smith and Topin, Super-Convergence,
        2017, arXiv:1708.07120.

    >>> lr = one_cycle(max_learning_rate=1.0, total_steps=10)
    >>> [round(lr(t), 6) for t in (0, 1, 2, 8, 9, 10**9)]
    [0.04, 0.52, 1.0, 0.049611, 0.0001, 0.0001]
    """
    peak = _checks.positive("max_learning_rate", max_learning_rate)
    divisor = _checks.positive("divide_factor", divide_factor)
    if (end := _checks.finite("end_learning_rate", end_learning_rate)) < 0:
        raise ValueError(f"end_learning_rate must be >= 0, got {end_learning_rate!r}")
    if three_phase and _checks.fraction("phase_pct", phase_pct) >= 0.5:
        raise ValueError(
            f"phase_pct must be < 0.5 with three_phase=True, got {phase_pct!r}"
        )
    return torch.one_cycle(
        peak,
        max_lr=peak,
        total_steps=total_steps,
        pct_start=_checks.fraction("phase_pct", phase_pct),
        anneal_strategy=anneal_strategy,
        div_factor=divisor,
        final_div_factor=peak / divisor / end if end else float("inf"),
        three_phase=three_phase,
        last_epoch=last_epoch,
    )


def cyclic(
    *,
    base_learning_rate: float,
    max_learning_rate: float,
    step_size_up: int,
    step_size_down: int | None = None,
    mode: str = "triangular",
    exp_gamma: float = 1.0,
    scale_fn: Callable[[float], float] | str | None = None,
    scale_mode: str = "cycle",
    last_epoch: int = -1,
    verbose: bool = False,
) -> Schedule:
    """Return the curve of `CyclicLR`: up and down between two values, for ever.

    Args:
        base_learning_rate: the value at the ends of a cycle, in any units.
        max_learning_rate: the value at the peak of the first cycle, >= 0.
        step_size_up: updates to the peak, >= 1.
        step_size_down: updates back, >= 1; None is as many as up.
        mode: "triangular", "triangular2" (half the height in each cycle) or "exp_range"
            (times `exp_gamma` at each update).
        exp_gamma: finite; only for "exp_range".
        scale_fn: in place of a mode: a function of the cycle's number, from 1, or of
            the update's; or its importable name.
        scale_mode: "cycle" or "iterations": which of them.
        last_epoch: -1.
        verbose: whether Paddle prints; no matter here.

    Raises:
        ValueError: an argument is out of range.

    Source: PaddlePaddle 3.3.1, paddle.optimizer.lr; Smith, Cyclical Learning Rates for
        Training Neural Networks, 2015, arXiv:1506.01186.

    >>> given = {"step_size_up": 2, "mode": "triangular2"}
    >>> lr = cyclic(base_learning_rate=0.0, max_learning_rate=1.0, **given)
    >>> [lr(t) for t in range(8)]
    [0.0, 0.5, 1.0, 0.5, 0.0, 0.25, 0.5, 0.25]
    """
    if step_size_down is not None:
        _checks.count("step_size_down", step_size_down, 1)
    if _checks.finite("max_learning_rate", max_learning_rate) < 0:
        raise ValueError(f"max_learning_rate must be >= 0, got {max_learning_rate!r}")
    return torch.cyclic(
        base_learning_rate,
        base_lr=_checks.finite("base_learning_rate", base_learning_rate),
        max_lr=max_learning_rate,
        step_size_up=step_size_up,
        step_size_down=step_size_down,
        mode=mode,
        gamma=exp_gamma,
        scale_fn=scale_fn,
        scale_mode=scale_mode,
        last_epoch=last_epoch,
    )
