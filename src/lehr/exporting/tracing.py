"""A schedule's own formula, evaluated on trees in place of numbers.

Schedules compute through a namespace `xp` and do not branch on their argument (see the
contract in lehr.schedules.base). The namespace here writes down what is computed.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from lehr._numerics import CLOCK_END
from lehr.exporting.errors import CannotExport
from lehr.exporting.nodes import Clock, Node, add, multiply, same, subtract
from lehr.exporting.ranges import affine, bounds_of
from lehr.schedules import Function, Noise, Schedule

FEW = 12
"""Values that are written as conditions; more are a table."""

LONGEST_TABLE = 4_000
"""Numbers that are written into code; more belong into a file."""

_FUNCTIONS = frozenset(
    ("sin", "cos", "exp", "expm1", "log", "log1p", "sqrt", "sinh", "cosh", "tanh")
)


class Tracer:
    """The namespace: each function returns a node, or a number of numbers."""

    def splitter(self) -> Any:
        return Node("splitter", ())

    def __getattr__(self, name: str) -> Callable[[Any], Any]:
        if name not in _FUNCTIONS:
            raise AttributeError(name)

        def function(x: Any) -> Any:
            if isinstance(x, Node):
                return Node(name, (x,))
            return getattr(math, name)(x)

        return function

    def real(self, t: Any) -> Any:
        return t

    def clip(self, t: Any, low: float, high: float) -> Any:
        return self.minimum(self.maximum(t, low), high)

    def minimum(self, x: Any, y: Any) -> Any:
        return _extreme("minimum", x, y)

    def maximum(self, x: Any, y: Any) -> Any:
        return _extreme("maximum", x, y)

    def where(self, condition: Any, yes: Any, no: Any) -> Any:
        if not isinstance(condition, Node):
            return yes if condition else no
        if same(yes, no) or (not isinstance(yes, Node) and yes == no):
            return yes
        if _is_one_line(condition, yes, no):
            return yes
        return Node("where", (condition, yes, no))

    def power(self, base: Any, exponent: Any) -> Any:
        if not isinstance(base, Node) and not isinstance(exponent, Node):
            return float(base) ** exponent
        return base if exponent == 1 else Node("power", (base, exponent))

    def floor_divide(self, x: Any, y: Any) -> Any:
        return Node("//", (x, y))

    def fmod(self, x: Any, y: Any) -> Any:
        return Node("fmod", (x, y))

    def take(self, values: Sequence[float], index: Any) -> Any:
        values = _table(values)
        if all(value == values[0] for value in values):
            return values[0]
        if (
            isinstance(index, Node)
            and index.operation == "search"
            and len(values) <= FEW
            and len(values) == len(index.operands[0]) + 1
        ):
            edges, t = index.operands
            chosen: Any = values[-1]
            for edge, value in zip(reversed(edges), reversed(values[:-1]), strict=True):
                chosen = self.where(t < edge, value, chosen)
            return chosen
        return Node("take", (values, index))

    def search(self, edges: Sequence[float], t: Any) -> Any:
        return Node("search", (_table(edges), t))

    def piecewise(
        self,
        edges: Sequence[float],
        branches: Sequence[Callable[..., Any]],
        t: Any,
        rest: Any,
    ) -> Any:
        value: Any = None
        starts = [-math.inf, *edges]
        for i in reversed(range(len(branches))):
            end = edges[i] if i < len(edges) else math.inf
            narrowed, left = t, rest
            if isinstance(t, Clock):
                narrowed = t.within(starts[i], end)
                if isinstance(rest, Clock) and rest.sign == -t.sign:
                    total = t.offset + rest.offset
                    left = rest.within(total - end, total - starts[i])
            own = branches[i](narrowed, left)
            value = own if i == len(edges) else self.where(t < edges[i], own, value)
        return value


def _extreme(name: str, x: Any, y: Any) -> Any:
    numbers = [v for v in (x, y) if not isinstance(v, Node)]
    if len(numbers) == 2:
        return min(x, y) if name == "minimum" else max(x, y)
    if numbers and name == "minimum" and numbers[0] >= CLOCK_END:
        return y if isinstance(y, Node) else x
    if numbers and name == "maximum" and numbers[0] <= -CLOCK_END:
        return y if isinstance(y, Node) else x
    if isinstance(x, Clock) and isinstance(y, Clock):
        less = x <= y
        if isinstance(less, bool):
            return x if less == (name == "minimum") else y
    (x_low, x_high), (y_low, y_high) = bounds_of(x), bounds_of(y)
    if x_high <= y_low:
        return x if name == "minimum" else y
    if y_high <= x_low:
        return y if name == "minimum" else x
    return Node(name, (x, y))


def _is_one_line(condition: Node, yes: Any, no: Any) -> bool:
    """Whether both branches are the same straight line, up to rounding.

    A ramp is computed from its nearer end, which shows in the last digit only.
    """
    one, other = affine(yes), affine(no)
    if one is None or other is None or not all(map(_reads_clock, (yes, no, condition))):
        return False
    close = 1e-13 * max(map(abs, (*one, *other)))
    (a, b), (c, d) = one, other
    reach = max(abs(d), abs(b)) / max(abs(a), abs(c), 1e-300)
    return abs(b - d) <= close and abs(a - c) * reach <= 10 * close


def _reads_clock(x: Any) -> bool:
    if not isinstance(x, Node):
        return False
    return isinstance(x, Clock) or any(map(_reads_clock, x.operands))


def narrowed(x: Any, low: float, high: float) -> Any:
    """Return a formula simplified for t between two values."""
    known: dict[Any, Any] = {}

    def visit(x: Any) -> Any:
        if not isinstance(x, Node):
            return x
        if isinstance(x, Clock):
            ends = sorted(x.sign * t + x.offset for t in (low, high))
            return x.within(*ends)
        if x.key not in known:
            known[x.key] = rebuild(x)
        return known[x.key]

    def rebuild(x: Node) -> Any:
        if x.operation == "where":
            return _narrowed_where(x, low, high, visit)
        operands = [visit(operand) for operand in x.operands]
        if x.operation in _REBUILD:
            return _REBUILD[x.operation](*operands)
        return Node(x.operation, tuple(operands))

    return visit(x)


def _narrowed_where(
    x: Node, low: float, high: float, visit: Callable[[Any], Any]
) -> Any:
    condition, yes, no = x.operands
    condition = visit(condition)
    if isinstance(condition, Node) and isinstance(condition.operands[0], Clock):
        clock, edge = condition.operands
        if clock.key == Clock().key and not isinstance(edge, Node):
            below, above = math.nextafter(edge, -math.inf), edge
            if condition.operation in ("<=", ">"):
                below, above = edge, math.nextafter(edge, math.inf)
            before, after = (low, min(below, high)), (max(above, low), high)
            if condition.operation in (">", ">="):
                before, after = after, before
            return _TRACER.where(
                condition, narrowed(yes, *before), narrowed(no, *after)
            )
    if not isinstance(condition, Node):
        return visit(yes if condition else no)
    return _TRACER.where(condition, visit(yes), visit(no))


def _table(values: Sequence[float]) -> tuple[float, ...]:
    if len(values) > LONGEST_TABLE:
        raise CannotExport(
            f"it holds a table of {len(values):_} numbers, more than "
            f"{LONGEST_TABLE:_}; write schedule.curve() to a file and read that"
        )
    return tuple(values)


_TRACER = Tracer()
_REBUILD: dict[str, Callable[..., Any]] = {
    "+": add,
    "-": subtract,
    "*": multiply,
    "<": lambda x, y: x < y,
    "<=": lambda x, y: x <= y,
    ">": lambda x, y: x > y,
    ">=": lambda x, y: x >= y,
    "minimum": _TRACER.minimum,
    "maximum": _TRACER.maximum,
    "take": _TRACER.take,
}


def traced(schedule: Schedule) -> Any:
    """Return what a schedule computes at t >= 0: a node, or a number if it is constant.

    Raises:
        CannotExport: it holds a function of the user's, noise, or a long table.
    """
    for part in _parts(schedule):
        if isinstance(part, Function):
            raise CannotExport(
                "it holds a Function of your own: export the rest, or write that "
                "function where the code will run"
            )
        if isinstance(part, Noise):
            raise CannotExport("it holds Noise, whose random numbers are lehr's own")
    steps = schedule.steps
    t = Clock(low=0, high=steps)
    value = schedule.at(t, steps - t, _TRACER)
    if steps < math.inf and steps > 0:
        value = _TRACER.where(Clock() < steps, value, schedule(steps))
    return narrowed(value, 0, math.inf) if steps > 0 else schedule(0)


def _parts(schedule: Schedule) -> Iterator[Schedule]:
    yield schedule
    for name in schedule.__dataclass_fields__:
        value = getattr(schedule, name)
        for part in value if isinstance(value, tuple) else (value,):
            if isinstance(part, Schedule):
                yield from _parts(part)
