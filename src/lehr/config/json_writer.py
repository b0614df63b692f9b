"""Plain data as JSON: what fits stands on one line."""

import json
import math
from typing import Any

from lehr.config.errors import Path, format_path

WIDTH = 80


def json_text(data: dict[str, Any]) -> str:
    """Return the text of a document.

    Raises:
        ValueError: JSON has no infinity and no NaN.

    >>> print(json_text({"lr": {"points": [[0, 1.0], [9, 0.5]]}}), end="")
    {
      "lr": {
        "points": [[0, 1.0], [9, 0.5]]
      }
    }
    """
    return _block(data, (), "") + "\n"


def json_line(value: Any, path: Path = ()) -> str:
    """Return a value on one line.

    >>> json_line({"a": [1, None]})
    '{"a": [1, null]}'
    """
    if isinstance(value, dict):
        items = (
            f"{json_string(k)}: {json_line(v, (*path, k))}" for k, v in value.items()
        )
        return "{" + ", ".join(items) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(json_line(v, path) for v in value) + "]"
    if isinstance(value, str):
        return json_string(value)
    if isinstance(value, float) and not math.isfinite(value):
        text = '"inf"' if value > 0 else '"-inf"'
        hint = f"; for a schedule write the text {text}" if value == value else ""
        raise ValueError(
            f"{format_path(path) or 'a value'} is {value!r}, which JSON cannot hold"
            f"{hint}"
        )
    return json.dumps(value)


def json_string(text: str) -> str:
    """Return a string in quotes; half a surrogate pair is escaped."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(text)
    return json.dumps(text, ensure_ascii=False)


def _block(value: Any, path: Path, indent: str) -> str:
    """Return a value over several lines, unless a list fits on one."""
    inner = indent + "  "
    if isinstance(value, dict) and value:
        lines = (
            f"{inner}{json_string(k)}: {_block(v, (*path, k), inner)}"
            for k, v in value.items()
        )
        return "{\n" + ",\n".join(lines) + "\n" + indent + "}"
    line = json_line(value, path)
    if isinstance(value, list) and len(indent) + len(line) > WIDTH:
        lines = (f"{inner}{_block(v, path, inner)}" for v in value)
        return "[\n" + ",\n".join(lines) + "\n" + indent + "]"
    return line
