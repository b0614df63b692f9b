"""Hyperbolic tangent decay: an S between two values."""

from dataclasses import dataclass

from lehr import _checks
from lehr._numerics import python
from lehr._numerics.accurate import quotient, two_product, two_sum
from lehr._typing import Any
from lehr.schedules.ramp import Ramp

Twice = tuple[Any, Any]  # a number, and what it was rounded by


@dataclass(frozen=True, repr=False, eq=False)
class Tanh(Ramp):
    """Go from `start` to `end` along a hyperbolic tangent, then hold `end`.

    With z = low + (high - low) t / steps, the weight of `start` is
    w = (tanh(high) - tanh(z)) / (tanh(high) - tanh(low)): the part of the tangent from
    `low` to `high`, stretched so that both ends are met.

    Args:
        start: value at update 0, in the units of the hyper-parameter.
        end: value from update `steps` on, in the same units.
        steps: length in updates, >= 0.
        low: argument of the tangent at update 0, in [-300, 300].
        high: argument of the tangent at `steps`, in the same range, > low.

    Raises:
        ValueError: `start` or `end` is not finite, `steps` is negative or not finite,
            or `low` and `high` are out of range or not in order.

    Source: Hsueh et al., Stochastic Gradient Descent with Hyperbolic-Tangent Decay on
        Classification, 2018, arXiv:1806.01593, eq. 3 (which does not meet its ends).

    >>> lr = Tanh(1.0, 0.0, 100)
    >>> [round(lr(t), 4) for t in (0, 25, 50, 100, 10**9)]
    [1.0, 0.9548, 0.5, 0.0, 0.0]
    """

    low: float = -3.0
    high: float = 3.0

    shape = "tanh"

    def __post_init__(self) -> None:
        super().__post_init__()
        low, high = _checks.finite("low", self.low), _checks.finite("high", self.high)
        if not -300 <= low < high <= 300:
            raise ValueError(
                "low and high must satisfy -300 <= low < high <= 300, got "
                f"low={low!r}, high={high!r}"
            )
        self._set(low=low, high=high)

    def weights(self, t: Any, rest: Any, xp: Any) -> tuple[Any, Any]:
        width = two_sum(self.high, -self.low)
        return tanh_weights(t, rest, self.steps, (self.low, 0.0), width, xp)


def tanh_weights(
    t: Any, rest: Any, steps: float, low: Twice, width: Twice, xp: Any
) -> tuple[Any, Any]:
    """Return (tanh(high) - tanh(z)) / (tanh(high) - tanh(low)), and one minus it.

    `low` and `width` = high - low are each a number and what it was rounded by.
    Differences of tangents are products, tanh a - tanh b = sinh(a - b) / (cosh a
    cosh b), so that nothing cancels.
    """
    up, down = _part(width, t, steps, xp), _part(width, rest, steps, xp)
    at_z = _cosh(_sum(low, up), xp)
    at_low, at_high = _cosh(low, python), _cosh(_sum(low, width), python)
    whole = _sinh(width, python)
    w, v = _sinh(down, xp) / at_z, _sinh(up, xp) / at_z
    return w * (at_low / whole), v * (at_high / whole)


def _sum(a: Twice, b: Twice) -> Twice:
    total, lost = two_sum(a[0], b[0])
    return total, lost + (a[1] + b[1])


def _part(width: Twice, t: Any, steps: float, xp: Any) -> Twice:
    """Return width t / steps."""
    x, e = quotient(t, steps, xp)
    p, q = two_product(width[0], x, xp)
    return p, q + (width[0] * e + width[1] * x)


def _cosh(x: Twice, xp: Any) -> Any:
    return xp.cosh(x[0]) + xp.sinh(x[0]) * x[1]


def _sinh(x: Twice, xp: Any) -> Any:
    return xp.sinh(x[0]) + xp.cosh(x[0]) * x[1]
