"""NeMo's schedulers that warm up and then anneal along a power or a line."""

from lehr import _checks
from lehr.dialects.nemo.phases import Policy
from lehr.schedules import Clip, Constant, Linear, Polynomial, Schedule


def square_annealing(
    base: float,
    *,
    max_steps: int,
    min_lr: float = 1e-5,
    last_epoch: int = -1,
    warmup_steps: int | None = None,
    warmup_ratio: float | None = None,
) -> Schedule:
    """Return the curve of `SquareAnnealing`: base (1 - x)^2, but not below `min_lr`.

    x is the fraction of the updates after the warmup that are over.

    Args:
        base: the group's own value, in the hyper-parameter's units.
        max_steps: update at which x is 1, >= 1.
        min_lr: the lowest value, >= 0; held after `max_steps`.
        last_epoch: -1.
        warmup_steps: update t < warmup_steps uses base (t + 1) / (warmup_steps + 1).
        warmup_ratio: in its place: a part of `max_steps`, in [0, 1].

    Raises:
        ValueError: an argument is out of range, or two exclude each other.

    Source: nemo_toolkit 3.0.0, nemo.core.optim.lr_scheduler.

    >>> lr = square_annealing(1.0, max_steps=5, warmup_steps=1)
    >>> [round(lr(t), 6) for t in (0, 1, 3, 5, 10**9)]
    [0.5, 1.0, 0.25, 1e-05, 1e-05]
    """
    policy = Policy(base, _given(max_steps), min_lr, last_epoch)
    policy.warm(warmup_steps, warmup_ratio)
    fall = Polynomial(policy.base, 0.0, _left(policy), 2.0)
    return policy.around(Clip(fall, low=policy.min_lr), policy.warmup)


def square_root_annealing(
    base: float,
    *,
    max_steps: int,
    min_lr: float = 0.0,
    last_epoch: int = -1,
    warmup_steps: int | None = None,
    warmup_ratio: float | None = None,
) -> Schedule:
    """Return the curve of `SquareRootAnnealing`: base sqrt(1 - t / max_steps).

    t is counted from the begin of the run, not from the end of the warmup: after a
    warmup of half the run the value jumps from `base` to 0.707 base.

    Args:
        base: the group's own value, in the hyper-parameter's units.
        max_steps: see `square_annealing`, as for all below.
        min_lr: see there.
        last_epoch: -1.
        warmup_steps: see there.
        warmup_ratio: see there.

    Raises:
        ValueError: an argument is out of range, or two exclude each other.

    Source: nemo_toolkit 3.0.0, nemo.core.optim.lr_scheduler.

    >>> lr = square_root_annealing(1.0, max_steps=8, warmup_steps=3)
    >>> [round(lr(t), 6) for t in (0, 3, 4, 6, 8, 10**9)]
    [0.25, 1.0, 0.707107, 0.5, 0.0, 0.0]
    """
    policy = Policy(base, _given(max_steps), min_lr, last_epoch)
    policy.warm(warmup_steps, warmup_ratio)
    fall = Polynomial(policy.base, 0.0, policy.max_steps, 0.5)
    return policy.around(Clip(fall, low=policy.min_lr), 0)


def warmup_annealing(
    base: float,
    *,
    max_steps: int,
    last_epoch: int = -1,
    min_lr: float = 0.0,
    warmup_steps: int | None = None,
    warmup_ratio: float | None = None,
) -> Schedule:
    """Return the curve of `WarmupAnnealing`: a warmup, and a line down to `min_lr`.

    Args:
        base: the group's own value; NeMo takes the first group's for all.
        max_steps: see `square_annealing`, as for all below.
        last_epoch: -1.
        min_lr: the value from `max_steps` on, >= 0.
        warmup_steps: see there.
        warmup_ratio: see there.

    Raises:
        ValueError: an argument is out of range, or two exclude each other.

    Source: nemo_toolkit 3.0.0, nemo.core.optim.lr_scheduler.

    >>> lr = warmup_annealing(1.0, max_steps=5, warmup_ratio=0.2)
    >>> [lr(t) for t in (0, 1, 3, 5, 10**9)]
    [0.5, 1.0, 0.5, 0.0, 0.0]
    """
    policy = Policy(base, _given(max_steps), min_lr, last_epoch)
    policy.warm(warmup_steps, warmup_ratio)
    fall = Linear(policy.base, policy.min_lr, _left(policy))
    return policy.around(fall, policy.warmup)


def polynomial_decay_annealing(
    base: float,
    *,
    max_steps: int,
    min_lr: float = 0.0,
    power: float = 1.0,
    cycle: bool = False,
    last_epoch: int = -1,
    warmup_steps: int | None = None,
    warmup_ratio: float | None = None,
) -> Schedule:
    """Return the curve of `PolynomialDecayAnnealing`: a power of what remains.

    Args:
        base: the group's own value, in the hyper-parameter's units.
        max_steps: see `square_annealing`.
        min_lr: the value from `max_steps` on, >= 0.
        power: >= 0; with 0 the value is `base` up to `max_steps`.
        cycle: no matter: NeMo ends at `max_steps`, where its first cycle ends.
        last_epoch: -1.
        warmup_steps: see `square_annealing`.
        warmup_ratio: see there.

    Raises:
        ValueError: an argument is out of range, or two exclude each other.

    Source: nemo_toolkit 3.0.0, nemo.core.optim.lr_scheduler.

    >>> lr = polynomial_decay_annealing(1.0, max_steps=5, power=2, warmup_steps=1)
    >>> [lr(t) for t in (0, 1, 3, 5, 10**9)]
    [0.5, 1.0, 0.25, 0.0, 0.0]
    """
    policy = Policy(base, _given(max_steps), min_lr, last_epoch)
    policy.warm(warmup_steps, warmup_ratio)
    return policy.around(polynomial(policy, _left(policy), power), policy.warmup)


def polynomial(policy: Policy, steps: float, power: float) -> Schedule:
    """Return the way from the peak to `min_lr` by a power, which may be 0."""
    if (power := _checks.finite("power", power)) < 0:
        raise ValueError(f"power must be >= 0, got {power!r}; below 0 it divides by 0")
    if power == 0:
        return Constant(policy.base)
    return Polynomial(policy.base, policy.min_lr, steps, power)


def _left(policy: Policy) -> float:
    return max(0, policy.max_steps - policy.warmup)


def _given(max_steps: int) -> int:
    return _checks.count("max_steps", max_steps, 1)
