"""fairseq's schedulers with a warmup to one peak: cosine, inverse_sqrt and step."""

import math

from lehr import _checks
from lehr.dialects.fairseq.rates import DEFAULT, Rates, floor, listed, single, warmed
from lehr.schedules import Clip, Cosine, InverseSqrt, Repeat, Schedule, Step


def cosine(
    *,
    warmup_updates: int = 0,
    warmup_init_lr: float = -1,
    lr: Rates = DEFAULT,
    min_lr: float = 0.0,
    t_mult: float = 1.0,
    lr_period_updates: float = -1,
    lr_shrink: float = 0.1,
    max_update: int = 0,
) -> Schedule:
    """Return the curve of `cosine`: warmup, then cosine waves, each lower.

    Args:
        warmup_updates: updates of the linear warmup to `lr`.
        warmup_init_lr: its first value; below 0 it is `min_lr`.
        lr: the peak, >= 0; a list of one is one.
        min_lr: the value at the end of the first wave, >= 0; at most `lr`, else `lr`.
        t_mult: each wave is this many times as long as the one before, >= 1.
        lr_period_updates: length of the first one; 0 and less is max_update -
            warmup_updates.
        lr_shrink: what each wave, floor and all, is multiplied by, in [0, 1].
        max_update: length of the run; see `lr_period_updates`.

    Raises:
        ValueError: an argument is out of range, or no update is left for a wave.

    Source: fairseq 3d262bb2, fairseq.optim.lr_scheduler; Loshchilov and Hutter, SGDR,
        2017, arXiv:1608.03983.

    >>> curve = cosine(lr=1.0, warmup_updates=2, max_update=10)
    >>> [round(curve(t), 6) for t in (0, 1, 2, 6, 9, 10, 11)]
    [0.0, 0.5, 1.0, 0.5, 0.03806, 0.1, 0.096194]
    """
    peak = single(lr)
    low = min(floor(min_lr), peak)
    warmup = _checks.count("warmup_updates", warmup_updates)
    period = _checks.finite("lr_period_updates", lr_period_updates)
    if period <= 0:
        period = _checks.count("max_update", max_update) - warmup
    if period <= 0:
        raise ValueError(
            f"max_update must be > warmup_updates ({warmup}), which leave no wave "
            f"any update, got {max_update!r}; or pass lr_period_updates"
        )
    if not _checks.finite("t_mult", t_mult) >= 1:
        raise ValueError(f"t_mult must be >= 1, got {t_mult!r}")
    shrink = _checks.fraction("lr_shrink", lr_shrink)
    waves = Repeat(Cosine(peak, low, period), stretch=t_mult, decay=shrink)
    return warmed(_first(warmup_init_lr, low), peak, warmup, waves)


def inverse_sqrt(
    *, warmup_updates: int = 4000, warmup_init_lr: float = -1, lr: Rates = DEFAULT
) -> Schedule:
    """Return the curve of `inverse_sqrt`: warmup, then lr sqrt(warmup_updates / t).

    Args:
        warmup_updates: updates of the linear warmup to `lr`, >= 1.
        warmup_init_lr: its first value; below 0 it is 0.
        lr: the peak, >= 0; a list of one is one.

    Raises:
        ValueError: an argument is out of range; also `warmup_updates` of 0, where
            fairseq divides by it.

    Source: fairseq 3d262bb2, fairseq.optim.lr_scheduler; Vaswani et al., Attention Is
        All You Need, 2017, arXiv:1706.03762, eq. 3.

    >>> curve = inverse_sqrt(warmup_updates=4, lr=1.0)
    >>> [round(curve(t), 6) for t in (0, 1, 4, 16, 400)]
    [0.0, 0.25, 1.0, 0.5, 0.1]
    """
    peak = single(lr)
    if not (warmup := _checks.count("warmup_updates", warmup_updates)):
        raise ValueError(
            "warmup_updates must be >= 1, got 0: the decay is sqrt(warmup_updates / t)"
        )
    first = _first(warmup_init_lr, 0.0)
    return warmed(first, peak, warmup, InverseSqrt(peak, warmup))


def step(
    *,
    warmup_updates: int = 0,
    warmup_init_lr: float = -1,
    lr: Rates = DEFAULT,
    min_lr: float = 0.0,
    lr_deacy_period: int = 25000,
    lr_decay: float = 0.5,
) -> Schedule:
    """Return the curve of `step`: warmup, then times `lr_decay` every so many updates.

    Args:
        warmup_updates: updates of the linear warmup to `lr`.
        warmup_init_lr: its first value; below 0 it is `min_lr`.
        lr: the peak, > min_lr; the first of a list.
        min_lr: the lowest value after the warmup, >= 0.
        lr_deacy_period: updates between drops, > 0; spelt as in fairseq.
        lr_decay: what a drop multiplies by, in [0, 1].

    Raises:
        ValueError: an argument is out of range.

    Source: fairseq 3d262bb2, fairseq.optim.lr_scheduler.

    >>> curve = step(lr=1.0, min_lr=0.2, warmup_updates=2, lr_deacy_period=3)
    >>> [round(curve(t), 6) for t in (0, 1, 2, 5, 8, 10**9)]
    [0.2, 0.6, 1.0, 0.5, 0.25, 0.2]
    """
    peak, low = listed(lr)[0], floor(min_lr)
    if not peak > low:
        raise ValueError(f"lr must be > min_lr, got lr={lr!r}, min_lr={min_lr!r}")
    warmup = _checks.count("warmup_updates", warmup_updates)
    every = _checks.duration("lr_deacy_period", lr_deacy_period)
    stairs = Step(peak, _checks.fraction("lr_decay", lr_decay), every)
    return warmed(_first(warmup_init_lr, low), peak, warmup, Clip(stairs, low=low))


def _first(warmup_init_lr: float, default: float) -> float:
    given = _checks.number("warmup_init_lr", warmup_init_lr)
    if math.isnan(given) or given == math.inf:
        raise ValueError(f"warmup_init_lr must be finite, got {warmup_init_lr!r}")
    return default if given < 0 else float(given)
