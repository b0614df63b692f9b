"""OLMo-core's schedulers that decay along a cosine."""

from lehr import _checks
from lehr.dialects.olmo.lengths import (
    checked,
    counted,
    cut,
    fall,
    horizon,
    length,
    warmed,
    within,
)
from lehr.schedules import Chain, Cosine, Schedule


def cos_with_warmup(
    base: float,
    *,
    lr_field: str = "lr",
    initial_lr_field: str = "initial_lr",
    units: str = "steps",
    warmup: float | None = None,
    warmup_steps: float | None = None,
    warmup_fraction: float | None = None,
    alpha_f: float = 0.1,
    t_max: float | None = None,
    warmup_min_lr: float = 0.0,
    max_steps: float | None = None,
    first: float = 1,
) -> Schedule:
    """Return the curve of `CosWithWarmup`: a line up, half a cosine wave to a floor.

    Args:
        base: the group's own value, in the hyper-parameter's units.
        lr_field: see `constant`.
        initial_lr_field: see there.
        units: see there.
        warmup: see `linear_with_warmup`, as for all below.
        warmup_steps: see there.
        warmup_fraction: see there.
        alpha_f: see there.
        t_max: see there.
        warmup_min_lr: see there.
        max_steps: see there.
        first: see `constant`.

    Raises:
        ValueError: an argument is out of range or missing, or two exclude each other.

    Source: OLMo-core fa6c5014, olmo_core.optim.scheduler.

    >>> lr = cos_with_warmup(1.0, warmup=2, max_steps=10)
    >>> [round(lr(t), 6) for t in (0, 1, 5, 9, 10**9)]
    [0.5, 1.0, 0.55, 0.1, 0.1]
    """
    begin = checked(units, first)
    end = horizon(max_steps if t_max is None else t_max, "the decay ends there")
    rise = length("warmup", warmup, warmup_steps, warmup_fraction, end)
    foot = within("warmup_min_lr", warmup_min_lr, _checks.finite("base", base))
    low = base * _checks.finite("alpha_f", alpha_f)
    return counted(
        warmed(foot, base, rise, Cosine(base, low, max(0, end - rise))), begin
    )


def half_cos_with_warmup(
    base: float,
    *,
    lr_field: str = "lr",
    initial_lr_field: str = "initial_lr",
    units: str = "steps",
    warmup: float | None = None,
    warmup_steps: float | None = None,
    warmup_fraction: float | None = None,
    alpha_f: float = 0.1,
    t_max: float | None = None,
    warmup_min_lr: float = 0.0,
    max_steps: float | None = None,
    first: float = 1,
) -> Schedule:
    """Return the curve of `HalfCosWithWarmup`: the second half of `cos_with_warmup`.

    The warmup goes to where the cosine is half-way between `base` and the floor.

    Args:
        base: the peak of the whole wave, in the hyper-parameter's units.
        lr_field: see `constant`.
        initial_lr_field: see there.
        units: see there.
        warmup: see `linear_with_warmup`, as for all below.
        warmup_steps: see there.
        warmup_fraction: see there.
        alpha_f: see there.
        t_max: see there.
        warmup_min_lr: value at number 0, >= 0, at most what it goes to.
        max_steps: see there.
        first: see `constant`.

    Raises:
        ValueError: an argument is out of range or missing, or two exclude each other.

    Source: OLMo-core fa6c5014, olmo_core.optim.scheduler.

    >>> lr = half_cos_with_warmup(1.0, alpha_f=0.0, warmup=2, max_steps=10)
    >>> [round(lr(t), 6) for t in (0, 1, 5, 9, 10**9)]
    [0.25, 0.5, 0.146447, 0.0, 0.0]
    """
    begin = checked(units, first)
    end = horizon(max_steps if t_max is None else t_max, "the decay ends there")
    rise = length("warmup", warmup, warmup_steps, warmup_fraction, end)
    low = _checks.finite("base", base) * _checks.finite("alpha_f", alpha_f)
    top = low + (base - low) / 2
    foot = within("warmup_min_lr", warmup_min_lr, top, "the end of the warmup")
    left = max(0, end - rise)
    return counted(warmed(foot, top, rise, Cosine(base, low, 2 * left)[left:]), begin)


def cos_with_warmup_and_linear_decay(
    base: float,
    *,
    lr_field: str = "lr",
    initial_lr_field: str = "initial_lr",
    units: str = "steps",
    warmup: float | None = None,
    warmup_steps: float | None = None,
    warmup_fraction: float | None = None,
    alpha_f: float = 0.1,
    t_max: float | None = None,
    warmup_min_lr: float = 0.0,
    decay: float | None = None,
    decay_steps: float | None = None,
    decay_fraction: float | None = 0.1,
    decay_min_lr: float = 0.0,
    max_steps: float | None = None,
    first: float = 1,
) -> Schedule:
    """Return the curve of `CosWithWarmupAndLinearDecay`: a cosine cut off by a line.

    It does not end at `max_steps`: the line goes on, below `decay_min_lr` and below 0.

    Args:
        base: the group's own value, in the hyper-parameter's units.
        lr_field: see `constant`.
        initial_lr_field: see there.
        units: see there.
        warmup: see `linear_with_warmup`, as for all up to `warmup_min_lr`.
        warmup_steps: see there.
        warmup_fraction: see there.
        alpha_f: see there.
        t_max: end of the cosine, if it is not `max_steps`.
        warmup_min_lr: see there.
        decay: length of the line from the cosine, which ends at `max_steps`.
        decay_steps: an older name of `decay`.
        decay_fraction: in its place: a part of `max_steps`, rounded, in [0, 1]; must be
            None where `decay` is given.
        decay_min_lr: value at `max_steps`, >= 0, at most that of the cut.
        max_steps: length of the run, > 0.
        first: see `constant`.

    Raises:
        ValueError: an argument is out of range or missing, or two exclude each other.

    Source: OLMo-core fa6c5014, olmo_core.optim.scheduler.

    >>> lr = cos_with_warmup_and_linear_decay(1.0, warmup=2, max_steps=10, alpha_f=0.0)
    >>> [round(lr(t), 6) for t in (1, 5, 8, 9, 10)]
    [1.0, 0.5, 0.03806, 0.0, -0.03806]
    """
    begin = checked(units, first)
    run = horizon(max_steps, "the line ends there")
    wave = cos_with_warmup(
        base,
        units=units,
        warmup=warmup,
        warmup_steps=warmup_steps,
        warmup_fraction=warmup_fraction,
        alpha_f=alpha_f,
        t_max=run if t_max is None else t_max,
        warmup_min_lr=warmup_min_lr,
        first=0,
    )
    drop = length("decay", decay, decay_steps, decay_fraction, run)
    if drop > run:
        raise ValueError(f"decay ({drop!r}) exceeds max_steps ({run!r}); shorten it")
    start = wave(run - drop)
    low = within("decay_min_lr", decay_min_lr, start, "the value at the cut")
    return counted(Chain((cut(wave, run - drop), fall(start, low, drop))), begin)
