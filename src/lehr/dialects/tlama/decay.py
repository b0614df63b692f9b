"""tlama-core's warmup with one decay: cosine, linear or exponential."""

import math
from typing import Any

from lehr import _checks
from lehr.dialects.tlama.warmup import described, lowest, warmup
from lehr.schedules import (
    Chain,
    Constant,
    Cosine,
    Linear,
    NaturalExponential,
    Schedule,
    Sum,
)

DECAYS = ("cosine", "linear", "exponential")


def get_lr_scheduler(
    max_lr: float,
    min_lr: float | None,
    warmup_steps: int,
    max_steps: int,
    decay_type: str = "cosine",
    final_div_factor: float | None = None,
    verbose: bool = False,
    *,
    exact: bool = False,
) -> Chain:
    """Rise to `max_lr`, then decay to `min_lr` at step `max_steps`, and hold it.

    Step t of a warmup of w steps uses max_lr (t + 1) / w, so the first step is not
    wasted on a rate of 0, and steps w - 1 and w both use `max_lr`. After it, with
    r = (t - w) / (max_steps - w), the rate goes from `max_lr` at r = 0 to `min_lr` at
    r = 1: along half a cosine wave, in a straight line, or by exp(-3 r).

    Args:
        max_lr: highest rate, > 0.
        min_lr: last rate, from 0 to `max_lr`; may be None with `final_div_factor`.
        warmup_steps: length of the rise, >= 0.
        max_steps: step from which `min_lr` is held, > `warmup_steps`.
        decay_type: "cosine", "linear" or "exponential".
        final_div_factor: > 1; makes `min_lr` max_lr / final_div_factor, whatever
            `min_lr` is.
        verbose: print what was made.
        exact: the original's exponential decay, which is still 5 % of the range above
            `min_lr` at its end, and jumps. By default it is moved and stretched to
            meet `min_lr`; the other two decays have no difference.

    Raises:
        ValueError: a rate is not finite or out of its range, `min_lr` exceeds `max_lr`
            or is missing, `warmup_steps` reaches `max_steps`, or `decay_type` is
            unknown.

    Source: tlama-core 0.0.3, tlamacore.training.scheduler.

    >>> scheduler = get_lr_scheduler(1e-4, 1e-6, warmup_steps=1_000, max_steps=50_000)
    >>> [f"{scheduler(step):.3g}" for step in (0, 999, 1_000, 5_000, 50_000, 10**9)]
    ['1e-07', '0.0001', '0.0001', '9.84e-05', '1e-06', '1e-06']
    >>> get_lr_scheduler(1.0, None, 0, 100, final_div_factor=25, verbose=True)(100)
    get_lr_scheduler: 1 from step 0, cosine to 0.04 at step 100
    0.04
    """
    peak = _checks.positive("max_lr", max_lr)
    floor = _last_rate(peak, min_lr, final_div_factor)
    steps = _checks.count("warmup_steps", warmup_steps)
    total = _checks.count("max_steps", max_steps, 1)
    shape = _checks.choice("decay_type", decay_type, DECAYS)
    if steps >= total:
        raise ValueError(
            f"warmup_steps ({steps}) must be < max_steps ({total}), which includes "
            "them; shorten the warmup, or pass a larger max_steps"
        )
    decay: tuple[Schedule, ...]
    if shape == "exponential":
        # The last value is given by itself: the sum may miss it by a rounding.
        decay = _exponential(peak, floor, total - steps, exact), Constant(floor)
    else:
        decay = ((Cosine if shape == "cosine" else Linear)(peak, floor, total - steps),)
    if verbose:
        end = f"{shape} to {floor:g} at step {total:,}"
        print(f"get_lr_scheduler: {described(peak, steps)}, {end}")
    return Chain((*warmup(peak, steps), *decay))


def _last_rate(peak: float, min_lr: Any, divisor: Any) -> float:
    if min_lr is not None:
        _checks.finite("min_lr", min_lr)
    if divisor is not None:
        if not _checks.finite("final_div_factor", divisor) > 1:
            raise ValueError(f"final_div_factor must be > 1, got {divisor!r}")
        return peak / float(divisor)
    if min_lr is None:
        raise ValueError(
            "min_lr is None, so final_div_factor must say what it is: pass "
            "final_div_factor=100 for max_lr / 100, or min_lr=0.0"
        )
    return lowest(peak, min_lr)


def _exponential(peak: float, floor: float, steps: int, exact: bool) -> Schedule:
    """Return exp(-3 r) from `peak` on; stretched to end at `floor` unless `exact`."""
    height = (peak - floor) if exact else (peak - floor) / -math.expm1(-3.0)
    offset = floor if exact else peak - height
    return Sum((NaturalExponential(height, 3.0 / steps, steps), Constant(offset)))
