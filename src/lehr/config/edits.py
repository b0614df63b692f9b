"""Values of a text replaced, put in or taken out, everything else left as it is."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from lehr._checks import choice
from lehr.config.documents import Format, parse_document
from lehr.config.errors import ConfigError, Path, Problem, format_path
from lehr.config.plain import plain
from lehr.config.spans import Spans, spans_of

FORMATS = ("yaml", "json", "toml")


def edited(
    text: str,
    format: Format,
    edits: Mapping[Path, Any],
    *,
    source: str = "<text>",
) -> str:
    r"""Return a document with some values changed, and every other character kept.

    Comments, order, quotes, spaces and line ends stay. Each result is read again: its
    data are the old ones with these edits, or nothing is returned.

    Args:
        text: of a document that parses.
        format: "yaml", "json" or "toml".
        edits: by path, the new value, plain data; None takes the value out, with its
            key. A path that is not there is put in, with the mappings that lead to it;
            the index behind the last element of a list appends. Paths are those of
            `text`, also where several elements of a list are taken out.
        source: the name of the text in errors.

    Raises:
        ConfigError: the text does not parse; LH140, an edit cannot be made there.

    >>> text = "# mine\nschedules:\n  lr: 1e-3  # high\n"
    >>> print(edited(text, "yaml", {("schedules", "lr"): "linear(1, 0, 9)"}), end="")
    # mine
    schedules:
      lr: linear(1, 0, 9)  # high
    >>> print(edited(text, "yaml", {("schedules", "eps"): 1e-8}), end="")
    # mine
    schedules:
      lr: 1e-3  # high
      eps: 1.0e-08
    """
    choice("format", format, FORMATS)
    parse_document(text, source=source, format=format)
    for path, value in _in_order(spans_of(text, format).data, edits):
        text = _one(text, format, path, value, source)
    return text


def _in_order(data: Any, edits: Mapping[Path, Any]) -> list[tuple[Path, Any]]:
    """Return single edits: what is put in first, what is taken out from the back."""
    narrow = [
        each
        for path, value in edits.items()
        for each in _narrowed(data, tuple(path), plain(value))
    ]
    kept = [(path, value) for path, value in narrow if value is not None]
    gone = [path for path, value in narrow if value is None]
    gone.sort(key=lambda p: [k if isinstance(k, int) else -1 for k in p], reverse=True)
    return [*kept, *((path, None) for path in gone)]


def _narrowed(data: Any, path: Path, value: Any) -> Iterator[tuple[Path, Any]]:
    """Yield the smallest edits that make the value at a path the new one."""
    old = value_at(data, path)
    # A null inside a value is one; at the end of a path it would take out.
    inner = value.values() if isinstance(value, dict) else value
    if isinstance(value, dict | list) and (not value or None in list(inner)):
        if old is ABSENT or not same(old, value):
            yield path, value
    elif isinstance(old, dict) and isinstance(value, dict):
        for key in old.keys() - value.keys():
            yield (*path, key), None
        for key, each in value.items():
            yield from _narrowed(data, (*path, key), each)
    elif isinstance(old, list) and isinstance(value, list) and old:
        for index, each in enumerate(value):
            yield from _narrowed(data, (*path, index), each)
        for index in range(len(value), len(old)):
            yield (*path, index), None
    elif old is ABSENT or value is None or not same(old, value):
        yield path, value


ABSENT = object()
"""What stands where nothing does."""


def value_at(data: Any, path: Path) -> Any:
    """Return what is at a path of plain data; `ABSENT` if nothing is."""
    key: Any
    for key in path:
        try:
            data = data[key] if isinstance(data, dict | list) else ABSENT
        except (KeyError, IndexError, TypeError):
            return ABSENT
    return data


def same(one: Any, other: Any) -> bool:
    """Return whether plain data are equal, types and signs of zeros included.

    >>> same({"a": 1}, {"a": 1}), same([1], [1.0]), same(True, 1)
    (True, False, False)
    """
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[k], other[k]) for k in one)
    if isinstance(one, list) and isinstance(other, list):
        pairs = zip(one, other, strict=False)
        return len(one) == len(other) and all(same(a, b) for a, b in pairs)
    return type(one) is type(other) and repr(one) == repr(other)


def _one(text: str, format: Format, path: Path, value: Any, source: str) -> str:
    """Return the first text with one edit that reads back as it should."""
    spans = spans_of(text, format)
    try:
        wanted = _wanted(spans.data, path, value)
    except (KeyError, IndexError, TypeError) as error:
        raise _refused(text, format, path, source, _reason(error)) from None
    if same(wanted, spans.data):
        return text
    for made in _attempts(spans, format, path, value):
        try:
            read = parse_document(made, format=format).data
        except ConfigError:
            continue
        if same(read, wanted):
            return made
    raise _refused(text, format, path, source, "the text around it does not allow it")


def _reason(error: Exception) -> str:
    if isinstance(error, IndexError):
        return "its list is shorter"
    return "there is no mapping or list that could hold it"


def _refused(
    text: str, format: Format, path: Path, source: str, reason: str
) -> ConfigError:
    document = parse_document(text, source=source, format=format)
    name = format_path(path) or "the document"
    line, column = document.place(path) or (1, 1)
    message = f"{name} cannot be edited: {reason}"
    hint = "edit the file by hand"
    return ConfigError([Problem("LH140", message, source, line, column, name, hint)])


def _wanted(data: Any, path: Path, value: Any) -> Any:
    """Return the data that the edited text must have."""
    made = deepcopy(data)
    inner: Any = made
    for key in path[:-1]:
        if isinstance(inner, dict) and inner.get(key) is None:
            if value is None:
                return made
            inner[key] = {}
        inner = inner[key]
    if not path or not isinstance(inner, dict | list):
        raise TypeError
    last: Any = path[-1]
    if isinstance(inner, dict) != isinstance(last, str):
        raise TypeError
    if value is None:
        if isinstance(inner, dict):
            inner.pop(last, None)
        else:
            del inner[last]
    elif isinstance(inner, list) and last == len(inner):
        inner.append(value)
    else:
        inner[last] = value
    return made


def _attempts(spans: Spans, format: Format, path: Path, value: Any) -> Iterator[str]:
    from lehr.config.edits_json import JsonEdits
    from lehr.config.edits_toml import TomlEdits
    from lehr.config.edits_yaml import YamlEdits

    kinds = {"yaml": YamlEdits, "json": JsonEdits, "toml": TomlEdits}
    edits = kinds[format](spans)
    if value is None:
        yield from edits.removed(path)
    elif path in spans.values or path in edits.tables():
        yield from edits.replaced(path, value)
    else:
        while len(path) > 1 and not edits.holds(path[:-1]):
            path, value = path[:-1], {path[-1]: value}
        yield from edits.inserted(path, value)
