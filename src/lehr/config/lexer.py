"""Cut an expression into tokens, each with its place."""

import re
from collections.abc import Iterator
from typing import NamedTuple, NoReturn

from lehr.config.errors import ConfigError, Problem

_TOKENS = re.compile(
    r"""
    (?P<space>(?:\s|\#[^\n]*)+)
  | (?P<number>(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d[\d_]*)?)
    (?P<unit>[ \t]*%|[A-Za-z]+(?:[ \t]+[A-Za-z]+)?|[ \t]+[A-Za-z]+)?
  | (?P<name>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)
  | (?P<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
  | (?P<mark>[()\[\],=+\-*/])
    """,
    re.VERBOSE,
)

_PIECES = "a schedule of others is written like repeat(cosine(1, 0, 100), 5)"
_INSTEAD = {"then": "one after the other: chain([a, b])"}
"""What to write for a method of Python."""


class Token(NamedTuple):
    """One word of an expression: its kind, its text, and where it starts.

    `kind` is "number", "duration", "name", "string", "end", or the mark itself.
    """

    kind: str
    text: str
    start: int


class Text(NamedTuple):
    """An expression, and where it stands in the source that it came from.

    Args:
        text: the expression.
        source: the file or another name of the source.
        line: the line on which the expression starts, from 1.
        column: the column at which it starts, from 1.
        path: the path of the value in its document.
        exact: whether places inside `text` are places in the source.
        written: what stands in the source, from `line` and `column` on, where it is
            `text` with other spaces; else, if not exact, problems are at the start.
    """

    text: str
    source: str = "<text>"
    line: int | None = 1
    column: int | None = 1
    path: str = ""
    exact: bool = True
    written: str = ""

    def problem(self, start: int, code: str, message: str, hint: str = "") -> Problem:
        """Return a problem with what stands at offset `start`."""
        line, column = self.place(start)
        return Problem(code, message, self.source, line, column, self.path, hint)

    def place(self, start: int) -> tuple[int | None, int | None]:
        r"""Return the line and the column of offset `start`, as far as they are known.

        >>> Text("wsd(1, 5%)", "<text>", 7, 3, "", False, "wsd(1,\n   5%)").place(7)
        (8, 4)
        """
        if self.line is None or self.column is None:
            return self.line, self.column
        if self.exact:
            before = self.text[:start]
        else:
            left = len("".join(self.text[start:].split()))
            ends = [
                at + 1 for at, each in enumerate(self.written) if not each.isspace()
            ]
            first = ends[-left] - 1 if 0 < left <= len(ends) else max(ends, default=0)
            before = self.written[:first]
        newline = before.rfind("\n")
        column = len(before) - newline if newline >= 0 else self.column + len(before)
        return self.line + before.count("\n"), column

    def refuse(self, start: int, message: str, hint: str = "") -> NoReturn:
        """Raise what the grammar has to say about offset `start`."""
        raise ConfigError([self.problem(start, "LH100", message, hint)])


def tokens(source: Text) -> Iterator[Token]:
    """Yield the tokens of an expression, an "end" last.

    A number with a unit behind it is one token, a duration.

    >>> [token.kind for token in tokens(Text("noam(1e-3, warmup=64k samples)"))]
    ['name', '(', 'number', ',', 'name', '=', 'duration', ')', 'end']
    """
    text, at = source.text, 0
    while at < len(text):
        found = _TOKENS.match(text, at)
        if found is None:
            _refuse_character(source, at)
        kind = found.lastgroup or ""
        if kind == "unit":
            kind = "duration"
        if kind == "mark":
            kind = found.group()
        if kind != "space":
            yield Token(kind, found.group(), at)
        at = found.end()
    yield Token("end", "", at)


def _refuse_character(source: Text, at: int) -> NoReturn:
    character = source.text[at]
    if character in "\"'":
        source.refuse(at, "a string is not closed", f"end it with {character}")
    hint = ""
    if method := re.match(r"\.\s*([A-Za-z_]\w*)", source.text[at:]):
        hint = _INSTEAD.get(method[1], _PIECES)
    source.refuse(at, f"{character!r} has no meaning in an expression", hint)
