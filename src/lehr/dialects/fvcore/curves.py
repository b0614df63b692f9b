"""fvcore's smooth schedulers: constant, cosine, exponential, linear, polynomial."""

from lehr import _checks
from lehr.dialects.arithmetic import last_finite
from lehr.dialects.fvcore.clock import onwards, power_onwards
from lehr.dialects.torch.cosines import waves
from lehr.schedules import Constant, ExponentialDecay, Schedule


def constant(*, value: float, num_updates: float = 1) -> Schedule:
    """Return the curve of ConstantParamScheduler.

    Args:
        value: of every update.
        num_updates: length of the run; changes nothing.

    Raises:
        ValueError: an argument is outside its range.

    Source: fvcore 0.1.5, ConstantParamScheduler.

    >>> constant(value=3e-4)(10**9)
    0.0003
    """
    _checks.duration("num_updates", num_updates)
    return Constant(_checks.finite("value", value))


def cosine(*, start_value: float, end_value: float, num_updates: float) -> Schedule:
    """Return the curve of CosineParamScheduler: half a wave, and back, for ever.

    Args:
        start_value: the first value.
        end_value: the one at the end of the run.
        num_updates: length of the run, > 0.

    Raises:
        ValueError: an argument is outside its range.

    Source: fvcore 0.1.5, CosineParamScheduler.

    >>> lr = cosine(start_value=1.0, end_value=0.0, num_updates=10)
    >>> [round(lr(t), 6) for t in (0, 5, 10, 15, 20)]
    [1.0, 0.5, 0.0, 0.5, 1.0]
    """
    first = _checks.finite("start_value", start_value)
    last = _checks.finite("end_value", end_value)
    steps = _checks.duration("num_updates", num_updates)
    return waves(first, last, steps)


def exponential(*, start_value: float, decay: float, num_updates: float) -> Schedule:
    """Return the curve of ExponentialParamScheduler: times `decay` over the run.

    It goes on after the run; growth is held before a float would overflow.

    Args:
        start_value: the first value.
        decay: the value at the end of the run as a part of the first, > 0.
        num_updates: length of the run, > 0.

    Raises:
        ValueError: an argument is outside its range.

    Source: fvcore 0.1.5, ExponentialParamScheduler.

    >>> lr = exponential(start_value=2.0, decay=0.25, num_updates=10)
    >>> [lr(t) for t in (0, 5, 10, 20)]
    [2.0, 1.0, 0.5, 0.125]
    """
    first = _checks.finite("start_value", start_value)
    factor = _checks.positive("decay", decay)
    steps = _checks.duration("num_updates", num_updates)
    return ExponentialDecay(first, factor, steps, last_finite(first, factor, steps))


def linear(*, start_value: float, end_value: float, num_updates: float) -> Schedule:
    """Return the curve of LinearParamScheduler: a line, which has no end.

    After the run it goes on, below 0 if it falls to 0: to hold the end, cut it,
    `linear(...)[:num_updates]`.

    Args:
        start_value: the first value.
        end_value: the one at the end of the run.
        num_updates: length of the run, > 0.

    Raises:
        ValueError: an argument is outside its range.

    Source: fvcore 0.1.5, LinearParamScheduler.

    >>> lr = linear(start_value=1.0, end_value=0.0, num_updates=10)
    >>> [lr(t) for t in (0, 5, 10, 15)]
    [1.0, 0.5, 0.0, -0.5]
    """
    first = _checks.finite("start_value", start_value)
    last = _checks.finite("end_value", end_value)
    return onwards(first, last, _checks.duration("num_updates", num_updates))


def polynomial_decay(
    *, base_value: float, power: float, num_updates: float
) -> Schedule:
    """Return the curve of PolynomialDecayParamScheduler: a power of what remains.

    After the run a whole power goes on: an even one climbs, an odd one falls below 0,
    until 1e30. A broken power has no real value there, and 0 is held.

    Args:
        base_value: the first value.
        power: of the remaining part, > 0.
        num_updates: length of the run, > 0.

    Raises:
        ValueError: an argument is outside its range.

    Source: fvcore 0.1.5, PolynomialDecayParamScheduler.

    >>> lr = polynomial_decay(base_value=1.0, power=2, num_updates=10)
    >>> [lr(t) for t in (0, 5, 10, 15)]
    [1.0, 0.25, 0.0, 0.25]
    """
    base = _checks.finite("base_value", base_value)
    steps = _checks.duration("num_updates", num_updates)
    return power_onwards(base, _checks.positive("power", power), steps)
