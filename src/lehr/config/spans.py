"""Where each value of a text begins and ends, so that one can be edited alone."""

import re
from dataclasses import dataclass, field
from typing import Any

from lehr.config import json_reader, toml_reader
from lehr.config.documents import Format, Places, parse_document
from lehr.config.errors import Path

_MARKED = re.compile(r"(?:[&!]\S*\s+)+")
"""The anchor and the tag before a value of YAML, which are not part of it."""

_ALIAS = re.compile(r"\*[^\s,\]}]+")


@dataclass
class Spans:
    """A text, its data, and the offsets of its parts.

    Args:
        text: the document.
        data: what it holds.
        values: by path, where a value begins and ends.
        keys: by path, where the key begins; of an element of a list, its dash or the
            element itself.
        flow: paths of mappings and lists in brackets.
        headers: of TOML, the tables in order: path, begin and end of the header.
        pairs: of TOML, the keys on lines of their own: by path, the table they are in.
    """

    text: str
    data: Any
    values: dict[Path, tuple[int, int]] = field(default_factory=dict)
    keys: dict[Path, int] = field(default_factory=dict)
    flow: set[Path] = field(default_factory=set)
    headers: list[tuple[Path, int, int]] = field(default_factory=list)
    pairs: dict[Path, Path] = field(default_factory=dict)

    def children(self, path: Path) -> list[Path]:
        """Return the paths right below one, in the order of the text."""
        found = [p for p in self.values if len(p) == len(path) + 1 and p[:-1] == path]
        return sorted(found, key=lambda p: self.keys.get(p, self.values[p][0]))

    def in_flow(self, path: Path) -> bool:
        """Return whether a value stands in brackets of something around it."""
        return any(path[:length] in self.flow for length in range(len(path)))

    def line_start(self, at: int) -> int:
        return self.text.rfind("\n", 0, at) + 1

    def line_end(self, at: int) -> int:
        """Return the offset of the end of a line, its line end not included."""
        end = self.text.find("\n", at)
        end = len(self.text) if end < 0 else end
        return end - (self.text[end - 1 : end] == "\r")

    def indent(self, at: int) -> int:
        """Return the column of an offset, from 0."""
        return at - self.line_start(at)

    @property
    def newline(self) -> str:
        return "\r\n" if "\r\n" in self.text else "\n"


def spans_of(text: str, format: Format) -> Spans:
    r"""Return the spans of a document that parses.

    Raises:
        ConfigError: it does not.

    >>> spans = spans_of("a: 1  # one\nb: [2, 3]", "yaml")
    >>> spans.values["a",], spans.values["b", 1], spans.flow
    ((3, 4), (19, 20), {('b',)})
    """
    data = parse_document(text, format=format).data
    spans = Spans(text, data)
    if format == "yaml":
        _Yaml(spans).read()
    elif format == "json":
        reader = _Json(spans)
        reader.value(0, ())
        spans.keys = {path: at for path, (at, _) in reader.places.keys.items()}
    else:
        _Toml(spans).document()
    return spans


class _Yaml:
    """Offsets of the nodes that PyYAML finds."""

    def __init__(self, spans: Spans) -> None:
        self.spans = spans

    def read(self) -> None:
        from lehr.config.yaml_reader import _loader, _yaml

        node = _yaml().compose(self.spans.text, Loader=_loader())
        if node is not None:
            self.value(node, ())

    def value(self, node: Any, path: Path, after: int = 0) -> int:
        """Note a node behind an offset; return where it ends, and no more."""
        spans = self.spans
        start: int = node.start_mark.index
        end: int = node.end_mark.index
        if start < after:  # an alias has the place of its anchor
            found = _ALIAS.search(spans.text, after)
            spans.values[path] = found.span() if found else (after, after)
            return spans.values[path][1]
        if found := _MARKED.match(spans.text, start, end):
            start = found.end()
        if node.id != "scalar" and node.flow_style:
            spans.flow.add(path)
        inner, last = () if node.id == "scalar" else node.value, start
        for index, each in enumerate(inner):
            last = self.child(each, path, index, last)
        if node.id == "scalar" or (path not in spans.flow and not inner):
            end = start + len(spans.text[start:end].rstrip())
        elif path not in spans.flow:
            end = last
        spans.values[path] = start, end
        return end

    def child(self, each: Any, path: Path, index: int, after: int) -> int:
        if isinstance(each, tuple):
            key, node = each
            inner: Path = (*path, key.value)
            self.spans.keys[inner] = key.start_mark.index
            return self.value(node, inner, key.end_mark.index)
        inner = (*path, index)
        end = self.value(each, inner, after)
        at = self.spans.values[inner][0]
        is_alias = each.start_mark.index < after
        dash = self.spans.text.rfind("-", 0, at if is_alias else each.start_mark.index)
        self.spans.keys[inner] = at if path in self.spans.flow else dash
        return end


class _Json(json_reader._Reader):
    """The reader of JSON, which notes offsets in place of lines and columns."""

    def __init__(self, spans: Spans) -> None:
        super().__init__(spans.text, "", Places())
        self.spans = spans

    def value(self, at: int, path: Path) -> tuple[Any, int]:
        start = self.skip(at)
        value, end = super().value(start, path)
        self.spans.values[path] = start, end
        if isinstance(value, dict | list):
            self.spans.flow.add(path)
        return value, end

    def place(self, at: int) -> tuple[int, int]:
        return at, 0


class _Toml(toml_reader._Scanner):
    """The scanner of TOML, which notes offsets in place of lines and columns."""

    def __init__(self, spans: Spans) -> None:
        super().__init__(spans.text, Places())
        self.spans = spans

    def header(self, many: bool) -> Path:
        start = self.at - 1 - many
        table = super().header(many)
        self.spans.headers.append((table, start, self.at))
        return table

    def pair(self, table: Path) -> None:
        start = self.at
        path = (*table, *self.key())
        self.at = start
        super().pair(table)
        self.spans.keys[path] = start
        if not self.spans.in_flow(path):
            self.spans.pairs[path] = table

    def value(self, path: Path) -> None:
        start = self.at
        flow = self.text[start : start + 1] in ("{", "[")
        if flow:
            self.spans.flow.add(path)
        super().value(path)
        end = start + len(self.text[start : self.at].rstrip())
        self.spans.values[path] = start, end

    def place(self, at: int) -> tuple[int, int]:
        return at, 0
