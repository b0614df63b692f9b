"""Error-free transformations and the functions that need them.

Source: Dekker, A floating-point technique for extending the available precision, 1971,
    doi:10.1007/BF01397083 (two_product, by Veltkamp's splitting); Knuth, The Art of
    Computer Programming, volume 2, 1969, section 4.2.2 (two_sum).
"""

from lehr._numerics import python
from lehr._typing import Any

TINY = 1e-30  # a positive float32, for logarithms of what may be 0
HALF_PI = 1.5707963267948966
PI_LOW = 1.2246467991473532e-16  # pi - 2 HALF_PI


def two_sum(a: Any, b: Any) -> tuple[Any, Any]:
    """Return s and e with s = fl(a + b) and s + e = a + b exactly."""
    s = a + b
    part = s - a
    return s, (a - (s - part)) + (b - part)


def two_product(a: Any, b: Any, xp: Any) -> tuple[Any, Any]:
    """Return p and e with p = fl(a b) and p + e = a b exactly."""
    p = a * b
    s = xp.splitter() * a
    a_high = s - (s - a)
    a_low = a - a_high
    s = xp.splitter() * b
    b_high = s - (s - b)
    b_low = b - b_high
    e = a_low * b_low - (((p - a_high * b_high) - a_low * b_high) - a_high * b_low)
    return p, e


def quotient(a: Any, b: float, xp: Any) -> tuple[Any, Any]:
    """Return q and e with q = fl(a / b) and q + e = a / b to twice the precision."""
    q = a / b
    p, e = two_product(q, b, xp)
    return q, ((a - p) - e) / b


def exp_product(rate: float, t: Any, xp: Any) -> Any:
    """Return exp(rate t), right also where rounding `rate t` would show."""
    p, e = two_product(rate, t, xp)
    value = xp.exp(p)
    return value + value * e


def power_fraction(base: float, t: Any, steps: float, log_base: float, xp: Any) -> Any:
    """Return base ** (t / steps), right also where rounding `t / steps` would show."""
    x, e = quotient(t, steps, xp)
    value = xp.power(base, x)
    return value + value * (log_base * e)


def quarter_wave(start: float, end: float, steps: float) -> tuple[float, float]:
    """Return a and c such that start + c sin^2(a t) is the first half of a cosine.

    a is pi/2 / steps, and c is end - start, times what makes good the rounding of a
    where the angle is small: there it would show twice.
    """
    q, e = quotient(HALF_PI, steps, python)
    angle, lost = two_sum(q, e + 0.5 * PI_LOW / steps)
    change, rest = two_sum(end, -start)
    return angle, change + (rest + change * (2.0 * lost / angle))


def quarter_sine(t: Any, steps: float, xp: Any) -> Any:
    """Return sin(pi/2 t / steps), right to about one ulp for t in [0, steps]."""
    x, e = quotient(t, steps, xp)
    angle, rest = two_product(HALF_PI, x, xp)
    rest = rest + (HALF_PI * e + 0.5 * PI_LOW * x)
    return xp.sin(angle) + xp.cos(angle) * rest


def fraction_power(t: Any, rest: Any, steps: float, k: float, xp: Any) -> Any:
    """Return x^k and 1 - x^k, with x = t / steps and 1 - x = rest / steps.

    Each is accurate by itself, also where the other is nearly 1.
    """
    x, e = quotient(t, steps, xp)
    power = xp.power(x, k)
    power = power + power * (k * e / xp.maximum(x, TINY))
    near_one = xp.log1p(-xp.minimum(rest / steps, 0.5))
    log_x = xp.where(t < rest, xp.log(xp.maximum(x, TINY)), near_one)
    return power, xp.where(x > 0, -xp.expm1(k * log_x), 1.0)
