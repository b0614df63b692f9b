"""The usual spelling of an expression: spaces, lower-case names, short numbers."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from lehr.config.errors import ConfigError
from lehr.config.lexer import Text, Token, tokens
from lehr.config.names import known, lowered
from lehr.config.parser import (
    Argument,
    Call,
    Items,
    Literal,
    Operation,
    Quantity,
    parse,
)
from lehr.plan.durations import COUNTED, Duration

_OPENING = ("(", "[")
_CLOSING = (",", ")", "]", "=")
_BEFORE_A_SIGN = (*_OPENING, ",", "=", "+", "-", "*", "/", "")


def spelled(text: str) -> str:
    """Return an expression in its usual spelling; it means the same.

    One space behind a comma and around an operator, names in lower case, numbers and
    durations in their shortest form. A text that is no expression, or has a comment or
    several lines, is returned as it is.

    >>> spelled("Linear( 0.00030,0.,steps = 64_000  samples )*2")
    'linear(3e-4, 0.0, steps=64k samples) * 2'
    """
    if "#" in text or "\n" in text:
        return text
    try:
        tree = parse(Text(text))
        made = "".join(_pieces(list(tokens(Text(text)))))
        same = _meaning(parse(Text(made))) == _meaning(tree)
    except (ConfigError, ValueError, RecursionError):
        return text
    return made if same else text


def word_for(name: str) -> str:
    """Return a known word in lower case, if it means the same there.

    >>> word_for("Linear"), word_for("InverseSqrt"), word_for("Mine")
    ('linear', 'InverseSqrt', 'Mine')
    """
    lower = lowered(name)
    return lower if name in known() and known().get(lower) == known()[name] else name


def number(text: str) -> str:
    """Return the shortest form of a number; a float stays one.

    >>> [number(text) for text in ("3.0e-04", "0.001", "0.10", "1_000", "2.", "1E5")]
    ['3e-4', '1e-3', '0.1', '1_000', '2.0', '1e5']
    """
    if text.replace("_", "").isdigit():
        return text
    value = float(text)
    plain = repr(value)
    if value in (0.0, float("inf")):
        return plain if value == 0 else text
    _, digits, exponent = Decimal(plain).as_tuple()
    figures = "".join(map(str, digits)).rstrip("0")
    power = len(digits) - 1 + int(exponent)
    point = f"{figures[0]}.{figures[1:]}".rstrip(".")
    short = f"{point}e{power}"
    return short if "e" in plain or len(short) < len(plain) else plain


def duration(text: str) -> str:
    """Return a duration in its usual form; updates keep their number as it is.

    >>> [duration(text) for text in ("64000 samples", "5.0 %", "3 epochs", "2K")]
    ['64k samples', '5%', '3ep', '2k']
    """
    read = Duration.of(text)
    usual = str(read)
    if read.unit in COUNTED and read.unit == "updates":
        usual = " ".join(text.split())
        usual = usual.replace("K", "k").replace("G", "B")
    return usual if Duration.of(usual) == read else text


def _pieces(words: Sequence[Token]) -> Iterator[str]:
    """Yield the text of each token with the space before it."""
    before = ""
    glue = True  # whether the next token stands right behind the last one
    for index, token in enumerate(words[:-1]):
        kind = token.kind
        following = words[index + 1].kind
        sign = kind in ("+", "-") and before in _BEFORE_A_SIGN
        operator = kind in ("+", "-", "*", "/") and not sign
        opens = kind in _OPENING and before == "name"
        if (operator or not (glue or opens)) and kind not in _CLOSING:
            yield " "
        yield _word(token, following)
        glue = sign or kind in (*_OPENING, "=")
        before = kind


def _word(token: Token, following: str) -> str:
    if token.kind == "number":
        return number(token.text)
    if token.kind == "duration":
        return duration(token.text)
    if token.kind == "name" and following == "(":
        return word_for(token.text)
    return token.text


def _meaning(node: Any) -> Any:
    """Return a tree as tuples, without places and spelling."""
    match node:
        case Literal(value):
            return type(value).__name__, repr(value)
        case Quantity(text):
            return Duration.of(text)
        case Items(items):
            return "items", *map(_meaning, items)
        case Operation(operator, left, right):
            return operator, left and _meaning(left), _meaning(right)
        case Call(name, arguments):
            return "call", known().get(name, name), *map(_meaning, arguments)
        case Argument(name, value):
            return name, _meaning(value)
    return node.name
