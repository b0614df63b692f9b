"""PolynomialLRDecay: a power of what remains."""

from lehr import _checks
from lehr.schedules import Chain, Constant, Polynomial, Schedule


def polynomial(
    base: float,
    *,
    max_decay_steps: int,
    end_learning_rate: float = 1e-4,
    power: float = 1.0,
    exact: bool = False,
) -> Schedule:
    """Return the curve of `PolynomialLRDecay`: (base - end) (1 - t / T)^power + end.

    From T on, `end` is held. The original never uses `base`: it begins with the value
    at 1, and uses that again at 1.

    Args:
        base: the group's starting value.
        max_decay_steps: T, >= 1; with `exact` > 1, as in the original.
        end_learning_rate: `end`.
        power: > 0.
        exact: whether to begin as the original does.

    Raises:
        ValueError: an argument is out of range.

    Source: mjun0812/PyTorch-Project-Template, scheduler.py, 2025.

    >>> lr = polynomial(0.1, max_decay_steps=10, end_learning_rate=0.01)
    >>> [round(lr(t), 6) for t in (0, 1, 2, 10, 10**9)]
    [0.1, 0.091, 0.082, 0.01, 0.01]
    >>> lr = polynomial(0.1, max_decay_steps=10, end_learning_rate=0.01, exact=True)
    >>> [round(lr(t), 6) for t in (0, 1, 2, 10, 10**9)]
    [0.091, 0.091, 0.082, 0.01, 0.01]
    """
    steps = _checks.count("max_decay_steps", max_decay_steps, 1)
    end = _checks.finite("end_learning_rate", end_learning_rate)
    curve = Polynomial(base, end, steps, _checks.positive("power", power))
    if not exact:
        return curve
    if steps == 1:
        raise ValueError(
            "max_decay_steps must be > 1 with exact=True, as in the original, "
            f"got {max_decay_steps!r}"
        )
    return Chain((Constant(curve(1), 1), curve[1:]))
