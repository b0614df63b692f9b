"""DeepSpeed's OneCycle: up, down, and a decay without end; momentum the other way."""

import math

from lehr import _checks
from lehr.dialects.deepspeed.range_test import endless_line
from lehr.schedules import (
    Chain,
    Constant,
    InverseTime,
    Linear,
    PiecewiseConstant,
    Schedule,
)


def one_cycle(
    base: float,
    *,
    cycle_min_lr: float,
    cycle_max_lr: float,
    decay_lr_rate: float = 0.0,
    cycle_first_step_size: float = 2000,
    cycle_second_step_size: float | None = None,
    cycle_first_stair_count: int = 0,
    cycle_second_stair_count: int | None = None,
    decay_step_size: float = 0,
    cycle_momentum: bool = True,
    cycle_min_mom: float = 0.8,
    cycle_max_mom: float = 0.9,
    decay_mom_rate: float = 0.0,
    exact: bool = False,
) -> Schedule:
    """Return the curve of `OneCycle`: to `cycle_max_lr` and back, then 1 / t.

    After the cycle, n updates later, the value is
    cycle_min_lr / (1 + decay_lr_rate n / decay_step_size). The momentum is
    `one_cycle_momentum`.

    Args:
        base: the group's own value, which DeepSpeed overwrites.
        cycle_min_lr: the value at both ends of the cycle, in the rate's units.
        cycle_max_lr: the value in between.
        decay_lr_rate: >= 0; 0 holds `cycle_min_lr`.
        cycle_first_step_size: updates of the rise, > 0.
        cycle_second_step_size: updates of the fall; those of the rise by default.
        cycle_first_stair_count: stairs of the rise; 0 for a line.
        cycle_second_stair_count: stairs of the fall; those of the rise by default.
        decay_step_size: updates in which the decay adds its rate; 0 for no decay.
        cycle_momentum: see `one_cycle_momentum`.
        cycle_min_mom: see `one_cycle_momentum`.
        cycle_max_mom: see `one_cycle_momentum`.
        decay_mom_rate: see `one_cycle_momentum`.
        exact: see `one_cycle_momentum`; the rate is the same.

    Raises:
        ValueError: an argument is outside its range.

    Source: DeepSpeed edaa7221, deepspeed.runtime.lr_schedules; Smith, A disciplined
        approach to neural network hyper-parameters, 2018, arXiv:1803.09820.

    >>> lr = one_cycle(
    ...     0.1, cycle_min_lr=0.0, cycle_max_lr=1.0, cycle_first_step_size=10
    ... )
    >>> lr(0), lr(5), lr(10), lr(15), lr(20), lr(10**9)
    (0.0, 0.5, 1.0, 0.5, 0.0, 0.0)
    """
    low = _checks.finite("cycle_min_lr", cycle_min_lr)
    high = _checks.finite("cycle_max_lr", cycle_max_lr)
    rate = _checks.finite("decay_lr_rate", decay_lr_rate)
    if rate < 0:
        raise ValueError(f"decay_lr_rate must be >= 0, got {decay_lr_rate!r}")
    cycle = _cycle(
        (low, high),
        (cycle_first_step_size, cycle_second_step_size),
        (cycle_first_stair_count, cycle_second_stair_count),
    )
    every = _checks.length("decay_step_size", decay_step_size)
    if not every or not rate:
        return Chain((*cycle, Constant(low)))
    return Chain((*cycle, InverseTime(low, rate, every)))


