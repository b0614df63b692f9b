"""OLMo-core's schedulers that hold the peak: constant, WSD, WSD-S; and the sweep."""

from collections.abc import Sequence

from lehr import _checks
from lehr.dialects.olmo.lengths import (
    checked,
    counted,
    ended,
    fall,
    horizon,
    length,
    warmed,
    within,
)
from lehr.schedules import Chain, Constant, Exponential, Linear, Schedule


def constant(
    base: float,
    *,
    lr_field: str = "lr",
    initial_lr_field: str = "initial_lr",
    units: str = "steps",
    max_steps: float | None = None,
    first: float = 1,
) -> Schedule:
    """Return the curve of `ConstantScheduler`: `base` for ever.

    Args:
        base: the group's own value, in the hyper-parameter's units.
        lr_field: the field of the group that is driven; no matter here.
        initial_lr_field: that of its starting value; no matter here.
        units: the clock, "steps" or "tokens": what t and all lengths count.
        max_steps: length of the run on that clock; no matter here.
        first: what OLMo-core's trainer has counted at update 0, which is counted before
            it is made: 1 step, or the tokens of a batch. With 0, value t is `get_lr`'s
            own number t.

    Raises:
        ValueError: an argument is out of range.

    Source: OLMo-core fa6c5014, olmo_core.optim.scheduler.

    >>> constant(0.1)(10**9)
    0.1
    """
    begin = checked(units, first)
    return counted(Constant(_checks.finite("base", base)), begin)


def constant_with_warmup(
    base: float,
    *,
    lr_field: str = "lr",
    initial_lr_field: str = "initial_lr",
    units: str = "steps",
    warmup: float | None = None,
    warmup_steps: float | None = None,
    warmup_fraction: float | None = None,
    warmup_min_lr: float = 0.0,
    max_steps: float | None = None,
    first: float = 1,
) -> Schedule:
    """Return the curve of `ConstantWithWarmup`: a line up to `base`, which is held.

    Args:
        base: the group's own value, in the hyper-parameter's units.
        lr_field: see `constant`.
        initial_lr_field: see there.
        units: see there.
        warmup: length of the warmup.
        warmup_steps: an older name of `warmup`.
        warmup_fraction: in its place: a part of the run, rounded, in [0, 1].
        warmup_min_lr: value at number 0, >= 0 and at most `base`.
        max_steps: length of the run, for `warmup_fraction`.
        first: see `constant`.

    Raises:
        ValueError: an argument is out of range, or `warmup` is given not at all, or
            twice.

    Source: OLMo-core fa6c5014, olmo_core.optim.scheduler.

    >>> [constant_with_warmup(1.0, warmup=4)(t) for t in (0, 3, 10**9)]
    [0.25, 1.0, 1.0]
    """
    begin = checked(units, first)
    rise = length("warmup", warmup, warmup_steps, warmup_fraction, max_steps)
    foot = within("warmup_min_lr", warmup_min_lr, _checks.finite("base", base))
    return counted(warmed(foot, base, rise, Constant(base)), begin)


def wsd(
    base: float,
    *,
    lr_field: str = "lr",
    initial_lr_field: str = "initial_lr",
    units: str = "steps",
    warmup: float | None = None,
    warmup_steps: float | None = None,
    warmup_fraction: float | None = None,
    decay: float | None = None,
    decay_steps: float | None = None,
    decay_fraction: float | None = 0.1,
    warmup_min_lr: float = 0.0,
    decay_min_lr: float = 0.0,
    max_steps: float | None = None,
    first: float = 1,
) -> Schedule:
    """Return the curve of `WSD`: warmup, stable, and a line down at the run's end.

    It does not end there: the line goes on, below `decay_min_lr` and below 0.

    Args:
        base: the group's own value, in the hyper-parameter's units.
        lr_field: see `constant`.
        initial_lr_field: see there.
        units: see there.
        warmup: see `constant_with_warmup`.
        warmup_steps: see there.
        warmup_fraction: see there.
        decay: length of the line, which ends at `max_steps`.
        decay_steps: an older name of `decay`.
        decay_fraction: in its place: a part of the run, rounded, in [0, 1]; must be
            None where `decay` is given.
        warmup_min_lr: see `constant_with_warmup`.
        decay_min_lr: value at `max_steps`, >= 0 and at most `base`.
        max_steps: length of the run, > 0.
        first: see `constant`.

    Raises:
        ValueError: an argument is out of range or missing, or two exclude each other.

    Source: OLMo-core fa6c5014, olmo_core.optim.scheduler; Hu et al., MiniCPM, 2024,
        arXiv:2404.06395.

    >>> lr = wsd(1.0, warmup=2, decay_fraction=0.4, max_steps=10)
    >>> [lr(t) for t in (0, 1, 5, 7, 9, 10)]
    [0.5, 1.0, 1.0, 0.5, 0.0, -0.25]
    """
    begin = checked(units, first)
    run = horizon(max_steps, "the decay ends there")
    rise = length("warmup", warmup, warmup_steps, warmup_fraction, run)
    drop = length("decay", decay, decay_steps, decay_fraction, run)
    foot = within("warmup_min_lr", warmup_min_lr, _checks.finite("base", base))
    line = fall(base, within("decay_min_lr", decay_min_lr, base), drop)
    return counted(ended(foot, base, rise, Constant(base), line, run - drop), begin)


