"""Keras's cosines: with a warmup, and with restarts."""

import math

from lehr import _checks
from lehr._numerics import CLOCK_END
from lehr.dialects.arithmetic import as_written
from lehr.schedules import Chain, Cosine, Linear, Repeat, Schedule


def cosine_decay(
    *,
    initial_learning_rate: float,
    decay_steps: int,
    alpha: float = 0.0,
    name: str = "CosineDecay",
    warmup_target: float | None = None,
    warmup_steps: int = 0,
) -> Schedule:
    """Return the curve of CosineDecay: a line if there is a target, then half a wave.

    Args:
        initial_learning_rate: the first value.
        decay_steps: length of the wave, > 0, without the warmup.
        alpha: the last value as a part of the one that the wave begins with.
        name: changes nothing.
        warmup_target: what the warmup goes to; None for no warmup.
        warmup_steps: updates of the warmup, >= 0; without a target, they change
            nothing.

    Raises:
        ValueError: an argument is outside its range.

    Source: Keras 3.15, keras.optimizers.schedules.CosineDecay.

    >>> lr = cosine_decay(
    ...     initial_learning_rate=0.0, decay_steps=10, warmup_target=1.0, warmup_steps=2
    ... )
    >>> [round(lr(t), 6) for t in (0, 1, 2, 7, 12, 10**9)]
    [0.0, 0.5, 1.0, 0.5, 0.0, 0.0]
    """
    first = _checks.finite("initial_learning_rate", initial_learning_rate)
    steps = _checks.duration("decay_steps", decay_steps)
    warmup = _checks.length("warmup_steps", warmup_steps)
    part = _checks.finite("alpha", alpha)
    if warmup_target is None:
        return Cosine(first, first * part, steps)
    peak = _checks.finite("warmup_target", warmup_target)
    fall = Cosine(peak, peak * part, steps)
    return Chain((Linear(first, peak, warmup), fall)) if warmup else fall


def cosine_decay_restarts(
    *,
    initial_learning_rate: float,
    first_decay_steps: int,
    t_mul: float = 2.0,
    m_mul: float = 1.0,
    alpha: float = 0.0,
    name: str = "SGDRDecay",
) -> Schedule:
    """Return the curve of CosineDecayRestarts: half waves, for ever.

    Cycle i lasts first_decay_steps t_mul^i updates, found in exact arithmetic with
    `t_mul` read as it is written. It falls from (1 - alpha) m_mul^i above the floor to
    the floor; both are parts of `initial_learning_rate`, and the floor stays where it
    is. With m_mul > 1 the last cycle before a float would overflow is held.

    Args:
        initial_learning_rate: the first value.
        first_decay_steps: length of the first cycle, > 0.
        t_mul: each cycle is this many times as long as the one before, >= 1.
        m_mul: its height is this many times that of the one before, >= 0.
        alpha: the floor as a part of the first value.
        name: changes nothing.

    Raises:
        ValueError: an argument is outside its range.

    Source: Keras 3.15, keras.optimizers.schedules.CosineDecayRestarts.

    >>> lr = cosine_decay_restarts(
    ...     initial_learning_rate=1.0, first_decay_steps=10, m_mul=0.5
    ... )
    >>> [round(lr(t), 6) for t in (0, 5, 10, 20, 30, 70)]
    [1.0, 0.5, 0.5, 0.25, 0.25, 0.125]
    """
    first = _checks.finite("initial_learning_rate", initial_learning_rate)
    steps = _checks.duration("first_decay_steps", first_decay_steps)
    longer, higher = _checks.finite("t_mul", t_mul), _checks.finite("m_mul", m_mul)
    if longer < 1:
        raise ValueError(
            f"t_mul must be >= 1, got {t_mul!r}; below 1 all cycles together end, and "
            "Keras gives NaN from there on"
        )
    if higher < 0:
        raise ValueError(f"m_mul must be >= 0, got {m_mul!r}")
    longer = as_written(longer)
    floor = first * _checks.finite("alpha", alpha)
    count = _most(steps, longer, higher) if higher > 1 else None
    if higher == 1:
        return Repeat(Cosine(first, floor, steps), count, longer)
    heights = Repeat(Cosine(first - floor, 0.0, steps), count, longer, higher)
    return heights + floor if floor else heights


def _most(steps: float, longer: float, higher: float) -> int:
    """Return how many growing cycles floats can hold, or the clock has room for."""
    count = int(500 / math.log(max(longer, higher)))
    if longer > 1:
        room = math.log1p(CLOCK_END * (longer - 1) / steps) / math.log(longer)
        count = min(count, math.ceil(room))
    return max(1, count)
