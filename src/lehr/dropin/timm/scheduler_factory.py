"""timm's factory: a scheduler by its name, and how many epochs it makes."""

from collections.abc import Sequence
from typing import Any

import torch

from lehr.dropin.timm.orders import Created, Order
from lehr.dropin.timm.scheduler import Range

_ATTRIBUTES: dict[str, tuple[str, Any]] = {
    "num_epochs": ("epochs", 100),
    "decay_epochs": ("decay_epochs", 30),
    "decay_milestones": ("decay_milestones", [30, 60]),
    "warmup_epochs": ("warmup_epochs", 5),
    "cooldown_epochs": ("cooldown_epochs", 0),
    "patience_epochs": ("patience_epochs", 10),
    "decay_rate": ("decay_rate", 0.1),
    "min_lr": ("min_lr", 0.0),
    "warmup_lr": ("warmup_lr", 1e-5),
    "warmup_prefix": ("warmup_prefix", False),
    "noise": ("lr_noise", None),
    "noise_pct": ("lr_noise_pct", 0.67),
    "noise_std": ("lr_noise_std", 1.0),
    "noise_seed": ("seed", 42),
    "cycle_mul": ("lr_cycle_mul", 1.0),
    "cycle_decay": ("lr_cycle_decay", 0.1),
    "cycle_limit": ("lr_cycle_limit", 1),
    "k_decay": ("lr_k_decay", 1.0),
    "decay_fn": ("lr_decay_fn", None),
    "stable_timescale": ("lr_stable_timescale", None),
}
"""Argument of `create_scheduler_v2`: the attribute of a configuration, its default."""


def scheduler_kwargs(cfg: Any, decreasing_metric: bool | None = None) -> dict[str, Any]:
    """Return the arguments of `create_scheduler_v2` that a configuration says.

    Args:
        cfg: an object with timm's names as attributes, as `argparse` makes it; only
            `sched` must be there.
        decreasing_metric: whether less of the metric is better; by default, whether
            `cfg.eval_metric` speaks of a loss.

    Source: timm 1.0.31.

    >>> from types import SimpleNamespace
    >>> found = scheduler_kwargs(SimpleNamespace(sched="cosine", epochs=300))
    >>> found["num_epochs"], found["warmup_epochs"], found["plateau_mode"]
    (300, 5, 'max')
    """
    if decreasing_metric is None:
        decreasing_metric = "loss" in getattr(cfg, "eval_metric", "top1")
    read = {
        argument: getattr(cfg, name, default)
        for argument, (name, default) in _ATTRIBUTES.items()
    }
    return {
        "sched": cfg.sched,
        **read,
        "plateau_mode": "min" if decreasing_metric else "max",
        "step_on_epochs": not getattr(cfg, "sched_on_updates", False),
    }


def create_scheduler(
    args: Any,
    optimizer: torch.optim.Optimizer,
    updates_per_epoch: int = 0,
    *,
    exact: bool | None = None,
) -> Created:
    """Return the scheduler that a configuration names, and its number of epochs.

    Args:
        args: see `scheduler_kwargs`.
        optimizer: any torch optimizer.
        updates_per_epoch: needed where the schedule counts updates.
        exact: see `create_scheduler_v2`.

    Raises:
        ValueError: an argument is out of range.

    >>> import torch
    >>> from types import SimpleNamespace
    >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)
    >>> cfg = SimpleNamespace(sched="wsd", epochs=90)
    >>> scheduler, epochs = create_scheduler(cfg, optimizer)
    >>> type(scheduler).__name__, epochs
    ('WSDLRScheduler', 90)
    """
    given = scheduler_kwargs(args)
    return create_scheduler_v2(
        optimizer, **given, updates_per_epoch=updates_per_epoch, exact=exact
    )


def create_scheduler_v2(
    optimizer: torch.optim.Optimizer,
    sched: str = "cosine",
    num_epochs: int = 300,
    decay_epochs: float | None = None,
    decay_milestones: Sequence[float] = (90, 180, 270),
    cooldown_epochs: int = 0,
    patience_epochs: int = 10,
    decay_rate: float = 0.1,
    min_lr: float = 0.0,
    warmup_lr: float = 1e-5,
    warmup_epochs: int = 0,
    warmup_prefix: bool = False,
    noise: Range = None,
    noise_pct: float = 0.67,
    noise_std: float = 1.0,
    noise_seed: int = 42,
    cycle_mul: float = 1.0,
    cycle_decay: float = 0.1,
    cycle_limit: int = 1,
    k_decay: float = 1.0,
    decay_fn: str | None = None,
    stable_timescale: float | None = None,
    plateau_mode: str = "max",
    step_on_epochs: bool = True,
    updates_per_epoch: int = 0,
    *,
    exact: bool | None = None,
) -> Created:
    """Return a scheduler by its name, and the number of epochs to train.

    Args:
        optimizer: any torch optimizer.
        sched: "cosine", "tanh", "poly", "step", "multistep", "constant", "wsd",
            "rsqrt", "plateau", or "none", which gives None.
        num_epochs: epochs without cooldown, and without warmup if that is a prefix.
        decay_epochs: between drops, 90 by default; for "wsd" and "rsqrt" the length of
            the decay, below 1 a part of the length, 0.2 by default.
        decay_milestones: for "multistep", in epochs.
        cooldown_epochs: epochs after the schedule's end.
        patience_epochs: for "plateau".
        decay_rate: what a drop multiplies by; for "poly", the power.
        min_lr: the lower limit.
        warmup_lr: the warmup's first value.
        warmup_epochs: the warmup's length.
        warmup_prefix: whether the curve begins after the warmup, not under it.
        noise: where there is noise, as parts of the length: a number, one in a list,
            or a pair.
        noise_pct: the noise is less than this part of the value.
        noise_std: its standard deviation.
        noise_seed: its seed.
        cycle_mul: for "cosine", "tanh" and "poly", like the following two.
        cycle_decay: each cycle's peak is this many times the one before.
        cycle_limit: number of cycles.
        k_decay: for "cosine" and "poly".
        decay_fn: for "wsd" ("1-sqrt" by default) and "rsqrt" ("linear").
        stable_timescale: for "rsqrt", in epochs; the warmup's length by default.
        plateau_mode: for "plateau": "max" or "min".
        step_on_epochs: whether the schedule counts epochs, or updates.
        updates_per_epoch: needed if it counts updates.
        exact: timm says that the number of epochs includes the cooldown, but leaves it
            out for schedulers without cycles; True does that too. None asks
            `lehr.dropin.is_exact()`.

    Raises:
        ValueError: there is no such name, or an argument is out of range.

    Source: timm 1.0.31.

    >>> import torch
    >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)
    >>> scheduler, epochs = create_scheduler_v2(
    ...     optimizer, "cosine", num_epochs=100, cooldown_epochs=10
    ... )
    >>> scheduler.step(50)
    >>> round(optimizer.param_groups[0]["lr"], 6), epochs
    (0.05, 110)
    """
    return Order(**locals()).created()
