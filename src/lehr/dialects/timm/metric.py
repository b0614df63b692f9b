"""timm's scheduler that follows a metric."""

from functools import partial

from lehr import _checks
from lehr.controllers import Plateau
from lehr.dialects.base import MetricDriven
from lehr.dialects.timm.frame import Frame, Range, lowest
from lehr.schedules import Chain, Constant, Linear, Schedule


def plateau(
    *,
    decay_rate: float = 0.1,
    patience_t: int = 10,
    threshold: float = 1e-4,
    cooldown_t: int = 0,
    warmup_t: int = 0,
    warmup_lr_init: float = 0.0,
    lr_min: float = 0.0,
    mode: str = "max",
    noise_range_t: Range = None,
    noise_type: str = "normal",
    noise_pct: float = 0.67,
    noise_std: float = 1.0,
    noise_seed: int | None = None,
) -> MetricDriven:
    """Return what `PlateauLRScheduler` does: warmup, then cuts by a metric.

    The metrics of the warmup's steps, the last of which reaches the starting value, are
    not looked at, and there is no noise yet. More is better by default. One difference:
    timm shakes the value after `lr_min` and the smallest change (1e-8) are applied to
    it; here they are applied to the shaken value.

    Args:
        decay_rate: what a cut multiplies by, in (0, 1).
        patience_t: bad metrics in a row that are tolerated.
        threshold: relative margin of an improvement, in [0, 1).
        cooldown_t: metrics after a cut that are not counted as bad.
        warmup_t: length of the linear warmup.
        warmup_lr_init: its first value.
        lr_min: the lowest value, >= 0.
        mode: "max" if more is better, "min" if less is.
        noise_range_t: where the values are shaken: from one time on, or in a pair's
            [begin, end).
        noise_type: "normal" or "uniform".
        noise_pct: the noise is less than this part of the value, > 0.
        noise_std: its standard deviation if "normal", before that cut, >= 0.
        noise_seed: the noise at t is drawn from a torch generator with this seed + t;
            42 by default.

    Raises:
        ValueError: an argument is out of range.

    Source: timm 1.0.31.

    >>> driven = plateau(patience_t=1, warmup_t=4)
    >>> driven.start, [driven.planned(0.1)(t) for t in (0, 2, 4, 10**9)]
    (4, [0.0, 0.05, 0.1, 0.1])
    >>> driven.controller.mode, driven.controller.patience, driven.eps
    ('max', 1, 1e-08)
    """
    warmup = _checks.count("warmup_t", warmup_t)
    frame = Frame(
        warmup,
        warmup_lr_init,
        True,
        noise_range_t,
        noise_pct,
        noise_std,
        noise_seed,
        noise_type,
    )
    if not 0 < _checks.finite("decay_rate", decay_rate) < 1:
        raise ValueError(f"decay_rate must be in (0, 1), got {decay_rate!r}")
    if _checks.finite("threshold", threshold) >= 1:
        raise ValueError(
            f"threshold must be < 1, a part of the best metric, got {threshold!r}"
        )
    controller = Plateau(
        "min" if _checks.choice("mode", mode, ("min", "max")) == "min" else "max",
        factor=decay_rate,
        patience=_checks.count("patience_t", patience_t),
        threshold=threshold,
        threshold_mode="signed",
        cooldown=_checks.count("cooldown_t", cooldown_t),
    )
    plain = not warmup and noise_range_t is None
    return MetricDriven(
        controller,
        planned=None if plain else partial(_planned, frame),
        minimum=lowest(lr_min),
        eps=1e-8,
        start=warmup,
    )


def _planned(frame: Frame, base: float) -> Schedule:
    warmup = int(frame.warmup_t)
    ramp = Linear(frame.warmup_lr_init, base, warmup)
    return frame.shaken(Chain((ramp, Constant(base))), earliest=warmup + 1)
