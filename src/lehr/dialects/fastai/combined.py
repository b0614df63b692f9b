"""fastai's combinations: annealers in sequence, and what `fit_...` makes of them."""

import math
from collections.abc import Sequence
from itertools import accumulate, pairwise

from lehr import _checks
from lehr.dialects.base import Named
from lehr.dialects.fastai.annealers import sched_cos
from lehr.dialects.torch.children import rest_of
from lehr.schedules import Chain, Schedule


def combine_scheds(
    *, pcts: Sequence[float], scheds: Sequence[Named], num_updates: int
) -> Schedule:
    """Return the curve of combine_scheds: each annealer for its part of the run.

    A part that is 0 vanishes, and the last annealer goes on past the end.

    Args:
        pcts: fractions of the run, one per annealer, >= 0; their sum is 1 but for
            rounding.
        scheds: annealers by name, without `num_updates`: each is given its part.
        num_updates: updates of the run, >= 1.

    Raises:
        TypeError: an element of `scheds` is no annealer by name.
        ValueError: `pcts` and `scheds` differ in length, a fraction is negative, or
            their sum is not 1.

    Source: fastai 2.8.12, fastai.callback.schedule.combine_scheds.

    >>> from lehr.dialects import named
    >>> from lehr.dialects.fastai import SCHEDULERS
    >>> up = named(SCHEDULERS, "SchedLin", start=0.0, end=1.0)
    >>> down = named(SCHEDULERS, "SchedCos", start=1.0, end=0.0)
    >>> lr = combine_scheds(pcts=[0.25, 0.75], scheds=[up, down], num_updates=16)
    >>> [round(lr(t), 6) for t in (0, 2, 4, 10, 16)]
    [0.0, 0.5, 1.0, 0.5, 0.0]
    """
    total = _checks.count("num_updates", num_updates, 1)
    parts = [_checks.fraction(f"pcts[{i}]", part) for i, part in enumerate(pcts)]
    annealers = list(scheds)
    if not parts or len(parts) != len(annealers):
        raise ValueError(
            "pcts must hold one fraction per annealer, got "
            f"{len(parts)} fractions and {len(annealers)} annealers"
        )
    if not math.isclose(whole := math.fsum(parts), 1.0, abs_tol=1e-6):
        raise ValueError(f"pcts must add up to 1, got {whole!r}")
    ends = [0.0, *(_near(part * total) for part in accumulate(parts))]
    ends[-1] = total
    pieces: list[Schedule] = []
    kept = [
        (name, annealer, end - begin)
        for (name, annealer), (begin, end) in zip(
            enumerate(annealers), pairwise(ends), strict=True
        )
        if end > begin
    ]
    for i, annealer, length in kept:
        if not isinstance(annealer, Named):
            raise TypeError(f"scheds[{i}] must be a Named, got {annealer!r}")
        given = {**annealer.arguments, "num_updates": length}
        pieces.append(Named(annealer.dialect, given).curve(0.0)[:length])
    last = Named(kept[-1][1].dialect, given).curve(0.0)
    return Chain((*pieces[:-1], rest_of(last, 0)))


def _near(end: float) -> float:
    """Return the whole number that is meant: 0.1 + 0.2 of ten updates are three."""
    whole = round(end)
    return whole if abs(end - whole) <= 1e-9 * max(1.0, end) else end


def combined_cos(
    *, pct: float, start: float, middle: float, end: float, num_updates: int
) -> Schedule:
    """Return the curve of combined_cos: half a wave to `middle`, another to `end`.

    Past the end the second wave goes back.

    Args:
        pct: the fraction of the run until `middle`, in [0, 1].
        start: the value at update 0, in the hyper-parameter's units.
        middle: the value where the waves meet.
        end: the value at update `num_updates`, the first one after the run.
        num_updates: updates of the run, >= 1.

    Raises:
        ValueError: an argument is outside its range.

    Source: fastai 2.8.12, fastai.callback.schedule.combined_cos.

    >>> lr = combined_cos(pct=0.25, start=0.04, middle=1.0, end=1e-5, num_updates=4)
    >>> [round(lr(t), 6) for t in range(5)]
    [0.04, 1.0, 0.750003, 0.250007, 1e-05]
    """
    part = _checks.fraction("pct", pct)
    total = _checks.count("num_updates", num_updates, 1)
    first, second = _near(part * total), total - _near(part * total)
    if not second:
        return sched_cos(start=start, end=middle, num_updates=total)
    fall = sched_cos(start=middle, end=end, num_updates=second)
    if not first:
        return fall
    rise = sched_cos(start=start, end=middle, num_updates=first)
    return Chain((rise[:first], fall))


