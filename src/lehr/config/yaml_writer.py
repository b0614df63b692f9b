"""Plain data as YAML that readers of 1.1 and of 1.2 understand alike."""

import math
import re
from collections.abc import Iterator
from typing import Any

WIDTH = 80

_ODD = "\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff"
"""Characters that stand in no YAML text as they are, or would break a line."""

_WORD = re.compile(f"[A-Za-z_][^:#{_ODD}]*")
_LENGTH = re.compile(r"\d[\d_]*(?:\.\d+)?(?:[kKMBGT]?(?:%|ep|tok)|[kMBT]? [a-z]{3,})")
_KEY = re.compile(r"[A-Za-z_][\w.-]*")
# What readers of YAML 1.1 or 1.2 take for a truth value or for nothing.
_RESERVED = {"true", "false", "yes", "no", "on", "off", "null", "y", "n"}
_IN_FLOW = re.compile(r"[,\[\]{}]")
_ESCAPED = re.compile(f'["\\\\{_ODD}]')


def yaml_text(data: dict[str, Any]) -> str:
    """Return the text of a document: mappings in lines, short lists in brackets.

    >>> print(yaml_text({"a": {"b": [1, "no"], "c": 1e-5}}), end="")
    a:
      b: [1, "no"]
      c: 1.0e-05
    """
    return "".join(f"{line}\n" for line in block_lines(data)) if data else "{}\n"


def block_lines(value: Any) -> Iterator[str]:
    """Yield the lines of a mapping or list in block style, from column 0."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _entry(f"{yaml_key(key)}:", each)
        return
    for each in value:
        first, *rest = _lines(each, WIDTH - 2)
        yield f"- {first}"
        yield from (f"  {line}" for line in rest)


def _entry(key: str, value: Any) -> Iterator[str]:
    lines = list(_lines(value, WIDTH - len(key) - 1))
    if len(lines) == 1 and not _in_block(value, WIDTH - len(key) - 1):
        yield f"{key} {lines[0]}"
        return
    yield key
    yield from (f"  {line}" for line in lines)


def _lines(value: Any, width: int) -> Iterator[str]:
    if _in_block(value, width):
        yield from block_lines(value)
    else:
        yield flow(value, inside=isinstance(value, dict | list))


def _in_block(value: Any, width: int) -> bool:
    """Return whether a value takes lines of its own."""
    if isinstance(value, dict):
        return bool(value)
    if not isinstance(value, list) or not value:
        return False
    held = any(isinstance(each, dict) for each in value)
    return held or len(flow(value)) > width


def flow(value: Any, inside: bool = True) -> str:
    """Return a value on one line; `inside` brackets, fewer strings stand unquoted.

    >>> flow({"a": ["5%", "x, y", 1e-5]})
    '{a: [5%, "x, y", 1.0e-05]}'
    """
    if isinstance(value, dict):
        items = (f"{yaml_key(key)}: {flow(each)}" for key, each in value.items())
        return "{" + ", ".join(items) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    if isinstance(value, str):
        return _string(value, inside)
    if isinstance(value, float):
        return yaml_float(value)
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(value)


def yaml_float(value: float) -> str:
    """Return a float with the point that YAML 1.1 wants.

    >>> yaml_float(1e-05), yaml_float(1e16), yaml_float(float("-inf"))
    ('1.0e-05', '1.0e+16', '-.inf')
    """
    if not math.isfinite(value):
        return ".nan" if value != value else ".inf" if value > 0 else "-.inf"
    digits, exponent, power = repr(value).partition("e")
    return f"{digits}.0e{power}" if exponent and "." not in digits else repr(value)


def yaml_key(key: str) -> str:
    """Return a key, in quotes where it needs them."""
    bare = _KEY.fullmatch(key) and key.lower() not in _RESERVED
    written = key if bare else quoted(key)
    if len(written) > 1000:
        raise ValueError(
            f"a key of YAML has at most 1000 characters, got {key[:30]}..."
        )
    return written


def _string(text: str, inside: bool) -> str:
    plain = _WORD.fullmatch(text) or _LENGTH.fullmatch(text)
    if not plain or text.lower() in _RESERVED or text != text.strip():
        return quoted(text)
    return quoted(text) if inside and _IN_FLOW.search(text) else text


def quoted(text: str) -> str:
    r"""Return a string in double quotes, with the escapes of YAML.

    >>> print(quoted('a "b" \t'))
    "a \"b\" \t"
    """
    return f'"{_ESCAPED.sub(_escape, text)}"'


def _escape(found: re.Match[str]) -> str:
    simple = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
    character = found.group()
    return simple.get(character) or f"\\u{ord(character):04x}"
