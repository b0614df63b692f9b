"""optax's schedules that decay: constant, polynomial, exponential, cosine."""

from lehr import _checks
from lehr.dialects.arithmetic import last_finite, power_fall
from lehr.schedules import (
    Chain,
    Clip,
    Constant,
    Cosine,
    ExponentialDecay,
    Schedule,
    Step,
)


def constant(*, value: float) -> Schedule:
    """Return the curve of constant_schedule.

    Args:
        value: of every update.

    Raises:
        ValueError: `value` is not finite.

    Source: optax 0.2.8, constant_schedule.

    >>> constant(value=3e-4)(10**9)
    0.0003
    """
    return Constant(_checks.finite("value", value))


def polynomial(
    *,
    init_value: float,
    end_value: float,
    power: float,
    transition_steps: int,
    transition_begin: int = 0,
) -> Schedule:
    """Return the curve of polynomial_schedule: a power of what remains, then held.

    With `transition_steps` 0 or less, or `power` 0, it stays at `init_value`, as optax
    says.

    Args:
        init_value: the first value.
        end_value: the last one.
        power: of the remaining part, >= 0.
        transition_steps: updates from the first value to the last.
        transition_begin: updates before it begins, >= 0.

    Raises:
        ValueError: an argument is outside its range.

    Source: optax 0.2.8, polynomial_schedule.

    >>> lr = polynomial(init_value=1.0, end_value=0.0, power=2, transition_steps=10)
    >>> [lr(t) for t in (0, 5, 10, 10**9)]
    [1.0, 0.25, 0.0, 0.0]
    """
    first = _checks.finite("init_value", init_value)
    last, begin = _checks.finite("end_value", end_value), _begin(transition_begin)
    steps = _checks.finite("transition_steps", transition_steps)
    if _checks.finite("power", power) < 0:
        raise ValueError(f"power must be >= 0, got {power!r}; below 0 it divides by 0")
    if steps <= 0 or power == 0:
        return Constant(first)
    fall = power_fall(first, last, steps, power)
    return Chain((Constant(first, begin), fall)) if begin else fall


def linear(
    *,
    init_value: float,
    end_value: float,
    transition_steps: int,
    transition_begin: int = 0,
) -> Schedule:
    """Return the curve of linear_schedule: a line from one value to another.

    With `transition_steps` 0 or less it stays at `init_value`, as optax says.

    Args:
        init_value: the first value.
        end_value: the last one.
        transition_steps: updates from the first value to the last.
        transition_begin: updates before it begins, >= 0.

    Raises:
        ValueError: an argument is outside its range.

    Source: optax 0.2.8, linear_schedule.

    >>> lr = linear(init_value=0.0, end_value=1.0, transition_steps=4)
    >>> [lr(t) for t in (0, 1, 4, 10**9)]
    [0.0, 0.25, 1.0, 1.0]
    """
    return polynomial(
        init_value=init_value,
        end_value=end_value,
        power=1.0,
        transition_steps=transition_steps,
        transition_begin=transition_begin,
    )


def exponential_decay(
    *,
    init_value: float,
    transition_steps: int,
    decay_rate: float,
    transition_begin: int = 0,
    staircase: bool = False,
    end_value: float | None = None,
) -> Schedule:
    """Return the curve of exponential_decay: times `decay_rate`, again and again.

    Growth without an `end_value` is held before a float would overflow.

    Args:
        init_value: the first value.
        transition_steps: updates per factor, > 0.
        decay_rate: the factor, > 0.
        transition_begin: updates before it begins, >= 0.
        staircase: whether to change only at every `transition_steps`-th update.
        end_value: the lowest value, or the highest if `decay_rate` >= 1.

    Raises:
        ValueError: an argument is outside its range.

    Source: optax 0.2.8, exponential_decay.

    >>> lr = exponential_decay(
    ...     init_value=1.0, transition_steps=10, decay_rate=0.25, end_value=0.1
    ... )
    >>> [lr(t) for t in (0, 5, 10, 10**9)]
    [1.0, 0.5, 0.25, 0.1]
    """
    first = _checks.finite("init_value", init_value)
    every = _checks.duration("transition_steps", transition_steps)
    rate, begin = _checks.positive("decay_rate", decay_rate), _begin(transition_begin)
    kind = Step if staircase else ExponentialDecay
    curve: Schedule = kind(first, rate, every, last_finite(first, rate, every))
    if begin:
        curve = Chain((Constant(first, begin), curve))
    if end_value is None:
        return curve
    end = _checks.finite("end_value", end_value)
    return Clip(curve, low=end) if rate < 1 else Clip(curve, high=end)


def cosine_decay(
    *, init_value: float, decay_steps: int, alpha: float = 0.0, exponent: float = 1.0
) -> Schedule:
    """Return the curve of cosine_decay_schedule: half a wave, then held.

    Args:
        init_value: the first value.
        decay_steps: updates to the last value, > 0.
        alpha: the last value as a part of the first.
        exponent: of the wave, > 0.

    Raises:
        ValueError: an argument is outside its range.

    Source: optax 0.2.8, cosine_decay_schedule.

    >>> lr = cosine_decay(init_value=1.0, decay_steps=10, alpha=0.1)
    >>> [round(lr(t), 6) for t in (0, 5, 10, 10**9)]
    [1.0, 0.55, 0.1, 0.1]
    """
    first = _checks.finite("init_value", init_value)
    steps = _checks.duration("decay_steps", decay_steps)
    last = first * _checks.finite("alpha", alpha)
    return Cosine(first, last, steps, exponent)


def _begin(transition_begin: int) -> float:
    return _checks.length("transition_begin", transition_begin)
