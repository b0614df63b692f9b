"""TOML as plain data: the standard library parses, a scanner finds the places."""

import re
import tomllib
from typing import Any

from lehr.config.documents import Places
from lehr.config.errors import ConfigError, Path, Problem

_STRING = r'"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\''
_KEY = re.compile(rf"(?:{_STRING}|[A-Za-z0-9_-]+)", re.DOTALL)
_SCALAR = re.compile(rf"(?:{_STRING}|[^,\]}}\#\n]+)", re.DOTALL)
_SPACE = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BLANK = re.compile(r"[ \t]*")
_AT = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


def read_toml(text: str, source: str, places: Places) -> Any:
    """Return the data of a TOML text, and note where each part stands.

    Raises:
        ConfigError: LH101, or LH105 where a key is given twice.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([_syntax(str(error), text, source)]) from None
    _Scanner(text, places).document()
    return _plain(data)


def _syntax(message: str, text: str, source: str) -> Problem:
    last = text.rstrip("\n")
    line, column = last.count("\n") + 1, len(last) - last.rfind("\n")
    if found := _AT.search(message):
        message = message[: found.start()]
        if found[1]:
            line, column = int(found[1]), int(found[2])
    twice = message.startswith(("Cannot overwrite", "Cannot declare", "Duplicate"))
    message = message[:1].lower() + message[1:]
    code, hint = ("LH105", "a key or table stands once") if twice else ("LH101", "")
    return Problem(code, message, source, line, column, "", hint)


def _plain(value: Any) -> Any:
    """Return dates and times as the text that they were written as."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value.isoformat() if hasattr(value, "isoformat") else value


class _Scanner:
    """Walks over a text that is known to be TOML; it checks nothing."""

    def __init__(self, text: str, places: Places) -> None:
        self.text, self.places = text, places
        self.at = 0
        self.counts = dict[Path, int]()

    def skip(self, pattern: re.Pattern[str] = _SPACE) -> str:
        found = pattern.match(self.text, self.at)
        self.at = found.end() if found else self.at + 1
        return found.group() if found else ""

    def place(self, at: int) -> tuple[int, int]:
        newline = self.text.rfind("\n", 0, at)
        return self.text.count("\n", 0, at) + 1, at - newline

    def takes(self, mark: str) -> bool:
        taken = self.text.startswith(mark, self.at)
        self.at += len(mark) * taken
        return taken

    def document(self) -> None:
        self.places.values[()] = 1, 1
        table: Path = ()
        self.skip()
        while self.at < len(self.text):
            if self.takes("[["):
                table = self.header(many=True)
            elif self.takes("["):
                table = self.header(many=False)
            else:
                self.pair(table)
            self.skip()

    def header(self, many: bool) -> Path:
        self.skip(_BLANK)
        start = self.place(self.at)
        name = self.key()
        table: Path = ()
        for depth, key in enumerate(name, 1):
            table = (*table, key)
            if many and depth == len(name):
                self.counts[table] = self.counts.get(table, 0) + 1
                self.places.values.setdefault(table, start)
                self.places.keys.setdefault(table, start)
            if table in self.counts:
                table = (*table, self.counts[table] - 1)
        self.places.values[table] = self.places.keys[table] = start
        self.skip(_BLANK)
        self.takes("]")
        self.takes("]")
        return table

    def key(self) -> Path:
        parts = list[str]()
        while True:
            self.skip(_BLANK)
            raw = self.skip(_KEY)
            parts.append(_unquoted(raw) if raw[:1] in "\"'" else raw)
            self.skip(_BLANK)
            if not self.takes("."):
                return tuple(parts)

    def pair(self, table: Path) -> None:
        start = self.place(self.at)
        path = (*table, *self.key())
        for length in range(len(table) + 1, len(path) + 1):
            self.places.keys.setdefault(path[:length], start)
            self.places.values.setdefault(path[:length], start)
        self.takes("=")
        self.skip(_BLANK)
        self.value(path)

    def value(self, path: Path) -> None:
        self.places.values[path] = self.place(self.at)
        if self.takes("{"):
            self.skip()
            while not self.takes("}"):
                self.pair(path)
                self.separate()
        elif self.takes("["):
            self.skip()
            index = 0
            while not self.takes("]"):
                self.value((*path, index))
                self.separate()
                index += 1
        else:
            raw = self.skip(_SCALAR)
            if raw[:1] in "\"'" and raw[:3] not in ('"""', "'''") and "\\" not in raw:
                self.places.quotes[path] = 1

    def separate(self) -> None:
        self.skip()
        self.takes(",")
        self.skip()


def _unquoted(raw: str) -> str:
    """Return the key that a quoted key stands for."""
    return next(iter(tomllib.loads(f"{raw} = 0")))
