"""Composer's cosine with warm restarts."""

import math

from lehr import _checks
from lehr.dialects.composer.times import Run, Time
from lehr.plan import Plan
from lehr.schedules import Chain, Constant, Cosine, Repeat, Schedule

_CYCLES = 10_000
"""The most cycles of different lengths that are written out."""


def cosine_annealing_warm_restarts(
    base: float,
    *,
    t_0: str,
    t_mult: float = 1.0,
    alpha_f: float = 0.0,
    max_duration: str | int | None = None,
    dataloader_len: int | None = None,
    batch_size: int | None = None,
    tokens_per_batch: int | None = None,
    scale_schedule_ratio: float = 1.0,
    plan: Plan | None = None,
    exact: bool = False,
) -> Schedule:
    """Return the curve of `CosineAnnealingWarmRestartsScheduler`.

    Cycle i lasts t_0 t_mult^i, as documented. The original cuts the length of each
    cycle to a whole number and multiplies that: with a fractional `t_mult` its cycles
    are too short, and more so each time. With `t_mult` < 1, `alpha_f` is held where no
    cycle is left, and the original fails.

    Args:
        base: the group's own value, in the rate's units.
        t_0: a time string, > 0: the first cycle.
        t_mult: each cycle is this many times as long as the one before, > 0.
        alpha_f: the factor at the end of a cycle; it is not reached.
        max_duration: the run, as for all below; see `linear`.
        dataloader_len: see there.
        batch_size: see there.
        tokens_per_batch: see there.
        scale_schedule_ratio: see there.
        plan: see there.
        exact: whether each cycle is cut to a whole number, as in the original.

    Raises:
        ValueError: an argument is outside its range, or one about the run is missing.

    Source: Composer 0.32.1, composer.optim.scheduler; Loshchilov and Hutter, SGDR,
        2017, arXiv:1608.03983.

    >>> lr = cosine_annealing_warm_restarts(1.0, t_0="4ba", t_mult=2)
    >>> [round(lr(t), 6) for t in (0, 2, 3, 4, 8, 12)]
    [1.0, 0.5, 0.146447, 1.0, 0.5, 1.0]
    """
    run = Run(
        max_duration,
        dataloader_len,
        batch_size,
        tokens_per_batch,
        scale_schedule_ratio,
        plan,
    )
    first = run.convert("t_0", t_0)
    steps = _checks.duration("t_0", run.updates("t_0", first))
    stretch = _checks.positive("t_mult", t_mult)
    last = base * _checks.finite("alpha_f", alpha_f)
    if exact and stretch != int(stretch):
        return _cut(run, (base, last), first, stretch)
    wave = Cosine(base, last, steps)
    if stretch >= 1:
        return Repeat(wave, stretch=stretch)
    # As long as a cycle has a whole unit.
    cycles = math.floor(math.log(first.value) / -math.log(stretch)) + 1
    return Repeat(wave, cycles, stretch)


def _cut(run: Run, ends: tuple[float, float], first: Time, stretch: float) -> Schedule:
    """Return cycles whose lengths are cut to whole numbers, one by one."""
    waves: list[Schedule] = []
    begin, value = 0.0, first.value
    while value and len(waves) < _CYCLES:
        end = Time(int(begin + value), first.unit)
        edges = run.updates("t_0", Time(begin, first.unit)), run.updates("t_0", end)
        wave = Cosine(*ends, edges[1] - edges[0])
        following = int(stretch * value)
        if following == value or end.value >= 2**53:
            return Chain((*waves, Repeat(wave)))
        waves.append(wave)
        begin, value = end.value, following
    if value:
        raise ValueError(
            f"t_mult={stretch!r} gives more than {_CYCLES} cycles of different lengths "
            "with exact=True; take one farther from 1, or leave exact out"
        )
    return Chain((*waves, Constant(ends[1])))
