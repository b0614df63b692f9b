"""Formulas as trees: what a schedule computes, in place of a number."""

import math
from dataclasses import dataclass
from typing import Any

from lehr._numerics.accurate import PI_LOW

_LOST = 0.5 * PI_LOW
"""What pi/2 loses as a float: it shows in the last digit only."""


@dataclass(frozen=True, eq=False)
class Node:
    """An operation on nodes and numbers. Arithmetic on nodes makes nodes.

    Rules that hold for real numbers are applied at once. What the schedules add to
    their formulas against rounding falls away by them.

    Args:
        operation: "+", "<", "sin", "where", ...
        operands: nodes, numbers, or tuples of numbers.
    """

    operation: str
    operands: tuple[Any, ...]

    @property
    def key(self) -> tuple[Any, ...]:
        """What is equal for equal formulas."""
        known = self.__dict__.get("_key")
        if known is None:
            known = (self.operation, *map(key_of, self.operands))
            self.__dict__["_key"] = known
        result: tuple[Any, ...] = known
        return result

    def __bool__(self) -> bool:
        raise TypeError("a formula has branched on its argument: it cannot be written")

    def __add__(self, other: Any) -> Any:
        return add(self, other)

    def __radd__(self, other: Any) -> Any:
        return add(other, self)

    def __sub__(self, other: Any) -> Any:
        return subtract(self, other)

    def __rsub__(self, other: Any) -> Any:
        return subtract(other, self)

    def __mul__(self, other: Any) -> Any:
        return multiply(self, other)

    def __rmul__(self, other: Any) -> Any:
        return multiply(other, self)

    def __truediv__(self, other: Any) -> Any:
        return self if other == 1 else Node("/", (self, other))

    def __rtruediv__(self, other: Any) -> Any:
        return 0.0 if other == 0 else Node("/", (other, self))

    def __pow__(self, other: Any) -> Any:
        return self if other == 1 else Node("**", (self, other))

    def __neg__(self) -> Any:
        return subtract(0.0, self)

    def __lt__(self, other: Any) -> Any:
        return compare("<", self, other)

    def __le__(self, other: Any) -> Any:
        return compare("<=", self, other)

    def __gt__(self, other: Any) -> Any:
        return compare(">", self, other)

    def __ge__(self, other: Any) -> Any:
        return compare(">=", self, other)


@dataclass(frozen=True, eq=False)
class Clock(Node):
    """`sign * t + offset`, and between which values it lies: the argument of all.

    Args:
        sign: 1, or -1 for what is left of a length.
        offset: in updates.
        low: the smallest value it has where it is used.
        high: the largest.
    """

    operation: str = "clock"
    operands: tuple[Any, ...] = ()
    sign: int = 1
    offset: float = 0
    low: float = -math.inf
    high: float = math.inf

    @property
    def key(self) -> tuple[Any, ...]:
        return ("clock", self.sign, self.offset)

    def moved(self, by: float) -> Any:
        """Return this plus a number, which is a number if `by` is infinite."""
        if math.isinf(by):
            return by
        return Clock(
            sign=self.sign,
            offset=self.offset + by,
            low=self.low + by,
            high=self.high + by,
        )

    def mirrored(self, at: float) -> Any:
        """Return a number minus this."""
        if math.isinf(at):
            return at
        return Clock(
            sign=-self.sign,
            offset=at - self.offset,
            low=at - self.high,
            high=at - self.low,
        )

    def within(self, low: float, high: float) -> "Clock":
        """Return this where it is known to lie between two values."""
        return Clock(
            sign=self.sign,
            offset=self.offset,
            low=max(low, self.low),
            high=min(high, self.high),
        )

    def turned(self, value: float) -> float:
        """Return the t at which this has a value."""
        return (value - self.offset) * self.sign


def key_of(x: Any) -> Any:
    """Return what is equal for equal operands."""
    return x.key if isinstance(x, Node) else x


def same(x: Any, y: Any) -> bool:
    """Whether two operands are one formula."""
    return isinstance(x, Node) and isinstance(y, Node) and x.key == y.key


def add(x: Any, y: Any) -> Any:
    """Return x + y."""
    for one, other in ((x, y), (y, x)):
        if not isinstance(one, Node):
            if one == 0:
                return other
            if isinstance(other, Clock):
                return other.moved(one)
    positive = _negated(y)
    return Node("+", (x, y)) if positive is None else subtract(x, positive)


def subtract(x: Any, y: Any) -> Any:
    """Return x - y."""
    if same(x, y):
        return 0.0
    if not isinstance(y, Node):
        if y == 0:
            return x
        return x.moved(-y) if isinstance(x, Clock) else Node("-", (x, y))
    if isinstance(y, Clock) and not isinstance(x, Node):
        return y.mirrored(x)
    if isinstance(y, Clock) and isinstance(x, Clock) and x.sign == y.sign:
        return x.offset - y.offset
    # x - (x - z) is z: Veltkamp's splitting, which asks for what rounding loses.
    if y.operation == "-" and same(x, y.operands[0]):
        return y.operands[1]
    positive = _negated(y)
    if positive is not None:
        return add(x, positive)
    if not isinstance(x, Node) and x == 0 and y.operation == "*":
        factor, rest = y.operands
        if not isinstance(factor, Node):
            return multiply(-factor, rest)
    # x - x / n * n: what a quotient loses by rounding.
    if y.operation == "*" and isinstance(y.operands[0], Node):
        quotient, divisor = y.operands
        if quotient.operation == "/" and quotient.operands[1] == divisor:
            return subtract(x, quotient.operands[0])
    return Node("-", (x, y))


def _negated(x: Any) -> Any:
    """Return -x if x is a product with a negative number, else None."""
    if isinstance(x, Node) and x.operation == "*":
        factor, rest = x.operands
        if not isinstance(factor, Node) and factor < 0:
            return multiply(-factor, rest)
    return None


def multiply(x: Any, y: Any) -> Any:
    """Return x y."""
    for one, other in ((x, y), (y, x)):
        if not isinstance(one, Node):
            if one == 0 or one == _LOST:
                return 0.0
            if one == 1:
                return other
    return Node("*", (x, y))


def compare(operation: str, x: Node, y: Any) -> Any:
    """Return x < y and the like; for a clock, as a condition on t or a known answer."""
    if not isinstance(x, Clock) and isinstance(y, Clock):
        mirror = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
        return compare(mirror[operation], y, x)
    if isinstance(x, Clock) and isinstance(y, Clock):
        if x.sign == y.sign:
            return bool(
                {
                    "<": x.offset < y.offset,
                    "<=": x.offset <= y.offset,
                    ">": x.offset > y.offset,
                    ">=": x.offset >= y.offset,
                }[operation]
            )
        # s t + a < -s t + b is s t < (b - a) / 2.
        return compare(operation, x, x.offset + (y.offset - x.offset) / 2)
    if isinstance(x, Clock) and not isinstance(y, Node):
        known = _known(operation, x, y)
        if known is not None:
            return known
        if x.sign < 0:
            operation = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}[operation]
        t = Clock(low=-math.inf, high=math.inf)
        return Node(operation, (t, x.turned(y)))
    return Node(operation, (x, y))


def _known(operation: str, x: Clock, y: float) -> bool | None:
    if operation in ("<", ">="):
        if x.high < y:
            return operation == "<"
        if x.low >= y:
            return operation == ">="
    else:
        if x.high <= y:
            return operation == "<="
        if x.low > y:
            return operation == ">"
    return None
