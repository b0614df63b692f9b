"""Exact whole numbers: no float on the way, so a petatoken is not off by one."""

from fractions import Fraction
from typing import Any

from lehr._checks import number


def whole(name: str, value: Any, minimum: int = 0) -> int:
    """Return `value` as an int that is at least `minimum`; refuse every float.

    A float above 2**53 is already the wrong count.
    """
    value = number(name, value)
    if not isinstance(value, int):
        hint = f"; write {int(value)}" if value == value // 1 else ""
        raise TypeError(f"{name} must be a whole number (int), got {value!r}{hint}")
    if value < minimum:
        raise ValueError(f"{name} must be >= {minimum}, got {value!r}")
    return value


def decimal(value: Fraction | float) -> Fraction:
    """Return the number that a person wrote: 0.1 is one tenth, exactly.

    >>> decimal(0.1)
    Fraction(1, 10)
    """
    return Fraction(repr(value)) if isinstance(value, float) else Fraction(value)


def plain(value: Fraction) -> float | int:
    """Return an int where the fraction is whole, else the nearest float."""
    return value.numerator if value.denominator == 1 else float(value)


def ceil_div(a: int, b: int) -> int:
    """Return a / b rounded up."""
    return -(-a // b)
