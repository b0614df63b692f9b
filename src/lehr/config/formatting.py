"""A document's spelling made usual, its comments and its layout kept."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from lehr.config import names
from lehr.config.documents import Format, parse_document
from lehr.config.edits import edited, same, value_at
from lehr.config.errors import ConfigError, Path
from lehr.config.lexer import Text
from lehr.config.migrations import version_of
from lehr.config.migrations.short_form import SCHEDULES
from lehr.config.parser import parse
from lehr.config.spans import Spans, spans_of
from lehr.config.spelling import spelled, word_for

_TOML = re.compile(r"(?:\s|#[^\n]*\n)*(?:\[+[\w.\"' -]+\]|[\w.\"'-]+[ \t]*=)")
_COMMENT = re.compile(r"[ \t]*#.*")
_JSON = re.compile(r"\s*\{")


def formatted(text: str, format: Format, source: str = "<text>") -> str:
    r"""Return a document with its schedules in their usual spelling.

    Spaces, lower-case names, the shortest numbers and durations in expressions, and the
    lower-case word in `kind`. It means the same; all else stays, character for
    character. An expression over several lines, or with a comment, stays too.

    Raises:
        ConfigError: the text does not parse.

    >>> print(formatted("schedules:\n  lr: Linear( 1e-03,0 ,5 %)  # mine", "yaml"))
    schedules:
      lr: linear(1e-3, 0, 5%)  # mine
    """
    parse_document(text, source=source, format=format)
    usual = respellings(text, format)
    try:
        return edited(text, format, usual, source=source)
    except ConfigError:
        for path, value in usual.items():
            with suppress(ConfigError):  # as at an alias of YAML: it stays
                text = edited(text, format, {path: value}, source=source)
        return text


def respellings(text: str, format: Format) -> dict[Path, str]:
    """Return by path what is spelled otherwise than usual, in its usual spelling."""
    spans = spans_of(text, format)
    data = spans.data if isinstance(spans.data, dict) else {}
    named = SCHEDULES if version_of(data) == 0 else ("schedules",)
    return {
        path: usual
        for key in named
        for path, value, usual in _spellings(data.get(key), (key,))
        if usual != value and not _spread(spans, path)
    }


def _spread(spans: Spans, path: Path) -> bool:
    """Return whether a value is over several lines, or an alias of another."""
    start, end = spans.values.get(path, (0, 0))
    written = spans.text[start:end]
    return not written or "\n" in written or written.startswith("*")


def _spellings(value: Any, path: Path) -> Iterator[tuple[Path, str, str]]:
    """Yield the path, the text and the usual text of all that has a spelling."""
    if isinstance(value, str):
        yield path, value, spelled(value)
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _spellings(each, (*path, index))
    elif isinstance(value, Mapping):
        kind = value.get("kind")
        known = names.parameters(kind) if _is_known(kind) else {}
        for key, each in value.items():
            if key == "kind" and isinstance(each, str):
                yield (*path, key), each, word_for(each)
            elif kind is None or (key in known and not names.takes_text(kind, key)):
                yield from _spellings(each, (*path, key))


def _is_known(kind: Any) -> bool:
    return isinstance(kind, str) and kind in names.known()


def migrated(
    text: str,
    format: Format,
    migrate: Callable[[Mapping[str, Any]], Mapping[str, Any]],
    source: str = "<text>",
) -> str:
    """Return a document in today's grammar, with its comments and its layout.

    Args:
        text: of a document of any version.
        format: "yaml", "json" or "toml".
        migrate: from the data of any version to those of today's, on plain data.
        source: the name of the text in errors.

    Raises:
        ConfigError: the text does not parse, or is of a version that is not known.
    """
    before = parse_document(text, source=source, format=format).data
    after = dict(migrate(before))
    version = {} if "schema" in before else {"schema": after.pop("schema", None)}
    if same(before, after):
        return text  # it says no version, and is of today's
    edits: dict[Path, Any] = {(key,): value for key, value in after.items()}
    edits |= {(key,): None for key in before if key not in after}
    made = edited(text, format, edits, source=source)
    for key in before.keys() - after.keys():
        made = _as_it_was(spans_of(text, format), made, format, key)
    if version.get("schema") is None:
        return made
    return _with_version(made, format, version)


def _as_it_was(old: Spans, text: str, format: Format, key: str) -> str:
    """Return a text in which a value that has moved is written as it was.

    With the comment behind it. A value that is nowhere, or in several places, stays.
    """
    new, value = spans_of(text, format), old.data[key]
    named = (path for path in new.values if path[-1:] == (key,))
    places = [path for path in named if same(value_at(new.data, path), value)]
    start, end = old.values.get((key,), (0, 0))
    if len(places) != 1 or start == end or "\n" in old.text[start:end]:
        return text
    comment = _COMMENT.fullmatch(old.text[end : old.line_end(end)])
    begin, stop = new.values[places[0]]
    line = new.line_end(stop)
    behind = comment[0] if comment and not text[stop:line].strip() else ""
    made = text[:begin] + old.text[start:end] + behind + text[stop:]
    with suppress(ConfigError):
        if same(parse_document(made, format=format).data, new.data):
            return made
    return text


def _with_version(text: str, format: Format, version: dict[str, Any]) -> str:
    """Return a document with its version on top, or else at its end."""
    spans = spans_of(text, format)
    first = min(spans.keys.values(), default=0)
    margin = text[spans.line_start(first) : first]
    line = {"yaml": "schema: {}\n", "toml": "schema = {}\n", "json": '"schema": {},\n'}
    top = line[format].format(version["schema"]) + margin
    made = (text[:first] + top + text[first:]) if not margin.strip() else text
    wanted = {**version, **spans.data}
    with suppress(ConfigError):
        if same(parse_document(made, format=format).data, wanted):
            return made
    return edited(text, format, {("schema",): version["schema"]})


def format_of(text: str) -> Format | None:
    """Return the format that a text looks like; None if it is one expression.

    >>> format_of("linear(1, 0, 5)"), format_of("lr: 1"), format_of("[schedules]")
    (None, 'yaml', 'toml')
    """
    if not text.lstrip().startswith(("[", "{")):
        try:
            parse(Text(text))
        except ConfigError:
            pass
        else:
            return None
    if _TOML.match(text):
        return "toml"
    if _JSON.match(text):
        try:
            parse_document(text, format="json")
        except ConfigError:
            return "yaml"
        return "json"
    return "yaml"
