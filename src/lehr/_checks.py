"""Argument checks that name the argument, the rule and the value they were given."""

import math
import operator

from lehr._typing import Any


def number(name: str, value: Any) -> float:
    """Return `value` as a `float` or `int`; refuse what is not a real number."""
    if type(value) is float or type(value) is int:
        return value
    if not isinstance(value, (bool, str, bytes)) and not getattr(value, "shape", ()):
        if hasattr(value, "__index__"):
            try:
                return operator.index(value)
            except TypeError:  # an array of one float has it too, and refuses
                return float(value)
        if hasattr(value, "__float__"):
            return float(value)
    raise TypeError(f"{name} must be a number, got {value!r}")


def finite(name: str, value: Any) -> float:
    """Return `value` as a finite `float`."""
    value = number(name, value)
    try:
        result = float(value)
    except OverflowError:
        result = math.inf
    if not math.isfinite(result):
        raise ValueError(f"{name} must be finite, got {value!r}")
    return result


def positive(name: str, value: Any) -> float:
    """Return `value` as a `float` that is > 0 and finite."""
    result = number(name, value)
    if not 0 < result < math.inf:
        raise ValueError(f"{name} must be > 0 and finite, got {value!r}")
    return float(result)


def fraction(name: str, value: Any) -> float:
    """Return `value` as a `float` in [0, 1]."""
    result = number(name, value)
    if not 0 <= result <= 1:
        raise ValueError(f"{name} must be in [0, 1], got {value!r}")
    return float(result)


def length(name: str, value: Any, *, endless: bool = False) -> float:
    """Return a length on the clock: >= 0, an `int` where it is a whole number."""
    result = number(name, value)
    if endless and result == math.inf:
        return math.inf
    if not 0 <= result < math.inf:
        rule = ">= 0" if endless else ">= 0 and finite"
        raise ValueError(f"{name} must be {rule}, got {value!r}")
    return int(result) if result == int(result) else result


def duration(name: str, value: Any) -> float:
    """Return a length on the clock that is > 0 and finite."""
    result = length(name, value)
    if not result:
        raise ValueError(f"{name} must be > 0 and finite, got {value!r}")
    return result


def count(name: str, value: Any, minimum: int = 0) -> int:
    """Return `value` as an `int` that is at least `minimum`."""
    result = number(name, value)
    if result != result or math.isinf(result) or result != int(result):
        raise ValueError(f"{name} must be a whole number, got {value!r}")
    if result < minimum:
        raise ValueError(f"{name} must be >= {minimum}, got {value!r}")
    return int(result)


def choice(name: str, value: Any, known: tuple[str, ...]) -> str:
    """Return `value` if it is one of `known`; else name them and the nearest one."""
    if value in known:
        return str(value)
    import difflib

    near = difflib.get_close_matches(str(value), known, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise ValueError(f"{name} must be one of {', '.join(known)}, got {value!r}{hint}")
