"""transformers' schedules without a cosine: constant, linear, polynomial, root."""

from lehr import _checks
from lehr.dialects.arithmetic import power_fall
from lehr.dialects.torch.arguments import check_start
from lehr.dialects.transformers.run import Run, initial, scaled, warmed
from lehr.schedules import Constant, InverseSqrt, Linear, Schedule


def constant(base: float, *, last_epoch: int = -1) -> Schedule:
    """Return the curve of "constant": the group's own value for ever.

    Args:
        base: the group's own value, in the hyper-parameter's units.
        last_epoch: -1.

    Raises:
        ValueError: `base` is not finite, or `last_epoch` is not -1.

    Source: transformers 5.23, get_constant_schedule.

    >>> constant(3e-4)(10**9)
    0.0003
    """
    check_start(last_epoch)
    return Constant(_checks.finite("base", base))


def constant_with_warmup(
    base: float, *, num_warmup_steps: float, last_epoch: int = -1
) -> Schedule:
    """Return the curve of "constant_with_warmup": a line from 0, and constant.

    Args:
        base: the group's own value, in the hyper-parameter's units.
        num_warmup_steps: updates before the base is reached, >= 0.
        last_epoch: -1.

    Raises:
        ValueError: an argument is outside its range.

    Source: transformers 5.23, get_constant_schedule_with_warmup.

    >>> lr = constant_with_warmup(1.0, num_warmup_steps=4)
    >>> [lr(t) for t in (0, 1, 4, 10**9)]
    [0.0, 0.25, 1.0, 1.0]
    """
    check_start(last_epoch)
    base = _checks.finite("base", base)
    return warmed(base, num_warmup_steps, Constant(base))


def linear(
    base: float,
    *,
    num_warmup_steps: float,
    num_training_steps: float,
    last_epoch: int = -1,
) -> Schedule:
    """Return the curve of "linear": a line from 0, and a line to 0, which is held.

    A warmup that fills the run, or goes beyond it, falls to 0 at its end.

    Args:
        base: the group's own value, in the hyper-parameter's units.
        num_warmup_steps: updates before the base is reached, >= 0.
        num_training_steps: length of the run, warmup included, >= 0.
        last_epoch: -1.

    Raises:
        ValueError: an argument is outside its range.

    Source: transformers 5.23, get_linear_schedule_with_warmup.

    >>> lr = linear(1.0, num_warmup_steps=2, num_training_steps=10)
    >>> [lr(t) for t in (0, 1, 2, 3, 9, 10, 10**9)]
    [0.0, 0.5, 1.0, 0.875, 0.125, 0.0, 0.0]
    """
    run = Run(base, num_warmup_steps, num_training_steps, last_epoch)
    if not run.rest:
        return run.warmed(Constant(0.0))
    return run.warmed(Linear(run.base * (run.rest / run.span), 0.0, run.rest))


def polynomial(
    base: float,
    *,
    num_warmup_steps: float,
    num_training_steps: float,
    lr_end: float = 1e-7,
    power: float = 1.0,
    last_epoch: int = -1,
    lr_init: float | None = None,
) -> Schedule:
    """Return the curve of "polynomial": a line from 0, a power down to `lr_end`.

    Args:
        base: the group's own value, > 0, in the hyper-parameter's units.
        num_warmup_steps: updates before the base is reached, >= 0.
        num_training_steps: length of the run, warmup included, >= 0.
        lr_end: the last value of a group that starts at `lr_init`, below it.
        power: of the remaining part, > 0.
        last_epoch: -1.
        lr_init: the optimizer's own default, `optimizer.defaults["lr"]`; `base` by
            default.

    Raises:
        ValueError: an argument is outside its range.

    Source: transformers 5.23, get_polynomial_decay_schedule_with_warmup.

    >>> lr = polynomial(1.0, num_warmup_steps=2, num_training_steps=10, lr_end=0.1)
    >>> [round(lr(t), 4) for t in (0, 1, 2, 3, 9, 10, 10**9)]
    [0.0, 0.5, 1.0, 0.8875, 0.2125, 0.1, 0.1]
    """
    start = initial(base, lr_init)
    run = Run(start, num_warmup_steps, num_training_steps, last_epoch)
    end = _checks.finite("lr_end", lr_end)
    if end >= start:
        raise ValueError(f"lr_end must be below the first value {start!r}, got {end!r}")
    fall = power_fall(start, end, run.rest, power)
    curve = run.warmed(fall if run.rest else Constant(end))
    return scaled(curve, _checks.finite("base", base), start)


def inverse_sqrt(
    base: float,
    *,
    num_warmup_steps: float,
    timescale: float | None = None,
    last_epoch: int = -1,
) -> Schedule:
    """Return the curve of "inverse_sqrt": a line from 0, then one over a root.

    With s the updates after the warmup, the value is base sqrt(timescale / (timescale +
    s)). It never ends.

    Args:
        base: the group's own value, in the hyper-parameter's units.
        num_warmup_steps: updates before the base is reached, >= 0.
        timescale: in updates, > 0; `num_warmup_steps` by default, and 10,000 if that
            is 0.
        last_epoch: -1.

    Raises:
        ValueError: an argument is outside its range.

    Source: transformers 5.23, get_inverse_sqrt_schedule.

    >>> lr = inverse_sqrt(1.0, num_warmup_steps=4)
    >>> [round(lr(t), 6) for t in (0, 2, 4, 5, 16, 400)]
    [0.0, 0.5, 1.0, 0.894427, 0.5, 0.1]
    """
    check_start(last_epoch)
    base = _checks.finite("base", base)
    if timescale is None:
        timescale = _checks.length("num_warmup_steps", num_warmup_steps) or 10_000
    scale = _checks.duration("timescale", timescale)
    return warmed(base, num_warmup_steps, InverseSqrt(base, scale))
