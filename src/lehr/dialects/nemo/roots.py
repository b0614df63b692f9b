"""NeMo's cosine, and its schedulers that decay as a power of time."""

import math

from lehr import _checks
from lehr.dialects.nemo.phases import Policy
from lehr.schedules import (
    Chain,
    Clip,
    Constant,
    Cosine,
    InverseSqrt,
    Linear,
    Schedule,
)


def cosine_annealing(
    base: float,
    *,
    max_steps: int,
    min_lr: float = 0.0,
    last_epoch: int = -1,
    warmup_steps: int | None = None,
    warmup_ratio: float | None = None,
    constant_steps: int | None = None,
    constant_ratio: float | None = None,
) -> Schedule:
    """Return the curve of `CosineAnnealing`: half a cosine wave down to `min_lr`.

    With `constant_steps` the wave ends so many updates before `max_steps`, and the
    warmup is another one: update t uses base t / warmup_steps, the first one 0.

    Args:
        base: the group's own value; with `constant_steps` NeMo takes the first group's.
        max_steps: end of the wave and of the constant part, >= 1.
        min_lr: the value at the end, >= 0 and at most `base`.
        last_epoch: -1.
        warmup_steps: update t < warmup_steps uses base (t + 1) / (warmup_steps + 1).
        warmup_ratio: in its place: a part of `max_steps`, in [0, 1].
        constant_steps: updates of `min_lr` before `max_steps`.
        constant_ratio: in its place: a part of `max_steps`, in [0, 1].

    Raises:
        ValueError: an argument is out of range, or two exclude each other.

    Source: nemo_toolkit 3.0.0, nemo.core.optim.lr_scheduler.

    >>> lr = cosine_annealing(1.0, max_steps=10, min_lr=0.1, warmup_steps=4)
    >>> [round(lr(t), 6) for t in (0, 3, 4, 5, 9, 10, 10**9)]
    [0.2, 0.8, 1.0, 0.939711, 0.160289, 0.1, 0.1]
    """
    policy = Policy(
        base, _checks.count("max_steps", max_steps, 1), min_lr, last_epoch
    ).warm(warmup_steps, warmup_ratio)
    held = policy.length("constant", constant_steps, constant_ratio)
    policy.above_floor()
    decay = max(0, policy.max_steps - policy.warmup - held)
    wave = Cosine(policy.base, policy.min_lr, decay)
    if not held:
        return policy.around(wave, policy.warmup)
    pieces: list[Schedule] = [Linear(0.0, policy.base, policy.warmup)]
    if not decay and policy.warmup:
        pieces.append(Constant(policy.base, 1))
    return Chain((*pieces, wave, Constant(policy.min_lr)))


def noam_annealing(
    base: float,
    *,
    d_model: int,
    warmup_steps: int | None = None,
    warmup_ratio: float | None = None,
    max_steps: int | None = None,
    min_lr: float = 0.0,
    last_epoch: int = -1,
) -> Schedule:
    """Return the curve of `NoamAnnealing`: up, then down as one over a square root.

    Update t >= 1 uses base d_model^-0.5 min(t^-0.5, t warmup_steps^-1.5), and update 0
    what update 1 uses. There is no end: `max_steps` only gives `warmup_ratio` a
    meaning.

    Args:
        base: multiplies the values; the peak is base (d_model warmup_steps)^-0.5.
        d_model: width of the model, > 0.
        warmup_steps: update of the peak; 0 and 1 begin with it.
        warmup_ratio: in its place: a part of `max_steps`, in [0, 1].
        max_steps: see above.
        min_lr: the lowest value after the warmup, >= 0 and at most `base`.
        last_epoch: -1.

    Raises:
        ValueError: an argument is out of range, or two exclude each other.

    Source: nemo_toolkit 3.0.0, nemo.core.optim.lr_scheduler; Vaswani et al., Attention
        Is All You Need, 2017, arXiv:1706.03762, eq. 3.

    >>> lr = noam_annealing(1.0, d_model=4, warmup_steps=4)
    >>> [round(lr(t), 6) for t in (0, 1, 2, 4, 16, 100)]
    [0.0625, 0.0625, 0.125, 0.25, 0.125, 0.05]
    """
    policy = Policy(base, max_steps, min_lr, last_epoch)
    policy.warm(warmup_steps, warmup_ratio).above_floor()
    top = max(1, policy.warmup)
    scaled = policy.base / math.sqrt(_checks.positive("d_model", d_model))
    peak, low = scaled / math.sqrt(top), policy.min_lr
    first, tail = scaled * top**-1.5, Clip(InverseSqrt(peak, top), low=low)
    rise = Linear(first, peak, top - 1)
    if peak >= low:
        return Chain((Constant(first, 1), rise, tail))
    if policy.warmup:
        return Chain((Constant(first, 1), rise, Constant(peak, 1), Constant(low)))
    return Constant(low)


