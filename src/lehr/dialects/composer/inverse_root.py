"""llm-foundry's inverse square root with a warmup and a cooldown."""

from lehr import _checks
from lehr.dialects.composer.times import Run, Time
from lehr.dialects.composer.warmups import Warmup
from lehr.plan import Plan
from lehr.schedules import Chain, Constant, InverseSqrt, Linear, Schedule


def inverse_square_root_with_warmup(
    base: float,
    *,
    t_warmup: str,
    t_scale: str,
    t_cooldown: str,
    t_max: str = "1dur",
    alpha_f_decay: float = 0.0,
    alpha_f_cooldown: float = 0.0,
    max_duration: str | int | None = None,
    dataloader_len: int | None = None,
    batch_size: int | None = None,
    tokens_per_batch: int | None = None,
    scale_schedule_ratio: float = 1.0,
    plan: Plan | None = None,
) -> Schedule:
    """Return the curve of llm-foundry's `InverseSquareRootWithWarmupScheduler`.

    With s the time since the warmup, the factor is
    alpha_f_decay + (1 - alpha_f_decay) sqrt(t_scale / (t_scale + s)), until
    `t_cooldown` before `t_max`; from there a line to `alpha_f_cooldown`.

    Args:
        base: the group's own value, in the rate's units.
        t_warmup: a time string in the unit of the run, as the next two: the length of
            the line from 0, which the ratio does not scale.
        t_scale: the time after which the decay is at 1 / sqrt(2), > 0.
        t_cooldown: the length of the last line; 0 for none.
        t_max: a time string: where it ends.
        alpha_f_decay: what the decay tends to, >= alpha_f_cooldown.
        alpha_f_cooldown: the last factor.
        max_duration: the run, as for all below; see `linear`. It is needed.
        dataloader_len: see there.
        batch_size: see there.
        tokens_per_batch: see there.
        scale_schedule_ratio: see there.
        plan: see there.

    Raises:
        ValueError: an argument is outside its range, or one about the run is missing.

    Source: llm-foundry 8c8dd48f, llmfoundry.optim.scheduler.

    >>> lr = inverse_square_root_with_warmup(
    ...     1.0, t_warmup="2ba", t_scale="4ba", t_cooldown="6ba", max_duration="20ba"
    ... )
    >>> [round(lr(t), 6) for t in (0, 1, 2, 14, 17, 20, 10**9)]
    [0.0, 0.5, 1.0, 0.5, 0.25, 0.0, 0.0]
    """
    run = Run(
        max_duration,
        dataloader_len,
        batch_size,
        tokens_per_batch,
        scale_schedule_ratio,
        plan,
    )
    _check_units(run, t_warmup=t_warmup, t_scale=t_scale, t_cooldown=t_cooldown)
    floor = _checks.finite("alpha_f_decay", alpha_f_decay)
    last = _checks.finite("alpha_f_cooldown", alpha_f_cooldown)
    if floor < last:
        raise ValueError(
            f"alpha_f_decay must be >= alpha_f_cooldown ({last!r}), got {floor!r}"
        )
    warmup = Warmup(run, t_warmup, scale_warmup=False)
    scale = _checks.duration("t_scale", run.length("t_scale", t_scale))
    end, cooldown = run.convert("t_max", t_max), run.convert("t_cooldown", t_cooldown)
    if end.unit != cooldown.unit:
        raise ValueError(f"t_max must come to the unit {cooldown.unit}, got {end}")
    hold = Time(max(0, end.value - cooldown.value - warmup.time.value), end.unit)
    root: Schedule = InverseSqrt(base * (1.0 - floor), scale)
    if floor:
        root = root + base * floor
    decay = root[: run.updates("t_max", hold)]
    reached = decay(decay.steps)
    tail: Schedule = Constant(reached)
    if cooldown.value:
        tail = Linear(reached, base * last, run.updates("t_cooldown", cooldown))
    return Chain((warmup.rise(base), decay, tail))


def _check_units(run: Run, **times: str) -> None:
    """Refuse times that are not in the unit of the run, as it is written."""
    if (whole := run.duration()) is None:
        raise ValueError("max_duration must be given: the times must be in its unit")
    for name, given in times.items():
        if Time.of(name, given).unit != whole.unit:
            raise ValueError(
                f"{name} must be in the unit of max_duration ({whole.unit}), got "
                f"{given!r}"
            )
