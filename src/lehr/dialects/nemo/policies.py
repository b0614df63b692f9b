"""NeMo's schedulers that only warm up, hold and end."""

from lehr.dialects.nemo.phases import Policy
from lehr.schedules import Constant, Schedule


def warmup(
    base: float,
    *,
    warmup_steps: int | None = None,
    warmup_ratio: float | None = None,
    max_steps: int | None = None,
    min_lr: float = 0.0,
    last_epoch: int = -1,
) -> Schedule:
    """Return the curve of `WarmupPolicy`: a warmup, then `base` until `max_steps`.

    Args:
        base: the group's own value, in the hyper-parameter's units.
        warmup_steps: update t < warmup_steps uses base (t + 1) / (warmup_steps + 1).
        warmup_ratio: in its place: a part of `max_steps`, in [0, 1].
        max_steps: the last update before `min_lr`, >= 1; None for a run without end.
        min_lr: value after that, >= 0.
        last_epoch: -1.

    Raises:
        ValueError: an argument is out of range, or two exclude each other.

    Source: nemo_toolkit 3.0.0, nemo.core.optim.lr_scheduler.

    >>> lr = warmup(1.0, warmup_steps=2, max_steps=6)
    >>> [round(lr(t), 4) for t in (0, 1, 2, 6, 7, 10**9)]
    [0.3333, 0.6667, 1.0, 1.0, 0.0, 0.0]
    """
    policy = Policy(base, max_steps, min_lr, last_epoch)
    policy.warm(warmup_steps, warmup_ratio)
    return policy.around(Constant(policy.base), policy.warmup)


def warmup_hold(
    base: float,
    *,
    warmup_steps: int | None = None,
    warmup_ratio: float | None = None,
    hold_steps: int | None = None,
    hold_ratio: float | None = None,
    max_steps: int | None = None,
    min_lr: float = 0.0,
    last_epoch: int = -1,
) -> Schedule:
    """Return the curve of `WarmupHoldPolicy`: as `warmup`, but a hold outlives the end.

    Args:
        base: the group's own value, in the hyper-parameter's units.
        warmup_steps: see `warmup`.
        warmup_ratio: see there.
        hold_steps: updates of `base` after the warmup, also past `max_steps`.
        hold_ratio: in its place: a part of `max_steps`, in [0, 1].
        max_steps: see `warmup`.
        min_lr: see there.
        last_epoch: -1.

    Raises:
        ValueError: an argument is out of range, or two exclude each other.

    Source: nemo_toolkit 3.0.0, nemo.core.optim.lr_scheduler.

    >>> lr = warmup_hold(1.0, warmup_steps=2, hold_steps=3, max_steps=4)
    >>> [round(lr(t), 4) for t in (0, 2, 4, 5, 10**9)]
    [0.3333, 1.0, 1.0, 0.0, 0.0]
    """
    policy = Policy(base, max_steps, min_lr, last_epoch)
    policy.warm(warmup_steps, warmup_ratio).hold(hold_steps, hold_ratio)
    return policy.around(Constant(policy.base), policy.warmup)