def fit_one_cycle(
    base: float,
    *,
    num_updates: int,
    lr_max: float | None = None,
    div: float = 25.0,
    div_final: float = 1e5,
    pct_start: float = 0.25,
    moms: tuple[float, float, float] = (0.95, 0.85, 0.95),
) -> Schedule:
    """Return the rate of Learner.fit_one_cycle: up to `lr_max`, and far down.

    The momentum goes the other way: `fit_one_cycle_momentum`.

    Args:
        base: the learner's own rate, where `lr_max` is None.
        num_updates: updates of the run: epochs times batches; >= 1.
        lr_max: the peak, in the hyper-parameter's units.
        div: the first value is lr_max / div; not 0.
        div_final: the value after the run is lr_max / div_final; not 0.
        pct_start: the fraction of the run that rises, in [0, 1].
        moms: see `fit_one_cycle_momentum`.

    Raises:
        ValueError: an argument is outside its range.

    Source: fastai 2.8.12, Learner.fit_one_cycle; Smith and Topin, Super-Convergence,
        2017, arXiv:1708.07120.

    >>> lr = fit_one_cycle(1.0, num_updates=4)
    >>> [round(lr(t), 6) for t in range(5)]
    [0.04, 1.0, 0.750003, 0.250007, 1e-05]
    """
    peak = _peak("lr_max", base if lr_max is None else lr_max)
    first, last = peak / _divisor("div", div), peak / _divisor("div_final", div_final)
    return combined_cos(
        pct=pct_start, start=first, middle=peak, end=last, num_updates=num_updates
    )


def fit_one_cycle_momentum(
    base: float,
    *,
    num_updates: int,
    lr_max: float | None = None,
    div: float = 25.0,
    div_final: float = 1e5,
    pct_start: float = 0.25,
    moms: tuple[float, float, float] = (0.95, 0.85, 0.95),
) -> Schedule:
    """Return the momentum of Learner.fit_one_cycle: down where the rate rises, and up.

    Beside the parameters of `fit_one_cycle`:

    - base: the group's own momentum, which fastai overwrites.
    - moms: the values at the start, at the peak of the rate, and after the run.

    Raises:
        ValueError: an argument is outside its range.

    Source: fastai 2.8.12, Learner.fit_one_cycle.

    >>> momentum = fit_one_cycle_momentum(0.9, num_updates=4)
    >>> [round(momentum(t), 6) for t in range(5)]
    [0.95, 0.85, 0.875, 0.925, 0.95]
    """
    if len(moms) != 3:
        raise ValueError(f"moms must hold three values, got {moms!r}")
    first, middle, last = moms
    return combined_cos(
        pct=pct_start, start=first, middle=middle, end=last, num_updates=num_updates
    )


def fit_flat_cos(
    base: float,
    *,
    num_updates: int,
    lr: float | None = None,
    div_final: float = 1e5,
    pct_start: float = 0.75,
) -> Schedule:
    """Return the rate of Learner.fit_flat_cos: level, then half a wave down.

    Args:
        base: the learner's own rate, where `lr` is None.
        num_updates: updates of the run: epochs times batches; >= 1.
        lr: the level, in the hyper-parameter's units.
        div_final: the value after the run is lr / div_final; not 0.
        pct_start: the fraction of the run that is level, in [0, 1].

    Raises:
        ValueError: an argument is outside its range.

    Source: fastai 2.8.12, Learner.fit_flat_cos.

    >>> rate = fit_flat_cos(1.0, num_updates=8)
    >>> [round(rate(t), 6) for t in (0, 5, 6, 7, 8)]
    [1.0, 1.0, 1.0, 0.500005, 1e-05]
    """
    level = _peak("lr", base if lr is None else lr)
    last = level / _divisor("div_final", div_final)
    return combined_cos(
        pct=pct_start, start=level, middle=level, end=last, num_updates=num_updates
    )


def _peak(name: str, value: float) -> float:
    return _checks.finite(name, value)


def _divisor(name: str, value: float) -> float:
    if not (result := _checks.finite(name, value)):
        raise ValueError(f"{name} must not be 0, got {value!r}")
    return result
