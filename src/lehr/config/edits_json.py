"""Edits in brackets: JSON, and what YAML and TOML write like it."""

import re
from collections.abc import Collection, Iterator
from typing import Any

from lehr.config.errors import Path
from lehr.config.json_writer import json_line, json_string
from lehr.config.spans import Spans

_COMMA = re.compile(r"\s*,")


class JsonEdits:
    """Texts that one edit might give; the caller reads them and takes the first good.

    Args:
        spans: of the text.
    """

    def __init__(self, spans: Spans) -> None:
        self.spans = spans
        self.text = spans.text

    # ----------------------------------------------------------- what formats differ in

    def rendered(self, value: Any) -> str:
        """Return a value on one line."""
        return json_line(value)

    def item(self, key: str | int, value: Any) -> str:
        """Return an element, with its key if it is of a mapping."""
        text = self.rendered(value)
        return text if isinstance(key, int) else f"{json_string(key)}: {text}"

    def requoted(self, old: str, value: Any) -> Iterator[str]:
        """Yield a string in the quotes of the one that it replaces."""
        yield from ()

    def tables(self) -> Collection[Path]:
        """Return the paths of tables that have no span of their own."""
        return ()

    # ------------------------------------------------------------------------- edits

    def holds(self, path: Path) -> bool:
        """Return whether there is something at a path that a value can be put in."""
        return path in self.spans.values

    def cut(self, start: int, end: int, new: str = "") -> str:
        """Return the text with other characters in place of some."""
        return self.text[:start] + new + self.text[end:]

    def replaced(self, path: Path, value: Any) -> Iterator[str]:
        """Yield texts in which the value at a path is another."""
        start, end = self.spans.values[path]
        for text in (*self.requoted(self.text[start:end], value), self.rendered(value)):
            yield self.cut(start, end, text)

    def inserted(self, path: Path, value: Any) -> Iterator[str]:
        """Yield texts in which a new element ends its mapping or list."""
        start, end = self.spans.values[path[:-1]]
        item, children = self.item(path[-1], value), self.spans.children(path[:-1])
        if not children:
            inside = self.text[start + 1 : end - 1]
            if inside.strip():
                yield self.cut(start + 1, start + 1, f"{item} ")
            yield self.cut(start + 1, end - 1, item)
            return
        last = children[-1]
        yield from self.behind(last, item)
        yield self.cut(self.spans.values[last][1], end - 1, f", {item}")

    def behind(self, last: Path, item: str) -> Iterator[str]:
        """Yield texts with an item behind the last, on a line like that one."""
        key, after = self.spans.keys.get(last), self.spans.values[last][1]
        key = self.spans.values[last][0] if key is None else key
        margin = self.text[self.spans.line_start(key) : key]
        comma = _COMMA.match(self.text, after)
        if margin.strip():
            if comma:
                yield self.cut(comma.end(), comma.end(), f" {item},")
            yield self.cut(after, after, f", {item}")
            return
        line = f"{self.spans.newline}{margin}{item}"
        behind = self.spans.line_end(comma.end() if comma else after)
        rest = self.text[comma.end() if comma else after : behind]
        closed = rest.strip() and not rest.strip().startswith("#")
        behind = (comma.end() if comma else after) if closed else behind
        before = self.text[:after] + ("" if comma else ",") + self.text[after:behind]
        yield before + line + ("," if comma else "") + self.text[behind:]

    def removed(self, path: Path) -> Iterator[str]:
        """Yield texts without an element."""
        siblings = self.spans.children(path[:-1])
        starts = [self.spans.keys.get(p, self.spans.values[p][0]) for p in siblings]
        ends = [self.spans.values[p][1] for p in siblings]
        index = siblings.index(path)
        if index < len(siblings) - 1:
            yield self.cut(starts[index], starts[index + 1])
        elif index:
            end = self.with_comment(starts[index], ends[index])
            yield from self.last_removed(ends[index - 1], starts[index], end)
        comma = _COMMA.match(self.text, ends[index])
        if comma:
            yield self.cut(starts[index], comma.end())
        yield self.cut(starts[index], ends[index])

    def last_removed(self, before: int, start: int, end: int) -> Iterator[str]:
        comma = _COMMA.match(self.text, before)
        if comma:
            between = self.text[comma.end() : start].rstrip()
            gap = self.text[before : comma.end() - 1]
            yield self.cut(before, end, gap + between)
            yield self.cut(before, end, gap + "," + between)
        yield self.cut(before, end)

    def with_comment(self, start: int, end: int) -> int:
        """Return where an item on a line of its own ends, its comment included."""
        behind = self.spans.line_end(end)
        alone = not self.text[self.spans.line_start(start) : start].strip()
        is_comment = self.text[end:behind].lstrip().startswith("#")
        return behind if alone and is_comment else end