def wsds(
    base: float,
    *,
    lr_field: str = "lr",
    initial_lr_field: str = "initial_lr",
    units: str = "steps",
    period_lengths: Sequence[int] = (),
    period_lr_multipliers: Sequence[float] | None = None,
    warmup: float | None = None,
    warmup_fraction: float | None = None,
    decay: float | None = None,
    decay_fraction: float | None = None,
    warmup_min_lr: float = 0.0,
    decay_min_lr: float = 0.0,
    max_steps: float | None = None,
    first: float = 1,
) -> Schedule:
    """Return the curve of `WSDS`: stable and decay again and again, one warmup.

    A period's last value is that of the update at which the next one begins.

    Args:
        base: the group's own value, in the hyper-parameter's units.
        lr_field: see `constant`.
        initial_lr_field: see there.
        units: see there.
        period_lengths: lengths of the periods, each > 0; the warmup is in the first.
        period_lr_multipliers: what multiplies `base` in each of them, > 0.
        warmup: length of the warmup.
        warmup_fraction: in its place: a part of the first period, rounded, in [0, 1].
        decay: length of the line that ends each period.
        decay_fraction: in its place: a part of each period, rounded, in [0, 1].
        warmup_min_lr: value at number 0, >= 0, at most the first peak.
        decay_min_lr: value at the end of each period, >= 0, at most each peak; held
            after the last one.
        max_steps: no matter here.
        first: see `constant`.

    Raises:
        ValueError: an argument is out of range or missing, or two exclude each other.

    Source: OLMo-core fa6c5014, olmo_core.optim.scheduler; Wen et al., Understanding
        Warmup-Stable-Decay Learning Rates, 2024, arXiv:2410.05192.

    >>> lr = wsds(1.0, period_lengths=[6, 6], warmup=2, decay=2)
    >>> [lr(t) for t in (0, 1, 3, 4, 5, 6, 9, 10, 11, 10**9)]
    [0.5, 1.0, 1.0, 0.5, 0.0, 1.0, 1.0, 0.5, 0.0, 0.0]
    """
    begin = checked(units, first)
    spans = [
        _checks.count(f"period_lengths[{i}]", n, 1)
        for i, n in enumerate(period_lengths)
    ]
    if not spans:
        raise ValueError(f"period_lengths must not be empty, got {period_lengths!r}")
    peaks = _peaks(base, period_lr_multipliers, len(spans))
    rise = length("warmup", warmup, None, warmup_fraction, spans[0])
    drops = [length("decay", decay, None, decay_fraction, span) for span in spans]
    foot = within("warmup_min_lr", warmup_min_lr, peaks[0], "the first peak")
    end = within("decay_min_lr", decay_min_lr, min(peaks), "the lowest peak")
    pieces: list[Schedule] = [Linear(foot, peaks[0], rise)]
    for i, (span, drop, peak) in enumerate(zip(spans, drops, peaks, strict=True)):
        held = span - drop - (rise if i == 0 else 0)
        line: Schedule = Linear(peak, end, drop)
        if held < 0:
            raise ValueError(
                f"period_lengths[{i}] ({span}) is shorter than what is in it: "
                f"{span - held} updates of warmup and decay"
            )
        if i and drops[i - 1]:
            # The begin of this period is still the end of the one before.
            pieces.append(Constant(end, 1))
            line, held = line[max(1 - held, 0) :] if drop else line, max(held - 1, 0)
        pieces += [Constant(peak, held), line]
    return counted(Chain((*pieces, Constant(end))), begin)


def exponential(
    base: float,
    *,
    lr_field: str = "lr",
    initial_lr_field: str = "initial_lr",
    units: str = "steps",
    lr_min: float = 1e-9,
    max_steps: float | None = None,
    first: float = 1,
) -> Schedule:
    """Return the curve of `ExponentialScheduler`: up from `lr_min` by equal ratios.

    Args:
        base: the group's own value, reached at `max_steps` and held; > 0.
        lr_field: see `constant`.
        initial_lr_field: see there.
        units: see there.
        lr_min: value at number 0, > 0.
        max_steps: length of the run, > 0.
        first: see `constant`.

    Raises:
        ValueError: an argument is out of range or missing.

    Source: OLMo-core fa6c5014, olmo_core.optim.scheduler.

    >>> lr = exponential(1.0, lr_min=1e-4, max_steps=100)
    >>> [round(lr(t), 6) for t in (24, 49, 99, 10**9)]
    [0.001, 0.01, 1.0, 1.0]
    """
    begin = checked(units, first)
    run = horizon(max_steps, "the rise ends there")
    low = _checks.positive("lr_min", lr_min)
    return counted(Exponential(low, _checks.positive("base", base), run), begin)


def _peaks(
    base: float, multipliers: Sequence[float] | None, number: int
) -> tuple[float, ...]:
    base = _checks.finite("base", base)
    if multipliers is None:
        return (base,) * number
    if len(multipliers) != number:
        raise ValueError(
            f"period_lr_multipliers must have one value per period ({number}), got "
            f"{len(multipliers)}"
        )
    return tuple(
        base * _checks.positive(f"period_lr_multipliers[{i}]", m)
        for i, m in enumerate(multipliers)
    )
