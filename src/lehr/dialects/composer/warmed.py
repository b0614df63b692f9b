"""Composer's ramps with a warmup before them."""

from lehr import _checks
from lehr.dialects.composer.times import Run
from lehr.dialects.composer.warmups import Warmup
from lehr.plan import Plan
from lehr.schedules import Chain, Constant, Cosine, Linear, Polynomial, Schedule


def constant_with_warmup(
    base: float,
    *,
    t_warmup: str,
    alpha: float = 1.0,
    t_max: str = "1dur",
    scale_warmup: bool = False,
    max_duration: str | int | None = None,
    dataloader_len: int | None = None,
    batch_size: int | None = None,
    tokens_per_batch: int | None = None,
    scale_schedule_ratio: float = 1.0,
    plan: Plan | None = None,
    exact: bool = False,
) -> Schedule:
    """Return the curve of `ConstantWithWarmupScheduler`: a line to `alpha`, then that.

    Args:
        base: the group's own value, in the rate's units.
        t_warmup: a time string: the length of the line from 0.
        alpha: the factor after it, which is held past `t_max` too.
        t_max: a time string, not before the end of the run.
        scale_warmup: whether `scale_schedule_ratio` scales the warmup.
        max_duration: the run, as for all below; see `linear`.
        dataloader_len: see there.
        batch_size: see there.
        tokens_per_batch: see there.
        scale_schedule_ratio: see there.
        plan: see there.
        exact: see `multi_step_with_warmup`.

    Raises:
        ValueError: an argument is outside its range, or one about the run is missing.

    Source: Composer 0.32.1, composer.optim.scheduler.

    >>> lr = constant_with_warmup(1.0, t_warmup="4ba", max_duration="10ba")
    >>> [lr(t) for t in (0, 2, 4, 10**9)]
    [0.0, 0.5, 1.0, 1.0]
    """
    return linear_with_warmup(
        base,
        t_warmup=t_warmup,
        alpha_i=_checks.finite("alpha", alpha),
        alpha_f=alpha,
        t_max=t_max,
        scale_warmup=scale_warmup,
        max_duration=max_duration,
        dataloader_len=dataloader_len,
        batch_size=batch_size,
        tokens_per_batch=tokens_per_batch,
        scale_schedule_ratio=scale_schedule_ratio,
        plan=plan,
        exact=exact,
    )


def linear_with_warmup(
    base: float,
    *,
    t_warmup: str,
    alpha_i: float = 1.0,
    alpha_f: float = 0.0,
    t_max: str = "1dur",
    scale_warmup: bool = False,
    max_duration: str | int | None = None,
    dataloader_len: int | None = None,
    batch_size: int | None = None,
    tokens_per_batch: int | None = None,
    scale_schedule_ratio: float = 1.0,
    plan: Plan | None = None,
    exact: bool = False,
) -> Schedule:
    """Return the curve of `LinearWithWarmupScheduler`: to `alpha_i`, then `alpha_f`.

    Args:
        base: the group's own value, in the rate's units.
        t_warmup: a time string: the length of the line from 0. Where it is not before
            `t_max`, there is no decay.
        alpha_i: the factor at the end of the warmup.
        alpha_f: the factor from `t_max` on.
        t_max: a time string, not before the end of the run.
        scale_warmup: whether `scale_schedule_ratio` scales the warmup.
        max_duration: the run, as for all below; see `linear`.
        dataloader_len: see there.
        batch_size: see there.
        tokens_per_batch: see there.
        scale_schedule_ratio: see there.
        plan: see there.
        exact: see `multi_step_with_warmup`.

    Raises:
        ValueError: an argument is outside its range, or one about the run is missing.

    Source: Composer 0.32.1, composer.optim.scheduler.

    >>> lr = linear_with_warmup(1.0, t_warmup="0.2dur", max_duration="10ba")
    >>> [lr(t) for t in (0, 1, 2, 6, 10, 10**9)]
    [0.0, 0.5, 1.0, 0.5, 0.0, 0.0]
    """
    run = Run(
        max_duration,
        dataloader_len,
        batch_size,
        tokens_per_batch,
        scale_schedule_ratio,
        plan,
    )
    warmup = Warmup(run, t_warmup, scale_warmup, exact)
    peak = base * _checks.finite("alpha_i", alpha_i)
    last = base * _checks.finite("alpha_f", alpha_f)
    left = warmup.left(t_max)
    fall = Linear(peak, last, left) if left else Constant(peak)
    return Chain((warmup.rise(peak), fall))


