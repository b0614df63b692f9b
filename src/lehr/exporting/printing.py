"""Formulas as code: Python's own numbers, JAX's arrays, Keras's backends."""

import contextlib
import math
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from lehr.exporting.nodes import Clock, Node
from lehr.exporting.words import Words

_TIGHT, _UNARY, _PRODUCT, _SUM, _COMPARED, _LOOSE = range(6)
_SHORT = 60
"""Characters of a table that stands where it is used; a longer one gets a name."""


_BINARY = {
    "+": _SUM,
    "-": _SUM,
    "*": _PRODUCT,
    "/": _PRODUCT,
    "//": _PRODUCT,
    "<": _COMPARED,
    "<=": _COMPARED,
    ">": _COMPARED,
    ">=": _COMPARED,
}
_FAILING = frozenset(
    [
        "exp",
        "expm1",
        "log",
        "log1p",
        "sqrt",
        "sinh",
        "cosh",
        "**",
        "power",
        "take",
        "//",
        "fmod",
    ]
)
_COMPARISONS = ("<", "<=", ">", ">=")


def body(value: Any, words: Words, name: str = "t") -> list[str]:
    """Return the lines of a function body that returns a formula's value at t.

    Args:
        value: a node or a number.
        words: of the code.
        name: the function's argument.
    """
    printer = _Printer(words, name)
    lines = _lines(value, printer)
    tables = [f"{called} = {text}" for text, called in printer.tables.items()]
    return [*tables, *lines]


def _lines(value: Any, printer: "_Printer") -> list[str]:
    begin = len(printer.lines)
    if isinstance(value, Node) and value.operation == "where" and printer.words.lazy:
        condition, yes, no = value.operands
        printer.share(condition, yes, no)
        test = printer.text(condition)
        named = printer.taken(begin)
        with printer.inside():
            inner = [f"    {line}" for line in _lines(yes, printer)]
        return [*named, f"if {test}:", *inner, *_lines(no, printer)]
    if not isinstance(value, Node):
        return [f"return {float(value)!r}"]
    printer.share(value)
    text = printer.text(value)
    return [*printer.taken(begin), f"return {text}"]


