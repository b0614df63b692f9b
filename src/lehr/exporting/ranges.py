"""What is known of a formula: that it is a straight line, and its range."""

import math
from typing import Any

from lehr.exporting.nodes import Clock, Node


def affine(x: Any) -> tuple[float, float] | None:
    """Return a and b where a formula is a t + b, else None."""
    if isinstance(x, Clock):
        return x.sign, x.offset
    if not isinstance(x, Node):
        return (0.0, x) if isinstance(x, int | float) else None
    if x.operation not in ("+", "-", "*", "/"):
        return None
    left, right = affine(x.operands[0]), affine(x.operands[1])
    if left is None or right is None:
        return None
    (a, b), (c, d) = left, right
    if x.operation == "+":
        return a + c, b + d
    if x.operation == "-":
        return a - c, b - d
    if x.operation == "*" and (a == 0 or c == 0):
        return a * d + b * c, b * d
    if x.operation == "/" and c == 0 and d != 0:
        return a / d, b / d
    return None


def bounds_of(x: Any) -> tuple[float, float]:
    """Return between which values a formula is known to lie."""
    if not isinstance(x, Node):
        return x, x
    if isinstance(x, Clock):
        return x.low, x.high
    if x.operation == "search":
        return 0, len(x.operands[0])
    if x.operation == "fmod" and not isinstance(x.operands[1], Node):
        return 0.0, x.operands[1]
    if x.operation in ("+", "-", "minimum", "maximum"):
        (a, b), (c, d) = map(bounds_of, x.operands)
        if x.operation == "+":
            return a + c, b + d
        if x.operation == "-":
            return a - d, b - c
        pick = min if x.operation == "minimum" else max
        return pick(a, c), pick(b, d)
    return -math.inf, math.inf