def cosine_annealing_with_warmup(
    base: float,
    *,
    t_warmup: str,
    t_max: str = "1dur",
    alpha_f: float = 0.0,
    scale_warmup: bool = False,
    max_duration: str | int | None = None,
    dataloader_len: int | None = None,
    batch_size: int | None = None,
    tokens_per_batch: int | None = None,
    scale_schedule_ratio: float = 1.0,
    plan: Plan | None = None,
    exact: bool = False,
) -> Schedule:
    """Return the curve of `CosineAnnealingWithWarmupScheduler`.

    Args:
        base: the group's own value, in the rate's units.
        t_warmup: a time string: the length of the line from 0. Where it is not before
            `t_max`, there is no decay.
        t_max: a time string, not before the end of the run.
        alpha_f: the factor from `t_max` on.
        scale_warmup: whether `scale_schedule_ratio` scales the warmup.
        max_duration: the run, as for all below; see `linear`.
        dataloader_len: see there.
        batch_size: see there.
        tokens_per_batch: see there.
        scale_schedule_ratio: see there.
        plan: see there.
        exact: see `multi_step_with_warmup`.

    Raises:
        ValueError: an argument is outside its range, or one about the run is missing.

    Source: Composer 0.32.1, composer.optim.scheduler.

    >>> lr = cosine_annealing_with_warmup(
    ...     1.0, t_warmup="1ep", max_duration="3ep", dataloader_len=2, alpha_f=0.1
    ... )
    >>> [round(lr(t), 6) for t in (0, 1, 2, 4, 6, 10**9)]
    [0.0, 0.5, 1.0, 0.55, 0.1, 0.1]
    """
    run = Run(
        max_duration,
        dataloader_len,
        batch_size,
        tokens_per_batch,
        scale_schedule_ratio,
        plan,
    )
    warmup = Warmup(run, t_warmup, scale_warmup, exact)
    last = base * _checks.finite("alpha_f", alpha_f)
    left = warmup.left(t_max)
    fall = Cosine(base, last, left) if left else Constant(base)
    return Chain((warmup.rise(base), fall))


def polynomial_with_warmup(
    base: float,
    *,
    t_warmup: str,
    power: float = 2.0,
    t_max: str = "1dur",
    alpha_f: float = 0.0,
    scale_warmup: bool = False,
    max_duration: str | int | None = None,
    dataloader_len: int | None = None,
    batch_size: int | None = None,
    tokens_per_batch: int | None = None,
    scale_schedule_ratio: float = 1.0,
    plan: Plan | None = None,
    exact: bool = False,
) -> Schedule:
    """Return the curve of `PolynomialWithWarmupScheduler`.

    Args:
        base: the group's own value, in the rate's units.
        t_warmup: a time string: the length of the line from 0. Where it is not before
            `t_max`, there is no decay.
        power: of the time left, > 0.
        t_max: a time string, not before the end of the run.
        alpha_f: the factor from `t_max` on.
        scale_warmup: whether `scale_schedule_ratio` scales the warmup.
        max_duration: the run, as for all below; see `linear`.
        dataloader_len: see there.
        batch_size: see there.
        tokens_per_batch: see there.
        scale_schedule_ratio: see there.
        plan: see there.
        exact: see `multi_step_with_warmup`.

    Raises:
        ValueError: an argument is outside its range, or one about the run is missing.

    Source: Composer 0.32.1, composer.optim.scheduler.

    >>> lr = polynomial_with_warmup(1.0, t_warmup="2ba", max_duration="10ba")
    >>> [lr(t) for t in (0, 1, 2, 6, 10, 10**9)]
    [0.0, 0.5, 1.0, 0.25, 0.0, 0.0]
    """
    run = Run(
        max_duration,
        dataloader_len,
        batch_size,
        tokens_per_batch,
        scale_schedule_ratio,
        plan,
    )
    warmup = Warmup(run, t_warmup, scale_warmup, exact)
    last = base * _checks.finite("alpha_f", alpha_f)
    left = warmup.left(t_max)
    fall = Polynomial(base, last, left, power)
    return Chain((warmup.rise(base), fall if left else Constant(base)))
