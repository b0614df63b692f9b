"""DeepSpeed's learning rate range test: a rise without end."""

from lehr import _checks
from lehr.schedules import Linear, Repeat, Schedule

FAR = 2.0**30
"""How much farther than its unit a line goes on: a power of 2, which rounds nothing."""


def range_test(
    base: float,
    *,
    lr_range_test_min_lr: float = 1e-3,
    lr_range_test_step_size: int = 2000,
    lr_range_test_step_rate: float = 1.0,
    lr_range_test_staircase: bool = False,
) -> Schedule:
    """Return the curve of `LRRangeTest`: min_lr (1 + rate t / size), for ever.

    Args:
        base: the group's own value, which DeepSpeed overwrites.
        lr_range_test_min_lr: the first value, in the rate's units.
        lr_range_test_step_size: updates in which `lr_range_test_step_rate` times the
            first value is added, >= 1.
        lr_range_test_step_rate: what is added, as a multiple of the first value.
        lr_range_test_staircase: whether it is added at once, after each `step_size`.

    Raises:
        ValueError: an argument is outside its range.

    Source: DeepSpeed edaa7221, deepspeed.runtime.lr_schedules; Smith, A disciplined
        approach to neural network hyper-parameters, 2018, arXiv:1803.09820.

    >>> lr = range_test(0.1, lr_range_test_min_lr=0.25, lr_range_test_step_size=100)
    >>> lr(0), lr(50), lr(100), lr(1000)
    (0.25, 0.375, 0.5, 2.75)
    """
    low = _checks.finite("lr_range_test_min_lr", lr_range_test_min_lr)
    size = _checks.count("lr_range_test_step_size", lr_range_test_step_size, 1)
    rate = _checks.finite("lr_range_test_step_rate", lr_range_test_step_rate)
    line = endless_line(low, low * rate, size)
    if not lr_range_test_staircase:
        return line
    return line - Repeat(Linear(0.0, low * rate, size))


def endless_line(start: float, change: float, steps: float) -> Linear:
    """Return the line from `start` that changes by `change` every `steps`, for ever.

    >>> endless_line(1.0, 0.5, 10)(10_000)
    501.0
    """
    return Linear(start, start + change * FAR, steps * FAR)
