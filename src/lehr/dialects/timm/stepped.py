"""timm's schedulers that drop: every so many steps, or at milestones."""

from collections import Counter
from collections.abc import Sequence

from lehr import _checks
from lehr.dialects.timm.frame import Frame, Range
from lehr.schedules import Constant, PiecewiseConstant, Schedule, Step


def step(
    base: float,
    *,
    decay_t: float,
    decay_rate: float = 1.0,
    warmup_t: float = 0,
    warmup_lr_init: float = 0.0,
    warmup_prefix: bool = True,
    t_in_epochs: bool = True,
    noise_range_t: Range = None,
    noise_pct: float = 0.67,
    noise_std: float = 1.0,
    noise_seed: int | None = 42,
) -> Schedule:
    """Return the curve of `StepLRScheduler`: base decay_rate^floor(t / decay_t).

    Args:
        base: the group's starting value.
        decay_t: length between drops, > 0; it need not be whole.
        decay_rate: what a drop multiplies by, in [0, 1]; 1 by default, so no drop.
        warmup_t: length of the linear warmup to `base`.
        warmup_lr_init: its first value.
        warmup_prefix: whether the curve begins after the warmup, not under it.
        t_in_epochs: which of timm's two methods reacts; no matter here.
        noise_range_t: where the values are shaken: from one time on, or in a pair's
            [begin, end).
        noise_pct: the noise is less than this part of the value, > 0.
        noise_std: its standard deviation, before that cut, >= 0.
        noise_seed: the noise at t is drawn from a torch generator with this seed + t.

    Raises:
        ValueError: an argument is out of range.

    Source: timm 1.0.31.

    >>> lr = step(0.1, decay_t=3, decay_rate=0.5)
    >>> [lr(t) for t in (0, 2, 3, 6, 9)]
    [0.1, 0.1, 0.05, 0.025, 0.0125]
    """
    frame = Frame(
        warmup_t,
        warmup_lr_init,
        warmup_prefix,
        noise_range_t,
        noise_pct,
        noise_std,
        noise_seed,
    )
    rate = _checks.fraction("decay_rate", decay_rate)
    return frame.around(Step(base, rate, _checks.duration("decay_t", decay_t)), base)


def multi_step(
    base: float,
    *,
    decay_t: Sequence[float],
    decay_rate: float = 1.0,
    warmup_t: float = 0,
    warmup_lr_init: float = 0.0,
    warmup_prefix: bool = True,
    t_in_epochs: bool = True,
    noise_range_t: Range = None,
    noise_pct: float = 0.67,
    noise_std: float = 1.0,
    noise_seed: int | None = 42,
) -> Schedule:
    """Return the curve of `MultiStepLRScheduler`: milestone m drops at t = m - 1.

    That is timm's convention, one before torch's. The other parameters are those of
    `step`.

    Args:
        base: the group's starting value.
        decay_t: milestones, in any order; one that stands twice drops twice.
        decay_rate: what a drop multiplies by, >= 0; 1 by default, so no drop.
        warmup_t: see `step`, as for all below.
        warmup_lr_init: see there.
        warmup_prefix: see there.
        t_in_epochs: see there.
        noise_range_t: see there.
        noise_pct: see there.
        noise_std: see there.
        noise_seed: see there.

    Raises:
        TypeError: `decay_t` is not a list.
        ValueError: an argument is out of range.

    Source: timm 1.0.31.

    >>> lr = multi_step(1.0, decay_t=[3, 6], decay_rate=0.5)
    >>> [lr(t) for t in (0, 1, 2, 4, 5, 10**9)]
    [1.0, 1.0, 0.5, 0.5, 0.25, 0.25]
    """
    frame = Frame(
        warmup_t,
        warmup_lr_init,
        warmup_prefix,
        noise_range_t,
        noise_pct,
        noise_std,
        noise_seed,
    )
    rate = _checks.finite("decay_rate", decay_rate)
    if rate < 0:
        raise ValueError(f"decay_rate must be >= 0, got {decay_rate!r}")
    drops = Counter(max(0, milestone - 1) for milestone in _milestones(decay_t))
    done, values = drops.pop(0, 0), []
    values.append(base * rate**done)
    for boundary in sorted(drops):
        done += drops[boundary]
        values.append(base * rate**done)
    if not drops:  # after a warmup, the value that is held
        return frame.around(Constant(values[0]), base)
    return frame.around(PiecewiseConstant(tuple(values), tuple(sorted(drops))), base)


def _milestones(decay_t: Sequence[float]) -> list[float]:
    if not isinstance(decay_t, Sequence) or isinstance(decay_t, str):
        raise TypeError(
            f"decay_t must be a list of milestones, got {decay_t!r}; "
            f"for one milestone write [{decay_t!r}]"
        )
    return [_checks.finite(f"decay_t[{i}]", m) for i, m in enumerate(decay_t)]