def inverse_square_root_annealing(
    base: float,
    *,
    max_steps: int,
    last_epoch: int = -1,
    min_lr: float = 0.0,
    warmup_steps: int | None = None,
    warmup_ratio: float | None = None,
) -> Schedule:
    """Return the curve of `InverseSquareRootAnnealing`, then `min_lr`.

    After a warmup of w updates, update t uses base sqrt((w + 1) / (t + 1)).

    Args:
        base: the group's own value, in the hyper-parameter's units.
        max_steps: the last update before `min_lr`, >= 1.
        last_epoch: -1.
        min_lr: value after that, >= 0; no limit before it.
        warmup_steps: update t < warmup_steps uses base (t + 1) / (warmup_steps + 1).
        warmup_ratio: in its place: a part of `max_steps`, in [0, 1].

    Raises:
        ValueError: an argument is out of range, or two exclude each other.

    Source: nemo_toolkit 3.0.0, nemo.core.optim.lr_scheduler.

    >>> lr = inverse_square_root_annealing(1.0, max_steps=15, warmup_steps=3)
    >>> [round(lr(t), 6) for t in (0, 3, 8, 15, 16, 10**9)]
    [0.25, 1.0, 0.666667, 0.5, 0.0, 0.0]
    """
    policy = Policy(base, _checks.count("max_steps", max_steps, 1), min_lr, last_epoch)
    policy.warm(warmup_steps, warmup_ratio)
    return policy.around(InverseSqrt(policy.base, policy.warmup + 1), policy.warmup)


def t5_inverse_square_root_annealing(
    base: float,
    *,
    max_steps: int,
    last_epoch: int = -1,
    min_lr: float = 0.0,
    constant_steps: int | None = None,
    constant_ratio: float | None = None,
) -> Schedule:
    """Return the curve of `T5InverseSquareRootAnnealing`: 1 / sqrt(t), whatever `base`.

    Args:
        base: no matter: NeMo takes no notice of the optimizer's value.
        max_steps: the last update before `min_lr`, >= 1.
        last_epoch: -1.
        min_lr: value after that, >= 0; no limit before it.
        constant_steps: first updates, which use 1 / sqrt(constant_steps); with 0 the
            first uses 1.
        constant_ratio: in its place: a part of `max_steps`, in [0, 1].

    Raises:
        ValueError: an argument is out of range, or two exclude each other.

    Source: nemo_toolkit 3.0.0, nemo.core.optim.lr_scheduler; Raffel et al., Exploring
        the Limits of Transfer Learning, 2019, arXiv:1910.10683, section 3.1.2.

    >>> lr = t5_inverse_square_root_annealing(0.1, max_steps=100, constant_steps=4)
    >>> [round(lr(t), 6) for t in (0, 4, 16, 100, 101, 10**9)]
    [0.5, 0.5, 0.25, 0.1, 0.0, 0.0]
    """
    policy = Policy(base, _checks.count("max_steps", max_steps, 1), min_lr, last_epoch)
    flat = max(1, policy.length("constant", constant_steps, constant_ratio))
    policy.base, policy.held = 1.0 / math.sqrt(flat), flat
    # The constant part owns update `flat` too, even past max_steps.
    policy.held += flat > policy.max_steps
    return policy.around(InverseSqrt(policy.base, flat), flat)
