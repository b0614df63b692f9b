"""NeMo's schedulers that hold the peak after the warmup, and then anneal."""

from lehr import _checks
from lehr.dialects.nemo.annealing import polynomial
from lehr.dialects.nemo.phases import Policy
from lehr.schedules import (
    Clip,
    Linear,
    OneMinusSqrt,
    Power,
    Sawtooth,
    Schedule,
)


def noam_hold_annealing(
    base: float,
    *,
    max_steps: int,
    decay_rate: float = 0.5,
    min_lr: float = 0.0,
    last_epoch: int = -1,
    warmup_steps: int | None = None,
    warmup_ratio: float | None = None,
    hold_steps: int | None = None,
    hold_ratio: float | None = None,
) -> Schedule:
    """Return the curve of `NoamHoldAnnealing`: warmup, hold, then a power of time.

    After w + h updates of warmup and hold, update t uses base (w / (t - h))^decay_rate.

    Args:
        base: the group's own value, in the hyper-parameter's units.
        max_steps: the last update before `min_lr`, >= 1.
        decay_rate: 0.5 is Noam's; with 0 or less nothing decays.
        min_lr: the lowest value after the hold, >= 0, and that after `max_steps`.
        last_epoch: -1.
        warmup_steps: update t < warmup_steps uses base (t + 1) / (warmup_steps + 1);
            at least 1.
        warmup_ratio: in its place: a part of `max_steps`, in [0, 1].
        hold_steps: updates of `base` after the warmup, also past `max_steps`.
        hold_ratio: in its place: a part of `max_steps`, in [0, 1].

    Raises:
        ValueError: an argument is out of range, two exclude each other, or there is no
            warmup.

    Source: nemo_toolkit 3.0.0, nemo.core.optim.lr_scheduler; Kim et al., Squeezeformer,
        2022, arXiv:2206.00888.

    >>> lr = noam_hold_annealing(1.0, max_steps=20, warmup_steps=4, hold_steps=2)
    >>> [round(lr(t), 6) for t in (0, 4, 6, 18, 20, 21, 10**9)]
    [0.2, 1.0, 1.0, 0.5, 0.471405, 0.0, 0.0]
    """
    policy = _policy(base, max_steps, min_lr, last_epoch)
    policy.warm(warmup_steps, warmup_ratio).hold(hold_steps, hold_ratio)
    if not policy.warmup:
        raise ValueError(
            "warmup_steps must be >= 1, got 0 updates of warmup: they are the scale "
            "of the decay in time"
        )
    rate = max(0.0, _checks.finite("decay_rate", decay_rate))
    fall = Power(policy.base, -rate, policy.warmup)
    origin = max(policy.held, policy.warmup)
    return policy.around(Clip(fall, low=policy.min_lr), origin)


def warmup_hold_anneal_linear(
    base: float,
    *,
    max_steps: int,
    last_epoch: int = -1,
    min_lr: float = 0.0,
    warmup_steps: int | None = None,
    warmup_ratio: float | None = None,
    hold_steps: int | None = None,
    hold_ratio: float | None = None,
    exact: bool = False,
) -> Schedule:
    """Return the curve of `WarmupHoldAnnealLinear`: warmup, hold, a line to `min_lr`.

    Args:
        base: the group's own value, in the hyper-parameter's units.
        max_steps: end of the line, >= 1.
        last_epoch: -1.
        min_lr: the value there and after it, >= 0.
        warmup_steps: see `noam_hold_annealing`, as for all below; 0 by default.
        warmup_ratio: see there.
        hold_steps: see there.
        hold_ratio: see there.
        exact: NeMo's own curve where no hold is given: the line then begins at update 0
            and not after the warmup, so that the value jumps down from the peak.

    Raises:
        ValueError: an argument is out of range, or two exclude each other.

    Source: nemo_toolkit 3.0.0, nemo.core.optim.lr_scheduler; Hu et al., MiniCPM, 2024,
        arXiv:2404.06395.

    >>> lr = warmup_hold_anneal_linear(1.0, max_steps=8, warmup_steps=1, hold_steps=3)
    >>> [lr(t) for t in (0, 1, 4, 6, 8, 10**9)]
    [0.5, 1.0, 1.0, 0.5, 0.0, 0.0]
    """
    policy = _policy(base, max_steps, min_lr, last_epoch)
    policy.warm(warmup_steps, warmup_ratio).hold(hold_steps, hold_ratio)
    origin = _origin(policy, exact)
    fall = Linear(policy.base, policy.min_lr, max(0, policy.max_steps - origin))
    return policy.around(fall, origin)


