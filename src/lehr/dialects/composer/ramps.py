"""Composer's schedulers that go from one factor to another over a time."""

from lehr import _checks
from lehr.dialects.composer.times import Run
from lehr.plan import Plan
from lehr.schedules import Cosine, Linear, Polynomial, Schedule


def linear(
    base: float,
    *,
    alpha_i: float = 1.0,
    alpha_f: float = 0.0,
    t_max: str = "1dur",
    max_duration: str | int | None = None,
    dataloader_len: int | None = None,
    batch_size: int | None = None,
    tokens_per_batch: int | None = None,
    scale_schedule_ratio: float = 1.0,
    plan: Plan | None = None,
) -> Schedule:
    """Return the curve of `LinearScheduler`: a line of factors, then the last one.

    A time string is a number and "ep", "ba" (a batch, which is one update), "sp", "tok"
    or "dur" (a part of the run). What it needs to know of the run is asked for.

    Args:
        base: the group's own value, in the rate's units.
        alpha_i: the first factor.
        alpha_f: the factor from `t_max` on.
        t_max: a time string.
        max_duration: the trainer's: a time string, or a number of epochs; for "dur".
        dataloader_len: batches of an epoch; for "ep".
        batch_size: samples of a batch, of all processes; for "sp".
        tokens_per_batch: tokens of a batch, of all processes; for "tok".
        scale_schedule_ratio: the trainer's: > 0, multiplies the run and each time.
        plan: all of them but the ratio, in their place.

    Raises:
        TypeError: a time is no text.
        ValueError: an argument is outside its range, or one about the run is missing.

    Source: Composer 0.32.1, composer.optim.scheduler.

    >>> lr = linear(1.0, alpha_f=0.5, max_duration="4ep", dataloader_len=10)
    >>> [lr(t) for t in (0, 20, 40, 10**9)]
    [1.0, 0.75, 0.5, 0.5]
    """
    run = Run(
        max_duration,
        dataloader_len,
        batch_size,
        tokens_per_batch,
        scale_schedule_ratio,
        plan,
    )
    first = base * _checks.finite("alpha_i", alpha_i)
    last = base * _checks.finite("alpha_f", alpha_f)
    return Linear(first, last, run.length("t_max", t_max))


def cosine_annealing(
    base: float,
    *,
    t_max: str = "1dur",
    alpha_f: float = 0.0,
    max_duration: str | int | None = None,
    dataloader_len: int | None = None,
    batch_size: int | None = None,
    tokens_per_batch: int | None = None,
    scale_schedule_ratio: float = 1.0,
    plan: Plan | None = None,
) -> Schedule:
    """Return the curve of `CosineAnnealingScheduler`: half a wave, then its end.

    Args:
        base: the group's own value, in the rate's units.
        t_max: a time string.
        alpha_f: the factor from `t_max` on.
        max_duration: the run, as for all below; see `linear`.
        dataloader_len: see there.
        batch_size: see there.
        tokens_per_batch: see there.
        scale_schedule_ratio: see there.
        plan: see there.

    Raises:
        ValueError: an argument is outside its range, or one about the run is missing.

    Source: Composer 0.32.1, composer.optim.scheduler.

    >>> lr = cosine_annealing(1.0, max_duration="10ba")
    >>> [round(lr(t), 6) for t in (0, 1, 5, 10, 11)]
    [1.0, 0.975528, 0.5, 0.0, 0.0]
    """
    run = Run(
        max_duration,
        dataloader_len,
        batch_size,
        tokens_per_batch,
        scale_schedule_ratio,
        plan,
    )
    last = base * _checks.finite("alpha_f", alpha_f)
    return Cosine(base, last, run.length("t_max", t_max))


def polynomial(
    base: float,
    *,
    power: float,
    t_max: str = "1dur",
    alpha_f: float = 0.0,
    max_duration: str | int | None = None,
    dataloader_len: int | None = None,
    batch_size: int | None = None,
    tokens_per_batch: int | None = None,
    scale_schedule_ratio: float = 1.0,
    plan: Plan | None = None,
) -> Schedule:
    """Return the curve of `PolynomialScheduler`: a power of the time left.

    Args:
        base: the group's own value, in the rate's units.
        power: > 0.
        t_max: a time string.
        alpha_f: the factor from `t_max` on.
        max_duration: the run, as for all below; see `linear`.
        dataloader_len: see there.
        batch_size: see there.
        tokens_per_batch: see there.
        scale_schedule_ratio: see there.
        plan: see there.

    Raises:
        ValueError: an argument is outside its range, or one about the run is missing.

    Source: Composer 0.32.1, composer.optim.scheduler.

    >>> lr = polynomial(1.0, power=2, max_duration="10ba")
    >>> [lr(t) for t in (0, 5, 10, 11)]
    [1.0, 0.25, 0.0, 0.0]
    """
    run = Run(
        max_duration,
        dataloader_len,
        batch_size,
        tokens_per_batch,
        scale_schedule_ratio,
        plan,
    )
    last = base * _checks.finite("alpha_f", alpha_f)
    return Polynomial(base, last, run.length("t_max", t_max), power)
