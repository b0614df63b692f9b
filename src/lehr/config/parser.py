"""The grammar of expressions: tokens become a tree; nothing is run.

```
expression = term (("+" | "-") term)*
term       = sign (("*" | "/") sign)*
sign       = ("+" | "-") sign | atom
atom       = NUMBER | DURATION | STRING+ | NAME | NAME "(" arguments ")"
           | "(" expression ")" | "(" items ")" | "[" items "]"
```
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from lehr.config.errors import ConfigError
from lehr.config.lexer import Text, Token, tokens


class Literal(NamedTuple):
    """A number, a string, True, False or None."""

    value: Any
    start: int


class Quantity(NamedTuple):
    """A duration as it was written, such as `5%`."""

    text: str
    start: int


class Name(NamedTuple):
    """A name that is not called."""

    name: str
    start: int


class Items(NamedTuple):
    """A tuple or list."""

    items: "tuple[Node, ...]"
    start: int


class Operation(NamedTuple):
    """`left` and `right` joined by an operator; a sign has no `left`."""

    operator: str
    left: "Node | None"
    right: "Node"
    start: int


class Argument(NamedTuple):
    """One argument of a call, with its name if it was given by name."""

    name: str | None
    value: "Node"
    start: int


class Call(NamedTuple):
    """A name with its arguments."""

    name: str
    arguments: tuple[Argument, ...]
    start: int


Node = Literal | Quantity | Name | Items | Operation | Call
_BINDING = {"+": 1, "-": 1, "*": 2, "/": 2}
_SIGN = 3
_CONSTANTS: dict[str, Any] = {"None": None, "True": True, "False": False}
_CONSTANTS |= {"inf": float("inf"), "nan": float("nan")}


def parse(source: Text) -> Node:
    """Return the tree of an expression.

    Raises:
        ConfigError: LH100 where the grammar breaks; LH111 if the expression is nested
            too deeply.

    >>> parse(Text("2 * 5%")).right
    Quantity(text='5%', start=4)
    """
    try:
        return _Parser(source).whole()
    except RecursionError:
        message = "the expression is nested too deeply"
        raise ConfigError([source.problem(0, "LH111", message)]) from None


class _Parser:
    """Recursive descent with binding powers, one token ahead."""

    def __init__(self, source: Text) -> None:
        self.source = source
        self.rest = tokens(source)
        self.token = next(self.rest)
        self.ahead: Token | None = None

    def take(self) -> Token:
        token = self.token
        self.token = self.ahead or next(self.rest, token)
        self.ahead = None
        return token

    def peek(self) -> Token:
        if self.ahead is None:
            self.ahead = next(self.rest, self.token)
        return self.ahead

    def expect(self, kind: str, message: str) -> None:
        if self.token.kind != kind:
            self.source.refuse(self.token.start, f"{message}, got {self.shown()}")
        self.take()

    def shown(self) -> str:
        return repr(self.token.text) if self.token.text else "the end"

    def whole(self) -> Node:
        if self.token.kind == "end":
            self.source.refuse(0, "the expression is empty")
        node = self.expression(0)
        if self.token.kind == "[":
            hint = "a part of a schedule: window(schedule, start, stop)"
            self.source.refuse(self.token.start, "'[' follows no operator", hint)
        self.expect("end", "expected an operator or the end")
        return node

    def expression(self, binding: int) -> Node:
        if self.token.kind in ("+", "-"):
            sign = self.take()
            node: Node = _signed(sign, self.expression(_SIGN))
        else:
            node = self.atom()
        while (power := _BINDING.get(self.token.kind, 0)) > binding:
            operator = self.take()
            right = self.expression(power)
            node = Operation(operator.kind, node, right, operator.start)
        return node

    def atom(self) -> Node:
        token = self.token
        read = _ATOMS.get(token.kind)
        if read is None:
            message = f"expected a value, got {self.shown()}"
            self.source.refuse(token.start, message)
        return read(self, self.take())

    def number(self, token: Token) -> Node:
        text = token.text
        try:
            value = int(text) if text.replace("_", "").isdigit() else float(text)
        except ValueError:
            shown = text if len(text) < 40 else text[:37] + "..."
            self.source.refuse(token.start, f"{shown} is not a number")
        return Literal(value, token.start)

    def duration(self, token: Token) -> Node:
        return Quantity(token.text, token.start)

    def string(self, token: Token) -> Node:
        value = _unquoted(token.text)
        while self.token.kind == "string":
            value += _unquoted(self.take().text)
        return Literal(value, token.start)

    def name(self, token: Token) -> Node:
        if self.token.kind == "(":
            return self.call(token)
        if token.text in _CONSTANTS:
            return Literal(_CONSTANTS[token.text], token.start)
        return Name(token.text, token.start)

    def call(self, name: Token) -> Node:
        opening, arguments = self.take(), list[Argument]()
        while self.token.kind != ")":
            first, given = self.token, None
            if first.kind == "name" and self.peek().kind == "=":
                given = self.take().text
                self.take()
            elif arguments and arguments[-1].name is not None and first.kind != "end":
                message = "an argument without a name follows one with a name"
                self.source.refuse(first.start, message)
            arguments.append(Argument(given, self.expression(0), first.start))
            self.separate(opening, ")")
        self.take()
        return Call(name.text, tuple(arguments), name.start)

    def round(self, opening: Token) -> Node:
        items, commas = self.items(opening, ")")
        return items[0] if items and not commas else Items(items, opening.start)

    def square(self, opening: Token) -> Node:
        return Items(self.items(opening, "]")[0], opening.start)

    def items(self, opening: Token, closing: str) -> tuple[tuple[Node, ...], int]:
        items, commas = list[Node](), 0
        while self.token.kind != closing:
            items.append(self.expression(0))
            commas += self.separate(opening, closing)
        self.take()
        return tuple(items), commas

    def separate(self, opening: Token, closing: str) -> bool:
        """Take the comma after an item; return whether there was one."""
        if self.token.kind == ",":
            self.take()
            return True
        if self.token.kind == "end":
            message = f"{opening.text!r} is never closed"
            self.source.refuse(opening.start, message, f"add {closing!r}")
        if self.token.kind != closing:
            message = f"expected ',' or {closing!r}, got {self.shown()}"
            self.source.refuse(self.token.start, message)
        return False


_ATOMS: dict[str, Callable[[_Parser, Token], Node]] = {
    "number": _Parser.number,
    "duration": _Parser.duration,
    "string": _Parser.string,
    "name": _Parser.name,
    "(": _Parser.round,
    "[": _Parser.square,
}


def _signed(sign: Token, node: Node) -> Node:
    """Return a signed number as a number, anything else as an operation."""
    if isinstance(node, Literal) and type(node.value) in (int, float):
        return Literal(-node.value if sign.kind == "-" else node.value, sign.start)
    return Operation(sign.kind, None, node, sign.start)


def _unquoted(text: str) -> str:
    """Return what a string token holds, its escapes replaced."""
    simple = {"n": "\n", "t": "\t", "r": "\r"}
    out, characters = [], iter(text[1:-1])
    for character in characters:
        if character == "\\":
            escaped = next(characters)
            character = simple.get(escaped, escaped)
        out.append(character)
    return "".join(out)
