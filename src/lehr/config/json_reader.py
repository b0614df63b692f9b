"""JSON as plain data, read in one pass that knows where it is."""

import json
import re
from typing import Any, NoReturn

from lehr.config.documents import Places
from lehr.config.errors import ConfigError, Path, Problem, format_path

_SPACE = re.compile(r"[ \t\n\r]*")


def read_json(text: str, source: str, places: Places) -> Any:
    """Return the data of a JSON text, and note where each part stands.

    Raises:
        ConfigError: LH101, or LH105 where a key is given twice.
    """
    if not text.strip():
        return None
    reader = _Reader(text, source, places)
    try:
        data, end = reader.value(0, ())
    except json.JSONDecodeError as error:
        reader.refuse(error.pos, "LH101", error.msg[:1].lower() + error.msg[1:])
    end = reader.skip(end)
    if end < len(text):
        reader.refuse(end, "LH101", "there is more behind the end of the document")
    return data


class _Reader:
    def __init__(self, text: str, source: str, places: Places) -> None:
        self.text, self.source, self.places = text, source, places
        self.decode = json.JSONDecoder().raw_decode

    def skip(self, at: int) -> int:
        found = _SPACE.match(self.text, at)
        return found.end() if found else at

    def place(self, at: int) -> tuple[int, int]:
        newline = self.text.rfind("\n", 0, at)
        return self.text.count("\n", 0, at) + 1, at - newline

    def refuse(self, at: int, code: str, message: str, path: Path = ()) -> NoReturn:
        line, column = self.place(at)
        name = format_path(path)
        raise ConfigError([Problem(code, message, self.source, line, column, name)])

    def expect(self, mark: str, at: int) -> int:
        at = self.skip(at)
        if not self.text.startswith(mark, at):
            got = repr(self.text[at]) if at < len(self.text) else "the end"
            self.refuse(at, "LH101", f"expected {mark!r}, got {got}")
        return at + len(mark)

    def value(self, at: int, path: Path) -> tuple[Any, int]:
        """Return the value at `at`, and where it ends."""
        at = self.skip(at)
        self.places.values[path] = self.place(at)
        opening = self.text[at : at + 1]
        if opening == "{":
            return self.mapping(at + 1, path)
        if opening == "[":
            return self.sequence(at + 1, path)
        value, end = self.decode(self.text, at)
        if isinstance(value, str) and self.text[at + 1 : end - 1] == value:
            self.places.quotes[path] = 1
        return value, end

    def mapping(self, at: int, path: Path) -> tuple[dict[str, Any], int]:
        data = dict[str, Any]()
        at = self.skip(at)
        while not self.text.startswith("}", at):
            if data:
                at = self.skip(self.expect(",", at))
            if not self.text.startswith('"', at):
                self.refuse(at, "LH101", "expected a key in double quotes", path)
            key, end = self.decode(self.text, at)
            inner = (*path, key)
            if key in data:
                self.refuse(at, "LH105", f'key "{key}" is given twice', inner)
            self.places.keys[inner] = self.place(at)
            data[key], at = self.value(self.expect(":", end), inner)
            at = self.skip(at)
        return data, at + 1

    def sequence(self, at: int, path: Path) -> tuple[list[Any], int]:
        data = list[Any]()
        at = self.skip(at)
        while not self.text.startswith("]", at):
            if data:
                at = self.expect(",", at)
            item, at = self.value(at, (*path, len(data)))
            data.append(item)
            at = self.skip(at)
        return data, at + 1