def warmup_hold_anneal_one_minus_square_root(
    base: float,
    *,
    max_steps: int,
    last_epoch: int = -1,
    min_lr: float = 0.0,
    warmup_steps: int | None = None,
    warmup_ratio: float | None = None,
    hold_steps: int | None = None,
    hold_ratio: float | None = None,
    exact: bool = False,
) -> Schedule:
    """Return the curve of `WarmupHoldAnnealOneMinusSquareRoot`.

    With x the fraction of the annealing, it is base (1 - sqrt(x)), not below `min_lr`.

    Args:
        base: the group's own value, in the hyper-parameter's units.
        max_steps: end of the annealing, >= 1.
        last_epoch: -1.
        min_lr: the lowest value after the hold, >= 0.
        warmup_steps: see `noam_hold_annealing`, as for all below; 0 by default.
        warmup_ratio: see there.
        hold_steps: see there.
        hold_ratio: see there.
        exact: see `warmup_hold_anneal_linear`.

    Raises:
        ValueError: an argument is out of range, or two exclude each other.

    Source: nemo_toolkit 3.0.0, nemo.core.optim.lr_scheduler; Tissue et al., Scaling Law
        with Learning Rate Annealing, 2024, arXiv:2408.11029.

    >>> lr = warmup_hold_anneal_one_minus_square_root(1.0, max_steps=8, hold_steps=4)
    >>> [lr(t) for t in (0, 4, 5, 8, 10**9)]
    [1.0, 1.0, 0.5, 0.0, 0.0]
    """
    policy = _policy(base, max_steps, min_lr, last_epoch)
    policy.warm(warmup_steps, warmup_ratio).hold(hold_steps, hold_ratio)
    origin = _origin(policy, exact)
    fall = OneMinusSqrt(policy.base, 0.0, max(0, policy.max_steps - origin))
    return policy.around(Clip(fall, low=policy.min_lr), origin)


def polynomial_hold_decay_annealing(
    base: float,
    *,
    max_steps: int,
    min_lr: float = 0.0,
    power: float = 1.0,
    cycle: bool = False,
    last_epoch: int = -1,
    warmup_steps: int | None = None,
    warmup_ratio: float | None = None,
    hold_steps: int | None = None,
    hold_ratio: float | None = None,
) -> Schedule:
    """Return the curve of `PolynomialHoldDecayAnnealing`: a power of what remains.

    Where no hold is given, the decay takes max_steps - warmup updates, but is counted
    from update 0, under the warmup: write hold_steps=0 to begin after it.

    Args:
        base: the group's own value, in the hyper-parameter's units.
        max_steps: end of the decay, >= 1.
        min_lr: the value there and after it, >= 0.
        power: >= 0; with 0 the value is `base` up to `max_steps`.
        cycle: whether to begin anew where no hold is given and the decay is over before
            `max_steps`; no matter otherwise.
        last_epoch: -1.
        warmup_steps: see `noam_hold_annealing`, as for all below; 0 by default.
        warmup_ratio: see there.
        hold_steps: see there.
        hold_ratio: see there.

    Raises:
        ValueError: an argument is out of range, or two exclude each other.

    Source: nemo_toolkit 3.0.0, nemo.core.optim.lr_scheduler.

    >>> given = {"max_steps": 8, "power": 2.0, "warmup_steps": 1, "hold_steps": 3}
    >>> lr = polynomial_hold_decay_annealing(1.0, **given)
    >>> [lr(t) for t in (0, 1, 4, 6, 8, 10**9)]
    [0.5, 1.0, 1.0, 0.25, 0.0, 0.0]
    """
    policy = _policy(base, max_steps, min_lr, last_epoch)
    policy.warm(warmup_steps, warmup_ratio).hold(hold_steps, hold_ratio)
    steps = int(max(0, policy.max_steps - max(policy.warmup, policy.held)))
    fall = polynomial(policy, steps, power)
    if cycle and steps and power and not policy.held:
        fall = Sawtooth(policy.base, policy.min_lr, steps, power)
    return policy.around(fall, policy.held)


def _policy(base: float, max_steps: int, min_lr: float, last_epoch: int) -> Policy:
    return Policy(base, _checks.count("max_steps", max_steps, 1), min_lr, last_epoch)


def _origin(policy: Policy, exact: bool) -> int:
    """Return the update at which the annealing begins: NeMo's own is 0 without hold."""
    return policy.held if exact else max(policy.held, policy.warmup)
