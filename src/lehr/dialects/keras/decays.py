"""Keras's decays: exponential, by pieces, polynomial, inverse time."""

from collections.abc import Sequence
from itertools import pairwise

from lehr import _checks
from lehr.dialects.arithmetic import last_finite, power_fall
from lehr.schedules import (
    Constant,
    ExponentialDecay,
    InverseTime,
    PiecewiseConstant,
    Sawtooth,
    Schedule,
    Staircase,
    Step,
)


def exponential_decay(
    *,
    initial_learning_rate: float,
    decay_steps: int,
    decay_rate: float,
    staircase: bool = False,
    name: str = "ExponentialDecay",
) -> Schedule:
    """Return the curve of ExponentialDecay: times `decay_rate`, again and again.

    Growth is held before a float would overflow.

    Args:
        initial_learning_rate: the first value.
        decay_steps: updates per factor, > 0.
        decay_rate: the factor, > 0.
        staircase: whether to change only at every `decay_steps`-th update.
        name: changes nothing.

    Raises:
        ValueError: an argument is outside its range.

    Source: Keras 3.15, keras.optimizers.schedules.ExponentialDecay.

    >>> lr = exponential_decay(
    ...     initial_learning_rate=1.0, decay_steps=10, decay_rate=0.25
    ... )
    >>> [lr(t) for t in (0, 5, 10)]
    [1.0, 0.5, 0.25]
    """
    first, every = _start(initial_learning_rate, decay_steps)
    rate = _checks.positive("decay_rate", decay_rate)
    kind = Step if staircase else ExponentialDecay
    return kind(first, rate, every, last_finite(first, rate, every))


def piecewise_constant_decay(
    *,
    boundaries: Sequence[int],
    values: Sequence[float],
    name: str = "PiecewiseConstant",
) -> Schedule:
    """Return the curve of PiecewiseConstantDecay: a boundary keeps the value before it.

    Update `boundaries[i]` is the last one with `values[i]`.

    Args:
        boundaries: updates, >= 0 and increasing.
        values: one more than `boundaries`.
        name: changes nothing.

    Raises:
        ValueError: the lengths do not fit, or an argument is outside its range.

    Source: Keras 3.15, keras.optimizers.schedules.PiecewiseConstantDecay.

    >>> lr = piecewise_constant_decay(boundaries=[3, 6], values=[1.0, 0.5, 0.1])
    >>> [lr(t) for t in (0, 3, 4, 6, 7, 10**9)]
    [1.0, 1.0, 0.5, 0.5, 0.1, 0.1]
    """
    marks = [_checks.count(f"boundaries[{i}]", b) for i, b in enumerate(boundaries)]
    if len(values) != len(marks) + 1:
        raise ValueError(
            "values must hold one more than boundaries, got "
            f"{len(values)} values and {len(marks)} boundaries"
        )
    for a, b in pairwise(marks):
        if a >= b:
            raise ValueError(f"boundaries must increase, got {a!r} before {b!r}")
    if not marks:
        return Constant(values[0])
    return PiecewiseConstant(tuple(values), tuple(mark + 1 for mark in marks))


def polynomial_decay(
    *,
    initial_learning_rate: float,
    decay_steps: int,
    end_learning_rate: float = 0.0001,
    power: float = 1.0,
    cycle: bool = False,
    name: str = "PolynomialDecay",
) -> Schedule:
    """Return the curve of PolynomialDecay: a power of what remains, then held.

    With `cycle` it goes on in teeth. Tooth m is the last `decay_steps` updates of a
    decay m times as long: at each multiple of `decay_steps` the value is the end, and
    an update later it has jumped up, to ever lower heights.

    Args:
        initial_learning_rate: the first value.
        decay_steps: updates to the last value, > 0; with `cycle` a whole number.
        end_learning_rate: the last value.
        power: of the remaining part, > 0.
        cycle: whether to go on after `decay_steps`.
        name: changes nothing.

    Raises:
        ValueError: an argument is outside its range.

    Source: Keras 3.15, keras.optimizers.schedules.PolynomialDecay.

    >>> lr = polynomial_decay(initial_learning_rate=1.0, decay_steps=10)
    >>> [round(lr(t), 6) for t in (0, 5, 10, 10**9)]
    [1.0, 0.50005, 0.0001, 0.0001]
    >>> lr = polynomial_decay(
    ...     initial_learning_rate=1.0, decay_steps=10, end_learning_rate=0.0, cycle=True
    ... )
    >>> [round(lr(t), 6) for t in (0, 5, 10, 15, 20, 25)]
    [1.0, 0.5, 0.0, 0.25, 0.0, 0.166667]
    """
    first, steps = _start(initial_learning_rate, decay_steps)
    last = _checks.finite("end_learning_rate", end_learning_rate)
    power = _checks.positive("power", power)
    if not cycle:
        return power_fall(first, last, steps, power)
    return Sawtooth(first, last, _checks.count("decay_steps", decay_steps, 1), power)


def inverse_time_decay(
    *,
    initial_learning_rate: float,
    decay_steps: int,
    decay_rate: float,
    staircase: bool = False,
    name: str = "InverseTimeDecay",
) -> Schedule:
    """Return the curve of InverseTimeDecay: first / (1 + decay_rate t / decay_steps).

    Args:
        initial_learning_rate: the first value.
        decay_steps: updates, > 0.
        decay_rate: what each `decay_steps` updates add to the divisor, >= 0.
        staircase: whether to change only at every `decay_steps`-th update.
        name: changes nothing.

    Raises:
        ValueError: an argument is outside its range.

    Source: Keras 3.15, keras.optimizers.schedules.InverseTimeDecay.

    >>> lr = inverse_time_decay(
    ...     initial_learning_rate=1.0, decay_steps=10, decay_rate=1.0
    ... )
    >>> [lr(t) for t in (0, 10, 30)]
    [1.0, 0.5, 0.25]
    """
    first, every = _start(initial_learning_rate, decay_steps)
    if (rate := _checks.finite("decay_rate", decay_rate)) < 0:
        raise ValueError(f"decay_rate must be >= 0, got {decay_rate!r}")
    curve = InverseTime(first, rate, every)
    return Staircase(curve, every) if staircase else curve


def _start(initial_learning_rate: float, decay_steps: float) -> tuple[float, float]:
    first = _checks.finite("initial_learning_rate", initial_learning_rate)
    return first, _checks.duration("decay_steps", decay_steps)