class _Printer:
    """Writes one expression; what occurs in it twice gets a name, on a line before."""

    def __init__(self, words: Words, name: str) -> None:
        self.words, self.name = words, name
        self.lines: list[str] = []
        self.tables: dict[str, str] = {}
        self._named: dict[Any, str] = {}
        self._shared: set[Any] = set()

    def share(self, value: Any, *others: Any) -> None:
        """Give names to what occurs twice in a formula, or in it and in others too."""
        if others:
            elsewhere: Counter[Any] = Counter()
            for other in others:
                _count(other, elsewhere)
            self._shared |= set(_largest_in(value, elsewhere))
        counts: Counter[Any] = Counter()
        _count(value, counts)
        self._shared |= {key for key, count in counts.items() if count > 1}

    @contextlib.contextmanager
    def inside(self) -> Iterator[None]:
        """Forget, after the block, the names that are given in it."""
        named = dict(self._named)
        yield
        self._named = named

    def taken(self, begin: int) -> list[str]:
        """Return the lines since then, and forget them."""
        lines = self.lines[begin:]
        del self.lines[begin:]
        return lines

    def text(self, x: Any, loosest: int = _LOOSE) -> str:
        """Return an operand, in parentheses if it binds less tightly than asked."""
        if not isinstance(x, Node):
            return self._number(x, loosest)
        if x.key in self._shared and not isinstance(x, Clock):
            if x.key not in self._named:
                text, _ = self._operation(x)
                self._named[x.key] = f"x{len(self._named) + 1}"
                self.lines.append(f"{self._named[x.key]} = {text}")
            return self._named[x.key]
        text, binding = self._operation(x)
        return f"({text})" if binding > loosest else text

    def _number(self, x: Any, loosest: int) -> str:
        if isinstance(x, tuple):
            return self._table(x)
        text = repr(float(x)) if isinstance(x, float) else repr(x)
        if text.endswith(".0") and abs(x) < 1e15:
            text = text[:-2] if x == int(x) and abs(x) >= 1 else text
        return f"({text})" if text.startswith("-") and loosest < _PRODUCT else text

    def _table(self, x: tuple[float, ...]) -> str:
        text = f"({', '.join(map(repr, x))}{',' if len(x) == 1 else ''})"
        if len(text) <= _SHORT:
            return text
        return self.tables.setdefault(text, f"table{len(self.tables) + 1}")

    def _operation(self, x: Node) -> tuple[str, int]:
        if isinstance(x, Clock):
            return self._clock(x)
        write: Callable[..., str] = self.text
        operation, operands = x.operation, x.operands
        if operation in _BINARY:
            binding = _BINARY[operation]
            left, right = operands
            if operation == "-" and not isinstance(left, Node) and left == 0:
                return f"-{write(right, _UNARY)}", _UNARY
            if operation == "*":
                left, right = _tidy(left), _tidy(right)
                if not isinstance(left, Node) and left == 1:
                    return write(right, binding), binding
            if operation == "+" and _is_negative(right):
                operation, right = "-", -right
            elif operation == "-" and _is_negative(right):
                operation, right = "+", -right
            # What follows - or / keeps its parentheses.
            after = binding if operation == "+" else binding - 1
            return f"{write(left, binding)} {operation} {write(right, after)}", binding
        if operation in ("**", "power"):
            base, exponent = operands
            return f"{write(base, _TIGHT)} ** {write(exponent, _TIGHT)}", _UNARY
        if operation == "where":
            condition, yes, no = operands
            form = self.words.where.format(
                condition=write(condition),
                yes=write(yes, _COMPARED),
                no=write(no, _COMPARED),
            )
            return form, _LOOSE if self.words.lazy else _TIGHT
        if operation in ("minimum", "maximum"):
            form = getattr(self.words, operation)
            return form.format(x=write(operands[0]), y=write(operands[1])), _TIGHT
        if operation == "take":
            values, index = operands
            at = write(index)
            if not _is_whole(index):
                at = self.words.whole.format(x=at)
            form = self.words.take
            last = len(values) - 1
            return form.format(values=write(values), index=at, last=last), _TIGHT
        if operation == "search":
            values, inner = operands
            form = self.words.search
            return form.format(values=write(values), x=write(inner)), _TIGHT
        if operation == "fmod":
            return f"{write(operands[0], _PRODUCT)} % {write(operands[1], _UNARY)}", (
                _PRODUCT
            )
        return (
            self.words.function.format(name=operation, x=write(operands[0])),
            _TIGHT,
        )

    def _clock(self, x: Clock) -> tuple[str, int]:
        offset = _whole(x.offset)
        if x.sign > 0:
            if offset == 0:
                return self.name, _TIGHT
            sign = "-" if offset < 0 else "+"
            return f"{self.name} {sign} {abs(offset)!r}", _SUM
        return f"{offset!r} - {self.name}", _SUM


def _is_worth_a_name(x: Any) -> bool:
    if not isinstance(x, Node) or isinstance(x, Clock):
        return False
    simple = all(isinstance(o, Clock) or not isinstance(o, Node) for o in x.operands)
    return not (simple and x.operation in _COMPARISONS)


def _count(x: Any, counts: Counter[Any], perhaps: bool = False) -> None:
    """Count formulas; not those in a branch that could fail where it is not taken."""
    if not isinstance(x, Node):
        return
    if _is_worth_a_name(x) and not (perhaps and _can_fail(x)):
        counts[x.key] += 1
        if counts[x.key] > 1:
            return
    for i, operand in enumerate(x.operands):
        _count(operand, counts, perhaps or (x.operation == "where" and i > 0))


def _can_fail(x: Any) -> bool:
    """Whether a formula may overflow, or divide by 0, at some t."""
    if not isinstance(x, Node):
        return False
    if x.operation == "/":
        return isinstance(x.operands[1], Node) or _can_fail(x.operands[0])
    return x.operation in _FAILING or any(map(_can_fail, x.operands))


def _largest_in(x: Any, counts: Counter[Any]) -> Iterator[Any]:
    if isinstance(x, Node):
        if x.key in counts:
            yield x.key
            return
        for operand in x.operands:
            yield from _largest_in(operand, counts)


def _is_negative(x: Any) -> bool:
    return not isinstance(x, Node | tuple) and x < 0


def _is_whole(x: Any) -> bool:
    """Whether a formula is made of whole numbers only, in integers."""
    if not isinstance(x, Node):
        return isinstance(x, int)
    if x.operation in ("+", "-", "minimum", "maximum"):
        return all(map(_is_whole, x.operands))
    return x.operation == "search"


def _tidy(x: Any) -> Any:
    """Return a factor without the noise of its last digit."""
    if not isinstance(x, float) or not math.isfinite(x):
        return x
    short = float(f"{x:.12g}")
    return short if abs(short - x) <= 4 * math.ulp(x) else x


def _whole(x: float) -> float:
    return int(x) if x == int(x) else x
