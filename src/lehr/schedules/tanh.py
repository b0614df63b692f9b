"""Hyperbolic tangent decay: an S between two values."""

from dataclasses import dataclass

from lehr import _checks
from lehr._numerics.accurate import quotient, two_product
from lehr._typing import Any
from lehr.schedules.ramp import Ramp


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
        return tanh_weights(t, rest, self.steps, (self.low, self.high), xp)


def tanh_weights(
    t: Any, rest: Any, steps: float, span: tuple[float, float], xp: Any
) -> tuple[Any, Any]:
    """Return (tanh(high) - tanh(z)) / (tanh(high) - tanh(low)), and one minus it.

    Differences of tangents are products, tanh a - tanh b = sinh(a - b) / (cosh a
    cosh b), so that nothing cancels.
    """
    low, high = span
    width = high - low
    up, up_rest = _product(width, t, steps, xp)
    down, down_rest = _product(width, rest, steps, xp)
    z = low + up
    # Knuth's two_sum: what the addition lost.
    back = z - low
    z_rest = (low - (z - back)) + (up - back) + up_rest
    cosh_z = xp.cosh(z) + xp.sinh(z) * z_rest
    whole = xp.sinh(width + 0.0 * t)
    w = (xp.sinh(down) + xp.cosh(down) * down_rest) / whole
    v = (xp.sinh(up) + xp.cosh(up) * up_rest) / whole
    return (
        w * (xp.cosh(low + 0.0 * t) / cosh_z),
        v * (xp.cosh(high + 0.0 * t) / cosh_z),
    )


def _product(width: float, t: Any, steps: float, xp: Any) -> tuple[Any, Any]:
    """Return width t / steps to twice the precision."""
    x, e = quotient(t, steps, xp)
    p, q = two_product(width, x, xp)
    return p, q + width * e
