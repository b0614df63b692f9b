"""optax's schedules in several parts: warmups, restarts, and one after another."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from lehr import _checks
from lehr.dialects.base import Named
from lehr.dialects.optax.ramps import exponential_decay
from lehr.dialects.torch.children import first_of, rest_of
from lehr.schedules import Chain, Constant, Cosine, Linear, Schedule


def warmup_constant(
    *, init_value: float, peak_value: float, warmup_steps: int, exact: bool = False
) -> Schedule:
    """Return the curve of warmup_constant_schedule: a line, then its end.

    Args:
        init_value: the first value.
        peak_value: the last one.
        warmup_steps: updates between them, >= 0.
        exact: whether a warmup of 0 updates stays at `init_value` for ever, as in
            optax, in the place of the peak.

    Raises:
        ValueError: an argument is outside its range.

    Source: optax 0.2.8, warmup_constant_schedule.

    >>> lr = warmup_constant(init_value=0.0, peak_value=1.0, warmup_steps=4)
    >>> [lr(t) for t in (0, 1, 4, 10**9)]
    [0.0, 0.25, 1.0, 1.0]
    """
    first = _checks.finite("init_value", init_value)
    steps = _checks.length("warmup_steps", warmup_steps)
    if steps:
        return Linear(first, peak_value, steps)
    return Constant(first if exact else _checks.finite("peak_value", peak_value))


def warmup_cosine_decay(
    *,
    init_value: float,
    peak_value: float,
    warmup_steps: int,
    decay_steps: int,
    end_value: float = 0.0,
    exponent: float = 1.0,
) -> Schedule:
    """Return the curve of warmup_cosine_decay_schedule: a line, then half a wave.

    Args:
        init_value: the first value.
        peak_value: the value that the warmup reaches.
        warmup_steps: updates of the warmup, >= 0.
        decay_steps: length of the whole, the warmup included, > warmup_steps.
        end_value: the last value.
        exponent: of the wave, > 0.

    Raises:
        ValueError: an argument is outside its range.

    Source: optax 0.2.8, warmup_cosine_decay_schedule.

    >>> lr = warmup_cosine_decay(
    ...     init_value=0.0, peak_value=1.0, warmup_steps=2, decay_steps=10
    ... )
    >>> [round(lr(t), 6) for t in (0, 1, 2, 6, 10, 10**9)]
    [0.0, 0.5, 1.0, 0.5, 0.0, 0.0]
    """
    warmup = _checks.length("warmup_steps", warmup_steps)
    steps = _checks.length("decay_steps", decay_steps)
    if steps <= warmup:
        raise ValueError(
            f"decay_steps must exceed warmup_steps ({warmup}), got {decay_steps!r}; it "
            "is the length of the whole"
        )
    fall = Cosine(peak_value, end_value, steps - warmup, exponent)
    return _warmed(init_value, peak_value, warmup, fall)


def warmup_exponential_decay(
    *,
    init_value: float,
    peak_value: float,
    warmup_steps: int,
    transition_steps: int,
    decay_rate: float,
    transition_begin: int = 0,
    staircase: bool = False,
    end_value: float | None = None,
) -> Schedule:
    """Return the curve of warmup_exponential_decay_schedule: a line, then factors.

    Args:
        init_value: the first value.
        peak_value: the value that the warmup reaches.
        warmup_steps: updates of the warmup, >= 0.
        transition_steps: updates per factor, > 0.
        decay_rate: the factor, > 0.
        transition_begin: updates at the peak before the decay begins, >= 0.
        staircase: whether to change only at every `transition_steps`-th update.
        end_value: the lowest value of the decay, or the highest if `decay_rate` >= 1.

    Raises:
        ValueError: an argument is outside its range.

    Source: optax 0.2.8, warmup_exponential_decay_schedule.

    >>> lr = warmup_exponential_decay(
    ...     init_value=0.0,
    ...     peak_value=1.0,
    ...     warmup_steps=2,
    ...     transition_steps=10,
    ...     decay_rate=0.25,
    ... )
    >>> [lr(t) for t in (0, 1, 2, 7, 12)]
    [0.0, 0.5, 1.0, 0.5, 0.25]
    """
    fall = exponential_decay(
        init_value=peak_value,
        transition_steps=transition_steps,
        decay_rate=decay_rate,
        transition_begin=transition_begin,
        staircase=staircase,
        end_value=end_value,
    )
    warmup = _checks.length("warmup_steps", warmup_steps)
    return _warmed(init_value, peak_value, warmup, fall)


def sgdr(*, cosine_kwargs: Iterable[Mapping[str, Any]]) -> Schedule:
    """Return the curve of sgdr_schedule: warmups and half waves, one after another.

    Args:
        cosine_kwargs: for each cycle, the arguments of `warmup_cosine_decay`; its
            `decay_steps` is the length of the cycle.

    Raises:
        ValueError: there is no cycle, or an argument of one is outside its range.

    Source: optax 0.2.8, sgdr_schedule.

    >>> cycle = {"init_value": 0.0, "peak_value": 1.0, "warmup_steps": 2}
    >>> cycles = [cycle | {"decay_steps": 10}, cycle | {"decay_steps": 20}]
    >>> [round(sgdr(cosine_kwargs=cycles)(t), 6) for t in (0, 2, 6, 10, 12, 21, 30)]
    [0.0, 1.0, 0.5, 0.0, 1.0, 0.5, 0.0]
    """
    cycles = tuple(warmup_cosine_decay(**arguments) for arguments in cosine_kwargs)
    if not cycles:
        raise ValueError("cosine_kwargs must hold the arguments of at least one cycle")
    return Chain(cycles)


def join_schedules(
    *, schedules: Sequence[Named | Schedule], boundaries: Sequence[int]
) -> Schedule:
    """Return the curve of join_schedules: each from its boundary on, from its own 0.

    Args:
        schedules: at least one, of optax or our own.
        boundaries: updates at which the next one begins: one less than `schedules`,
            >= 0, never decreasing.

    Raises:
        TypeError: an element of `schedules` is not a schedule.
        ValueError: the boundaries do not fit, or a schedule follows a metric.

    Source: optax 0.2.8, join_schedules.

    >>> from lehr.dialects import named
    >>> from lehr.dialects.optax import SCHEDULERS
    >>> fall = named(SCHEDULERS, "cosine_decay_schedule", init_value=1.0, decay_steps=4)
    >>> lr = join_schedules(schedules=[fall, fall], boundaries=[6])
    >>> [round(lr(t), 6) for t in (0, 4, 5, 6, 8, 10)]
    [1.0, 0.0, 0.0, 1.0, 0.5, 0.0]
    """
    curves = [_curve(i, child) for i, child in enumerate(schedules)]
    begins = [_checks.count(f"boundaries[{i}]", b) for i, b in enumerate(boundaries)]
    if len(begins) != len(curves) - 1:
        raise ValueError(
            "boundaries must hold one less than schedules, got "
            f"{len(begins)} boundaries and {len(curves)} schedules"
        )
    for a, b in pairwise(begins):
        if a > b:
            raise ValueError(f"boundaries must not decrease, got {a!r} before {b!r}")
    spans = zip(curves, (0, *begins), begins, strict=False)
    pieces = [first_of(curve, end - begin) for curve, begin, end in spans]
    return Chain((*pieces, rest_of(curves[-1], 0)))


def _curve(index: int, child: Named | Schedule) -> Schedule:
    if isinstance(child, Schedule):
        return child
    if not isinstance(child, Named):
        raise TypeError(f"schedules[{index}] must be a schedule, got {child!r}")
    return child.curve(1.0)


def _warmed(
    init_value: float, peak_value: float, warmup: float, fall: Schedule
) -> Schedule:
    first = _checks.finite("init_value", init_value)
    rise = Linear(first, _checks.finite("peak_value", peak_value), warmup)
    return Chain((rise, fall)) if warmup else fall
