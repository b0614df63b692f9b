"""Plain data as TOML: mappings as tables, those in lists inline."""

import math
import re
from collections.abc import Iterator
from typing import Any

from lehr.config.errors import Path, format_path

WIDTH = 80
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_ESCAPED = re.compile(r'["\\\x00-\x1f\x7f]')
_SIMPLE = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def toml_text(data: dict[str, Any]) -> str:
    """Return the text of a document.

    Raises:
        ValueError: TOML has no null, and no half of a surrogate pair.

    >>> print(toml_text({"train": {"epochs": 3}, "schema": 1}), end="")
    schema = 1
    <BLANKLINE>
    [train]
    epochs = 3
    """
    return "\n".join("".join(part) for part in _tables(data, ()))


def _tables(table: dict[str, Any], path: Path) -> Iterator[list[str]]:
    """Yield the lines of a table, then those of the tables in it."""
    inner = [key for key, value in table.items() if isinstance(value, dict) and value]
    own = [key for key in table if key not in inner]
    lines = [f"[{'.'.join(toml_key(str(p)) for p in path)}]\n"] if path else []
    for key in own:
        start = f"{toml_key(key)} = "
        lines.append(start + _wrapped(table[key], (*path, key), len(start)) + "\n")
    if own:
        yield lines
    for key in inner:
        yield from _tables(table[key], (*path, key))


def _wrapped(value: Any, path: Path, used: int) -> str:
    """Return a value on one line, or a long list with one element per line."""
    line = inline(value, path)
    if not isinstance(value, list) or used + len(line) <= WIDTH:
        return line
    elements = (f"  {inline(v, (*path, i))},\n" for i, v in enumerate(value))
    return "[\n" + "".join(elements) + "]"


def inline(value: Any, path: Path = ()) -> str:
    """Return a value on one line.

    >>> inline({"kind": "linear", "points": [1, 1e-05]})
    '{kind = "linear", points = [1, 1e-05]}'
    """
    if isinstance(value, dict):
        items = (f"{toml_key(k)} = {inline(v, (*path, k))}" for k, v in value.items())
        return "{" + ", ".join(items) + "}"
    if isinstance(value, list):
        items = (inline(each, (*path, i)) for i, each in enumerate(value))
        return "[" + ", ".join(items) + "]"
    if isinstance(value, str):
        return toml_string(value, path)
    if value is None:
        name = format_path(path) or "a value"
        raise ValueError(f"{name} is null, which TOML cannot hold; leave the key out")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and math.isinf(value):
        return "inf" if value > 0 else "-inf"
    return repr(value)


def toml_key(key: str) -> str:
    """Return a key, in quotes where it needs them."""
    return key if _BARE.fullmatch(key) else toml_string(key)


def toml_string(text: str, path: Path = ()) -> str:
    """Return a string in double quotes, with the escapes of TOML."""
    try:
        text.encode()
    except UnicodeEncodeError:
        name = format_path(path) or "a text"
        message = "holds half a surrogate pair, which TOML cannot hold"
        raise ValueError(f"{name} {message}") from None
    return f'"{_ESCAPED.sub(_escape, text)}"'


def _escape(found: re.Match[str]) -> str:
    return _SIMPLE.get(found.group()) or f"\\u{ord(found.group()):04x}"
