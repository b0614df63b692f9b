"""Long lines of code, broken at their brackets and operators."""

import re
import textwrap
from collections.abc import Sequence

WIDTH = 88

_OPERATORS = (
    (" if ", " else "),
    (" <= ", " < ", " >= ", " > "),
    (" + ", " - "),
    (" * ", " / ", " // ", " % "),
)
_STATEMENT = re.compile(r"(\s*)((?:return |if |\w+ = )?)(.*?)(:?)$")
_NUMBERS = re.compile(r"[-\d.e+, ]+$")


def wrapped(lines: Sequence[str]) -> list[str]:
    r"""Return the lines, each too long one broken.

    Args:
        lines: an expression, `return`, `if` or an assignment each, with its indent.

    >>> print("\n".join(wrapped(["return first(one, two) + " + "x" * 70])))
    return (
        first(one, two)
        + xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
    )
    """
    return [part for line in lines for part in _broken_line(line)]


def _broken_line(line: str) -> list[str]:
    found = _STATEMENT.match(line)
    if len(line) <= WIDTH or not found:
        return [line]
    indent, head, expression, tail = found.groups()
    if _split(expression) or not _largest(expression):
        expression = f"({expression})"
    return _broken(indent, head, expression, tail)


def _broken(indent: str, head: str, expression: str, tail: str) -> list[str]:
    """Return the lines of an expression that stands inside brackets."""
    if len(indent + head + expression + tail) <= WIDTH:
        return [indent + head + expression + tail]
    parts = _split(expression)
    if parts:
        lines = []
        for operator, operand in parts:
            lines += _broken(indent, head + operator, operand, "")
            head = ""
        return [*lines[:-1], lines[-1] + tail]
    group = _largest(expression)
    if not group:
        return [indent + head + expression + tail]
    opening, closing = group
    inside = expression[opening + 1 : closing]
    deeper = indent + "    "
    if _NUMBERS.match(inside):
        filled = textwrap.fill(inside, WIDTH - len(deeper)).splitlines()
        inner = [deeper + line for line in filled]
    else:
        arguments = _arguments(inside)
        comma = "," if len(arguments) > 1 else ""
        inner = [
            line
            for argument in arguments
            for line in _broken(deeper, "", argument, comma)
        ]
    first = indent + head + expression[: opening + 1]
    return [first, *inner, indent + expression[closing:] + tail]


def _split(expression: str) -> list[tuple[str, str]]:
    """Return operators and operands at the loosest operator outside of brackets."""
    depths = _depths(expression)
    for operators in _OPERATORS:
        cuts = [
            (at, operator)
            for operator in operators
            for at in _found(expression, operator)
            if depths[at] == 0
        ]
        if cuts:
            cuts.sort()
            ends = [*(at for at, _ in cuts), len(expression)]
            parts = [("", expression[: ends[0]])]
            for (at, operator), end in zip(cuts, ends[1:], strict=True):
                operand = expression[at + len(operator) : end]
                parts.append((operator.lstrip(), operand))
            return parts
    return []


def _largest(expression: str) -> tuple[int, int] | None:
    """Return where the longest pair of outermost brackets opens and closes."""
    depths = _depths(expression)
    openings = [i for i, x in enumerate(expression) if x in "([{" and depths[i] == 0]
    closings = [i for i, x in enumerate(expression) if x in ")]}" and depths[i] == 0]
    pairs = zip(openings, closings, strict=True)
    return max(pairs, key=lambda pair: pair[1] - pair[0], default=None)


def _arguments(inside: str) -> list[str]:
    depths = _depths(inside)
    cuts = [i for i, x in enumerate(inside) if x == "," and depths[i] == 0]
    starts, ends = [0, *(cut + 1 for cut in cuts)], [*cuts, len(inside)]
    parts = [inside[a:b].strip() for a, b in zip(starts, ends, strict=True)]
    return [part for part in parts if part]


def _depths(text: str) -> list[int]:
    """Return how many brackets are open at each character, its own not counted."""
    depths, depth = [], 0
    for x in text:
        depth -= x in ")]}"
        depths.append(depth)
        depth += x in "([{"
    return depths


def _found(text: str, part: str) -> list[int]:
    return [match.start() for match in re.finditer(re.escape(part), text)]
