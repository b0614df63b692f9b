"""DeepSpeed's warmups: to a peak that is held, or falls in a line or a cosine."""

from lehr import _checks
from lehr.schedules import Chain, Constant, Cosine, Linear, Logarithmic, Schedule

TYPES = ("log", "linear")


def warmup(
    base: float,
    *,
    warmup_min_lr: float = 0.0,
    warmup_max_lr: float | None = None,
    warmup_num_steps: int = 1000,
    warmup_type: str = "log",
) -> Schedule:
    """Return the curve of `WarmupLR`: a rise to `warmup_max_lr`, which is held.

    With s the updates since update 1 and w those of the warmup, the fraction of the
    rise is s / w for "linear" and log(1 + s) / log(w) for "log".

    Args:
        base: the group's own value: `warmup_max_lr`, where that is not given.
        warmup_min_lr: the value of updates 0 and 1, in the rate's units.
        warmup_max_lr: the value after the warmup.
        warmup_num_steps: updates of the warmup, >= 1; 1 is taken as 2.
        warmup_type: "log" or "linear".

    Raises:
        ValueError: an argument is outside its range.

    Source: DeepSpeed edaa7221, deepspeed.runtime.lr_schedules.

    >>> lr = warmup(1.0, warmup_num_steps=4, warmup_type="linear")
    >>> [lr(t) for t in (0, 1, 2, 3, 4, 5, 10**9)]
    [0.0, 0.0, 0.25, 0.5, 0.75, 1.0, 1.0]
    """
    top = base if warmup_max_lr is None else warmup_max_lr
    low = _checks.finite("warmup_min_lr", warmup_min_lr)
    high = _checks.finite("warmup_max_lr", top)
    steps = _steps(warmup_num_steps)
    rise = _rise(warmup_type, low, high, steps)
    return Chain((Constant(low, 1), rise, Constant(high)))


def warmup_decay(
    base: float,
    *,
    total_num_steps: int,
    warmup_min_lr: float = 0.0,
    warmup_max_lr: float = 0.001,
    warmup_num_steps: int = 1000,
    warmup_type: str = "log",
) -> Schedule:
    """Return the curve of `WarmupDecayLR`: a warmup, and a line back to its start.

    Args:
        base: the group's own value, which DeepSpeed overwrites.
        total_num_steps: updates of the run, >= 1; the line ends one update after it.
        warmup_min_lr: the value of updates 0 and 1, and of the end, in the rate's
            units.
        warmup_max_lr: the peak.
        warmup_num_steps: updates of the warmup, >= 1; 1 is taken as 2.
        warmup_type: "log" or "linear".

    Raises:
        ValueError: an argument is outside its range.

    Source: DeepSpeed edaa7221, deepspeed.runtime.lr_schedules.

    >>> lr = warmup_decay(
    ...     0.1, total_num_steps=8, warmup_max_lr=1.0, warmup_num_steps=4,
    ...     warmup_type="linear",
    ... )
    >>> [lr(t) for t in (0, 1, 2, 4, 5, 7, 9, 10**9)]
    [0.0, 0.0, 0.25, 0.75, 1.0, 0.5, 0.0, 0.0]
    """
    low = _checks.finite("warmup_min_lr", warmup_min_lr)
    high = _checks.finite("warmup_max_lr", warmup_max_lr)
    steps = _steps(warmup_num_steps)
    left = max(0, _checks.count("total_num_steps", total_num_steps, 1) - steps)
    rise = _rise(warmup_type, low, high, steps)
    fall = Linear(high, low, left) if left else Constant(low)
    return Chain((Constant(low, 1), rise, fall))


def warmup_cosine(
    base: float,
    *,
    total_num_steps: int,
    warmup_min_ratio: float = 0.0,
    warmup_num_steps: int = 1000,
    cos_min_ratio: float = 0.0001,
    warmup_type: str = "log",
) -> Schedule:
    """Return the curve of `WarmupCosineLR`: a warmup, and a cosine to its floor.

    The cosine begins one update in: a linear warmup never reaches `base`.

    Args:
        base: the group's own value, in the rate's units.
        total_num_steps: updates of the run, >= 1; the floor is reached at this update.
        warmup_min_ratio: the value of update 1, as a part of `base`; update 0 uses 0.
        warmup_num_steps: updates of the warmup, >= 1; 1 is taken as 2.
        cos_min_ratio: the floor, as a part of `base`, >= 0.
        warmup_type: "log" or "linear".

    Raises:
        ValueError: an argument is outside its range.

    Source: DeepSpeed edaa7221, deepspeed.runtime.lr_schedules.

    >>> lr = warmup_cosine(
    ...     1.0, total_num_steps=10, warmup_num_steps=4, warmup_type="linear"
    ... )
    >>> [round(lr(t), 4) for t in (0, 1, 2, 4, 5, 9, 10, 10**9)]
    [0.0, 0.0, 0.25, 0.75, 0.933, 0.0671, 0.0001, 0.0001]
    """
    base = _checks.finite("base", base)
    low = base * _checks.finite("warmup_min_ratio", warmup_min_ratio)
    floor = _checks.finite("cos_min_ratio", cos_min_ratio)
    if floor < 0:
        raise ValueError(f"cos_min_ratio must be >= 0, got {cos_min_ratio!r}")
    steps = _steps(warmup_num_steps)
    left = _checks.count("total_num_steps", total_num_steps, 1) - steps
    rise = _rise(warmup_type, low, base, steps)
    fall: Schedule = Constant(base * floor)
    if left > 1:
        fall = Cosine(base, base * floor, left)[1:]
    return Chain((Constant(0.0, 1), rise, fall))


def _steps(warmup_num_steps: int) -> int:
    return max(2, _checks.count("warmup_num_steps", warmup_num_steps, 1))


def _rise(kind: str, low: float, high: float, steps: int) -> Schedule:
    """Return the warmup from its first step on; "log" is done one step early."""
    if _checks.choice("warmup_type", kind, TYPES) == "linear":
        return Linear(low, high, steps)
    return Chain((Logarithmic(low, high, steps - 1), Constant(high, 1)))
