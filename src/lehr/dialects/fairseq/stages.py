"""fairseq's schedulers of straight pieces: tri_stage and triangular."""

import math
from collections.abc import Sequence

from lehr import _checks
from lehr.dialects.fairseq.rates import DEFAULT, Rates, single
from lehr.schedules import (
    Chain,
    Constant,
    Exponential,
    Linear,
    Repeat,
    Schedule,
    Sum,
)


def tri_stage(
    *,
    warmup_steps: int = 0,
    hold_steps: int = 0,
    decay_steps: int = 0,
    phase_ratio: Sequence[float] | None = None,
    init_lr_scale: float = 0.01,
    final_lr_scale: float = 0.01,
    max_update: float = 0,
    lr: Rates = DEFAULT,
) -> Schedule:
    """Return the curve of `tri_stage`: a line up, a hold, and down by equal ratios.

    Args:
        warmup_steps: updates of the rise from init_lr_scale lr to `lr`.
        hold_steps: updates of `lr`.
        decay_steps: updates of the fall to final_lr_scale lr, which is held.
        phase_ratio: in place of the three: parts of `max_update`, rounded down, whose
            sum is 1.
        init_lr_scale: first value, as a part of `lr`, >= 0.
        final_lr_scale: last value, as a part of `lr`, > 0.
        max_update: length of the run; only for `phase_ratio`.
        lr: the peak, >= 0; a list of one is one.

    Raises:
        ValueError: an argument is out of range, or all three phases have no length.

    Source: fairseq 3d262bb2, fairseq.optim.lr_scheduler; Park et al., SpecAugment,
        2019, arXiv:1904.08779.

    >>> curve = tri_stage(lr=1.0, warmup_steps=2, hold_steps=4, decay_steps=4)
    >>> [round(curve(t), 6) for t in (0, 1, 2, 6, 7, 10, 10**9)]
    [0.01, 0.505, 1.0, 1.0, 0.316228, 0.01, 0.01]
    """
    peak = single(lr)
    first, last = _scale("init_lr_scale", init_lr_scale), final_lr_scale
    if not _checks.finite("final_lr_scale", last) > 0:
        raise ValueError(f"final_lr_scale must be > 0, got {final_lr_scale!r}")
    if phase_ratio is None:
        rise = _checks.count("warmup_steps", warmup_steps)
        hold = _checks.count("hold_steps", hold_steps)
        fall = _checks.count("decay_steps", decay_steps)
    else:
        rise, hold, fall = _parts(phase_ratio, max_update)
    if not rise + hold + fall:
        raise ValueError(
            "warmup_steps, hold_steps and decay_steps are all 0; give at least one of "
            "them, or phase_ratio"
        )
    pieces = [Linear(first * peak, peak, rise), Constant(peak, hold)]
    if peak:
        pieces.append(Exponential(peak, last * peak, fall))
    return Chain((*pieces, Constant(last * peak)))


def triangular(
    *,
    max_lr: float,
    lr_period_updates: float = 5000,
    lr_shrink: float = 0.1,
    shrink_min: bool = False,
    lr: Rates = DEFAULT,
) -> Schedule:
    """Return the curve of `triangular`: up from `lr` and back, each peak lower.

    Once the shrunk peak is below `lr`, the triangles point down, as in fairseq.

    Args:
        max_lr: the first peak, > lr.
        lr_period_updates: length of a triangle; half of it, rounded down, is at least
            1.
        lr_shrink: what each triangle multiplies `max_lr` by, in [0, 1].
        shrink_min: whether it multiplies `lr` too.
        lr: the value between the triangles, >= 0; a list of one is one.

    Raises:
        ValueError: an argument is out of range.

    Source: fairseq 3d262bb2, fairseq.optim.lr_scheduler; Smith, Cyclical Learning Rates
        for Training Neural Networks, 2015, arXiv:1506.01186.

    >>> curve = triangular(max_lr=1.0, lr_period_updates=4, lr_shrink=0.5, lr=0.25)
    >>> [curve(t) for t in (0, 1, 2, 4, 6, 10, 14)]
    [0.25, 0.625, 1.0, 0.25, 0.5, 0.25, 0.125]
    """
    low, high = single(lr), _checks.finite("max_lr", max_lr)
    if not high > low:
        raise ValueError(f"max_lr must be > lr, got max_lr={max_lr!r}, lr={lr!r}")
    half = _checks.finite("lr_period_updates", lr_period_updates) // 2
    if half < 1:
        raise ValueError(f"lr_period_updates must be >= 2, got {lr_period_updates!r}")
    shrink = _checks.fraction("lr_shrink", lr_shrink)

    def tooth(ends: float, middle: float) -> Chain:
        return Chain((Linear(ends, middle, half), Linear(middle, ends, half)))

    if shrink_min or shrink == 1:
        return Repeat(tooth(low, high), decay=shrink)
    if not low:
        return Repeat(tooth(0.0, high), decay=shrink)
    return Sum((Repeat(tooth(low, 0.0)), Repeat(tooth(0.0, high), decay=shrink)))


def _parts(phase_ratio: Sequence[float], max_update: float) -> tuple[int, int, int]:
    ratios = [_checks.fraction("phase_ratio", ratio) for ratio in phase_ratio]
    if len(ratios) != 3 or not math.isclose(math.fsum(ratios), 1.0, rel_tol=1e-9):
        raise ValueError(
            f"phase_ratio must hold three parts whose sum is 1, got {phase_ratio!r}"
        )
    total = _checks.positive("max_update", max_update)
    rise, hold, fall = (int(total * ratio) for ratio in ratios)
    return rise, hold, fall


def _scale(name: str, value: float) -> float:
    if _checks.finite(name, value) < 0:
        raise ValueError(f"{name} must be >= 0, got {value!r}")
    return float(value)
