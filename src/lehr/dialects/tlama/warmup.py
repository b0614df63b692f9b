"""What tlama-core's schedules share: their warmup, and a lowest rate below the peak."""

from typing import Any

from lehr import _checks
from lehr.schedules import Constant, Linear


def warmup(peak: float, steps: int) -> tuple[Linear | Constant, ...]:
    """Return the pieces of a warmup: step t uses peak (t + 1) / steps.

    >>> [piece.steps for piece in warmup(1.0, 10)], warmup(1.0, 0)
    ([9, 1], ())
    """
    if not steps:
        return ()
    return Linear(peak / steps, peak, steps - 1), Constant(peak, 1)


def described(peak: float, steps: int) -> str:
    """Return the warmup in words.

    >>> described(1e-4, 2_000), described(1e-4, 0)
    ('warmup to 0.0001 over steps 0 to 1,999', '0.0001 from step 0')
    """
    if not steps:
        return f"{peak:g} from step 0"
    return f"warmup to {peak:g} over steps 0 to {steps - 1:,}"


def lowest(peak: float, min_lr: Any) -> float:
    """Return `min_lr` as a float from 0 to `peak`."""
    floor = _checks.finite("min_lr", min_lr)
    if not 0 <= floor <= peak:
        raise ValueError(f"min_lr must be from 0 to max_lr ({peak!r}), got {min_lr!r}")
    return floor