def one_cycle_momentum(
    base: float,
    *,
    cycle_min_lr: float,
    cycle_max_lr: float,
    decay_lr_rate: float = 0.0,
    cycle_first_step_size: float = 2000,
    cycle_second_step_size: float | None = None,
    cycle_first_stair_count: int = 0,
    cycle_second_stair_count: int | None = None,
    decay_step_size: float = 0,
    cycle_momentum: bool = True,
    cycle_min_mom: float = 0.8,
    cycle_max_mom: float = 0.9,
    decay_mom_rate: float = 0.0,
    exact: bool = False,
) -> Schedule | None:
    """Return what `OneCycle` does to the momentum: down where the rate rises, and up.

    After the cycle, n updates later, the original's value is
    cycle_max_mom (1 + decay_mom_rate n / decay_step_size).

    Beside the parameters of `one_cycle`:

    - base: the group's own momentum, which DeepSpeed overwrites.
    - cycle_momentum: whether it is driven at all; if not, None is returned.
    - cycle_min_mom: the value at the peak of the rate.
    - cycle_max_mom: the value at both ends of the cycle.
    - decay_mom_rate: what is added, as a multiple of `cycle_max_mom`.
    - exact: whether update 0 uses `cycle_min_mom`, as in the original.

    Raises:
        ValueError: an argument is outside its range.

    Source: DeepSpeed edaa7221, deepspeed.runtime.lr_schedules.

    >>> momentum = one_cycle_momentum(
    ...     0.5, cycle_min_lr=0.0, cycle_max_lr=1.0, cycle_first_step_size=10
    ... )
    >>> [round(momentum(t), 6) for t in (0, 5, 10, 20, 10**9)]
    [0.9, 0.85, 0.8, 0.9, 0.9]
    """
    if not cycle_momentum:
        return None
    low = _checks.finite("cycle_min_mom", cycle_min_mom)
    high = _checks.finite("cycle_max_mom", cycle_max_mom)
    rate = _checks.finite("decay_mom_rate", decay_mom_rate)
    cycle = _cycle(
        (high, low),
        (cycle_first_step_size, cycle_second_step_size),
        (cycle_first_stair_count, cycle_second_stair_count),
    )
    every = _checks.length("decay_step_size", decay_step_size)
    after = endless_line(high, high * rate, every) if every and rate else Constant(high)
    whole = Chain((*cycle, after))
    return Chain((Constant(low, 1), whole[1:])) if exact else whole


def _cycle(
    ends: tuple[float, float],
    sizes: tuple[float, float | None],
    stairs: tuple[int, int | None],
) -> tuple[Schedule, Schedule]:
    """Return the two halves of the cycle, from the first of `ends` and back."""
    start, turn = ends
    first = _checks.duration("cycle_first_step_size", sizes[0])
    second = first
    if sizes[1] is not None:
        second = _checks.length("cycle_second_step_size", sizes[1])
    up = down = _checks.count("cycle_first_stair_count", stairs[0])
    if stairs[1] is not None:
        down = _checks.count("cycle_second_stair_count", stairs[1])
    rise: Schedule = Linear(start, turn, first)
    fall: Schedule = Linear(turn, start, second)
    if up:
        rise = _climb(start, turn, first, up)
    if down and second:
        fall = _descend(turn, start, (first, second), down)
    return rise, fall


def _climb(start: float, end: float, steps: float, count: int) -> Schedule:
    """Return stairs to `end`: number k is reached at the update k steps / count."""
    numbers = {float(math.ceil(k * steps / count)): k for k in range(1, count)}
    return _stairs(start, end, count, numbers, steps)


def _descend(
    start: float, end: float, steps: tuple[float, float], count: int
) -> Schedule:
    """Return stairs that each begin at the first update past k steps / count."""
    first, length = steps
    # Whole updates of the run: the fall may begin between two of them.
    numbers = {
        math.floor(first + k * length / count) + 1 - first: k + 1 for k in range(count)
    }
    return _stairs(start, end, count, numbers, length)


def _stairs(
    start: float, end: float, count: int, numbers: dict[float, int], steps: float
) -> Schedule:
    """Return the stair of each update in `numbers`, and the last one up to `steps`."""
    marks = [t for t in numbers if t < steps]
    values = [start + (end - start) * (numbers[t] / count) for t in marks]
    stairs = PiecewiseConstant((start, *values), tuple(marks))
    return Chain((stairs, Constant((start, *values)[-1], steps - stairs.steps)))
