"""Hyper-parameters that follow another one: with it, against it, or instead of it.

Each is an ordinary schedule, on the clock of the one that it follows: it is printed,
saved and bound as any other, and needs the other no more once it is made.
"""

import math

from lehr import _checks
from lehr.schedules.base import Schedule, require_schedule
from lehr.schedules.piecewise_constant import PiecewiseConstant
from lehr.schedules.recipes.affine import Affine, along

_ROUNDING = 1e-9


def proportional(
    schedule: Schedule, *, at_peak: float, at_zero: float = 0.0
) -> Schedule:
    """Follow `schedule` on a straight line: `at_peak` at its peak, `at_zero` at 0.

    With `at_zero=0`, which is the default, it is a multiple of `schedule`: a weight
    decay that falls with the rate, as AdamC has it. With another it is what a clip
    needs, which must not fall to 0 as the rate does.

    Args:
        schedule: what is followed, such as the rate; its maximum is > 0.
        at_peak: value where `schedule` has its maximum, in the follower's own units.
        at_zero: value where `schedule` is 0.

    Raises:
        TypeError: `schedule` is not a schedule.
        ValueError: its maximum is not > 0 and finite, or a value is not finite.

    Source: A. Defazio, Why Gradients Rapidly Increase Near the End of Training, 2025,
        arXiv:2506.02285 (AdamC: weight decay times rate / peak rate, of AdamW and for
        layers that a norm follows).

    >>> from lehr import warmup_cosine
    >>> lr = warmup_cosine(3e-4, warmup=9, total=109)
    >>> weight_decay = proportional(lr, at_peak=0.1)
    >>> [round(weight_decay(t), 6) for t in (0, 9, 59, 109)]
    [0.01, 0.1, 0.05, 0.0]
    >>> clip = proportional(lr, at_peak=1.0, at_zero=0.1)
    >>> clip(9), clip(109)
    (1.0, 0.1)
    """
    peak = _peak(require_schedule("schedule", schedule))
    high = _checks.finite("at_peak", at_peak)
    return along(Affine(0.0, _checks.finite("at_zero", at_zero), peak, high), schedule)


def opposed(schedule: Schedule, *, low: float, high: float) -> Schedule:
    """Run against `schedule`: `low` where it is highest, `high` where it is lowest.

    Between them on a straight line: the momentum of one cycle, which is low while the
    rate is high.

    Args:
        schedule: what is opposed, such as the rate; not constant.
        low: value where `schedule` has its maximum.
        high: value where `schedule` has its minimum; > low.

    Raises:
        TypeError: `schedule` is not a schedule.
        ValueError: low >= high, or `schedule` is constant or has no bounds.

    Source: Smith and Topin, Super-Convergence, 2017, arXiv:1708.07120, section 4.

    >>> from lehr import one_cycle
    >>> lr = one_cycle(1.0, total=100)
    >>> momentum = opposed(lr, low=0.85, high=0.95)
    >>> round(momentum(0), 3), momentum(30), momentum(100)
    (0.946, 0.85, 0.95)
    """
    low, high = _checks.finite("low", low), _checks.finite("high", high)
    if low >= high:
        raise ValueError(f"low must be < high, got low={low!r} and high={high!r}")
    most = require_schedule("schedule", schedule).maximum
    least = schedule.minimum
    if not -math.inf < least < most < math.inf:
        raise ValueError(
            "schedule must have a finite minimum below a finite maximum, got "
            f"{least!r} and {most!r}; what does not move cannot be opposed"
        )
    return along(Affine(least, high, most, low), schedule)


def growing_batch(
    schedule: Schedule, *, at_peak: int, most: int, factor: int = 2
) -> PiecewiseConstant:
    """Return batch sizes that grow where the rate would fall, in whole steps.

    The batch has `at_peak` samples until `schedule`, after its peak, first has fallen
    to 1 / factor of it; then `factor` times as many, and so on, up to `most`. It never
    shrinks. The rate that goes with it is `schedule * batch / at_peak`: it falls only
    by what the batch has not grown, so that rate / batch is as it was.

    Args:
        schedule: of the rate; its maximum is > 0.
        at_peak: samples per update up to and around the peak, >= 1.
        most: largest size, >= at_peak.
        factor: growth of each step, a whole number >= 2.

    Raises:
        TypeError: `schedule` is not a schedule.
        ValueError: its maximum is not > 0 and finite, or a size or `factor` is out of
            range.

    Source: S. Smith et al., Don't Decay the Learning Rate, Increase the Batch Size,
        2018, arXiv:1711.00489, section 3.

    >>> from lehr import Linear
    >>> lr = Linear(0.8, 0.0, 100)
    >>> batch = growing_batch(lr, at_peak=256, most=1024)
    >>> batch
    PiecewiseConstant(values=(256.0, 512.0, 1024.0), boundaries=(50, 75))
    >>> rate = lr * batch / 256
    >>> round(rate(50), 3), round(rate(75), 3), rate(100)
    (0.8, 0.8, 0.0)
    """
    peak = _peak(require_schedule("schedule", schedule))
    size = _checks.count("at_peak", at_peak, 1)
    factor = _checks.count("factor", factor, 2)
    most = _checks.count("most", most, size)
    begin = _first_at_least(schedule, peak)
    falling, sizes, updates = schedule[begin:], [float(size)], list[int]()
    while size * factor <= most:
        size *= factor
        level = peak * at_peak / size * (1.0 + _ROUNDING)
        found = falling.first_step_below(level)
        if found is None:
            break
        if updates and updates[-1] == begin + found:  # it falls by several at once
            sizes[-1] = float(size)
            continue
        updates.append(begin + found)
        sizes.append(float(size))
    return PiecewiseConstant(tuple(sizes), tuple(updates))


def _peak(schedule: Schedule) -> float:
    peak = schedule.maximum
    if not 0 < peak < math.inf:
        raise ValueError(
            f"schedule must have a maximum > 0 and finite, got {peak!r}; it is the "
            "rate, or another value to go by"
        )
    return peak


def _first_at_least(schedule: Schedule, peak: float) -> int:
    """Return the first update at which a schedule has its maximum."""
    found = (-schedule).first_step_below(-peak * (1.0 - _ROUNDING))
    return 0 if found is None else found
