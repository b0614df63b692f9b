"""What Megatron-LM's scheduler does to the learning rate."""

import math

from lehr import _checks
from lehr.schedules import (
    Chain,
    Clip,
    Constant,
    Cosine,
    Exponential,
    InverseSqrt,
    Linear,
    OneMinusSqrt,
    Schedule,
)

STYLES = ("constant", "linear", "cosine", "inverse-square-root", "WSD")
ANNEALS = ("linear", "cosine", "exponential", "minus_sqrt")


def optimizer_param_scheduler(
    base: float,
    *,
    init_lr: float,
    max_lr: float | None = None,
    min_lr: float,
    lr_warmup_steps: float,
    lr_decay_steps: float,
    lr_decay_style: str,
    start_wd: float | None = None,
    end_wd: float | None = None,
    wd_incr_steps: float | None = None,
    wd_incr_style: str = "constant",
    wsd_decay_steps: float | None = None,
    lr_wsd_decay_style: str | None = None,
    global_batch_size: int = 1,
) -> Schedule:
    """Return the learning rate of `OptimizerParamScheduler`.

    A line from `init_lr` to `max_lr`, then the decay to `min_lr` at `lr_decay_steps`.
    "inverse-square-root" is max_lr sqrt(w / n) after n samples with w of them as
    warmup, at least `min_lr`, and jumps to `min_lr` after the end. "WSD" holds `max_lr`
    until `wsd_decay_steps` before the end; "exponential" is then 2 (1/2)^x - 1 at the
    fraction x. The weight decay is `weight_decay`.

    Args:
        base: the group's own value: `max_lr`, where that is not given.
        init_lr: the first value of the warmup, <= max_lr.
        max_lr: the peak, in the rate's units.
        min_lr: the value past the end, in [0, max_lr].
        lr_warmup_steps: length of the warmup in samples, < lr_decay_steps.
        lr_decay_steps: end of the decay in samples, warmup included, > 0.
        lr_decay_style: "constant", "linear", "cosine", "inverse-square-root" or "WSD".
        start_wd: see `weight_decay`.
        end_wd: see `weight_decay`.
        wd_incr_steps: see `weight_decay`.
        wd_incr_style: see `weight_decay`.
        wsd_decay_steps: length of the decay of "WSD", in samples.
        lr_wsd_decay_style: "linear", "cosine", "exponential" or "minus_sqrt".
        global_batch_size: samples of one update, >= 1; 1 for a clock of samples.

    Raises:
        ValueError: an argument is outside its range.

    Source: Megatron-LM core 0.16.1, megatron.core.optimizer_param_scheduler; Hu et
        al., MiniCPM, 2024, arXiv:2404.06395 (warmup-stable-decay).

    >>> lr = optimizer_param_scheduler(
    ...     1.0, init_lr=0.0, min_lr=0.1, lr_warmup_steps=2, lr_decay_steps=10,
    ...     lr_decay_style="linear",
    ... )
    >>> [round(lr(t), 6) for t in (0, 1, 2, 3, 10, 10**9)]
    [0.0, 0.5, 1.0, 0.8875, 0.1, 0.1]
    """
    high = _checks.finite("max_lr", base if max_lr is None else max_lr)
    low = _checks.finite("min_lr", min_lr)
    if not 0 <= low <= high:
        raise ValueError(f"min_lr must be in [0, max_lr={high!r}], got {min_lr!r}")
    first = _checks.finite("init_lr", init_lr)
    if first > high:
        raise ValueError(f"init_lr must be <= max_lr ({high!r}), got {init_lr!r}")
    warmup = _checks.length("lr_warmup_steps", lr_warmup_steps)
    end = _checks.duration("lr_decay_steps", lr_decay_steps)
    if warmup >= end:
        raise ValueError(
            f"lr_warmup_steps must be < lr_decay_steps ({end!r}), got {warmup!r}"
        )
    size = _checks.count("global_batch_size", global_batch_size, 1)
    style = _checks.choice("lr_decay_style", lr_decay_style, STYLES)
    rise = Linear(first, high, warmup / size)
    if style == "constant":
        return Chain((rise, Constant(high)))
    if style == "inverse-square-root":
        return Chain((rise, *_root(high, low, (warmup, end), size)))
    if style == "WSD":
        length, shape = _annealing(wsd_decay_steps, lr_wsd_decay_style)
        anneal = _anneal(shape, high, low, length / size)
        return Chain((rise, *_stable(high, anneal, (warmup, end, length), size)))
    ramp = Linear if style == "linear" else Cosine
    return Chain((rise, ramp(high, low, (end - warmup) / size)))


def _root(
    high: float, low: float, ends: tuple[float, float], size: int
) -> tuple[Schedule, ...]:
    """Return the inverse square root from the end of the warmup on, and its fall."""
    warmup, end = ends
    begin = max(warmup, 1)
    curve: Schedule = InverseSqrt(high, begin / size)
    if low:
        curve = Clip(curve, low=low)
    left = max(0, _after(end, size) - begin / size)
    return Constant(high, (begin - warmup) / size), curve[:left], Constant(low)


def _annealing(steps: float | None, style: str | None) -> tuple[float, str]:
    if steps is None:
        raise ValueError("wsd_decay_steps must be given for lr_decay_style='WSD'")
    length = _checks.length("wsd_decay_steps", steps)
    return length, _checks.choice("lr_wsd_decay_style", style, ANNEALS)


def _stable(
    high: float, anneal: Schedule, ends: tuple[float, float, float], size: int
) -> tuple[Schedule, ...]:
    """Return what follows the warmup: the peak held, then the decay."""
    warmup, end, length = ends
    if length == 0:  # the end itself is still at the peak
        return Constant(high, _after(end, size) - warmup / size), anneal
    begin = end - length
    if begin >= warmup:
        return Constant(high, (begin - warmup) / size), anneal
    # The decay has begun under the warmup, and shows from the first update after it.
    joint = _after(warmup, size) if warmup else 0
    late = joint - begin / size
    held = Constant(high, joint - warmup / size)
    if late >= anneal.steps:
        return held, Constant(anneal(late))
    return held, anneal[late:]


def _anneal(style: str, high: float, low: float, steps: float) -> Schedule:
    change = high - low
    if not steps:
        return Constant(low)
    if style == "exponential" and change:
        whole = 2.0 * change * Exponential(1.0, 0.5, steps) + (low - change)
        return Chain((whole, Constant(low)))
    if style == "minus_sqrt":
        return OneMinusSqrt(high, low, steps)
    ramp = Cosine if style == "cosine" else Linear
    return ramp(high, low, steps)


def _after(samples: float, size: int) -> int:
    """Return the first update that comes after more than so many samples."""
    return math.floor(samples / size) + 1
