"""Edits of TOML: keys on their lines, tables, and brackets as in JSON."""

from collections.abc import Collection, Iterator
from typing import Any

from lehr.config.edits_json import JsonEdits
from lehr.config.errors import ConfigError, Path
from lehr.config.spans import spans_of
from lehr.config.toml_writer import WIDTH, inline, toml_key


class TomlEdits(JsonEdits):
    """Texts that one edit of a TOML document might give."""

    def rendered(self, value: Any) -> str:
        return inline(value)

    def item(self, key: str | int, value: Any) -> str:
        text = inline(value)
        return text if isinstance(key, int) else f"{toml_key(key)} = {text}"

    def requoted(self, old: str, value: Any) -> Iterator[str]:
        if isinstance(value, str) and old[:1] == "'" and value.isprintable():
            yield f"'{value}'"

    def tables(self) -> Collection[Path]:
        """Return the paths of all tables, those that only lead to others too."""
        heads = [path for path, _, _ in self.spans.headers]
        heads += [path[:-1] for path in self.spans.pairs]
        return {path[:n] for path in heads for n in range(len(path) + 1)} | {()}

    def holds(self, path: Path) -> bool:
        return path in self.spans.values or path in self.tables()

    def replaced(self, path: Path, value: Any) -> Iterator[str]:
        if path in self.spans.values:
            yield from super().replaced(path, value)
            return
        for text in self.removed(path):
            try:
                yield from TomlEdits(spans_of(text, "toml")).inserted(path, value)
            except ConfigError:
                continue

    def inserted(self, path: Path, value: Any) -> Iterator[str]:
        parent = path[:-1]
        if parent in self.spans.values:
            yield from super().inserted(path, value)
            return
        if isinstance(path[-1], int):
            yield from self.element(parent, value)
            return
        item = self.item(path[-1], value)
        is_table = isinstance(value, dict) and bool(value)
        if not (is_table and (not parent or len(item) > WIDTH)):
            yield from self.on_a_line(parent, item)
        if isinstance(value, dict):
            yield self.at_the_end(f"[{_dotted(path)}]", value)
        yield from self.on_a_line(parent, item)
        if parent:
            yield self.at_the_end(f"[{_dotted(parent)}]", {str(path[-1]): value})

    def on_a_line(self, parent: Path, item: str) -> Iterator[str]:
        """Yield texts with a key on a line of its own in a table."""
        newline, spans = self.spans.newline, self.spans
        own = [p for p, table in spans.pairs.items() if table == parent]
        if own:
            at = spans.line_end(max(spans.values[p][1] for p in own))
            yield self.cut(at, at, newline + item)
        for path, _, end in spans.headers:
            if path == parent and not own:
                at = spans.line_end(end)
                yield self.cut(at, at, newline + item)
        if not parent and not own:
            first = min((start for _, start, _ in spans.headers), default=None)
            at = len(self.text) if first is None else self.above(first)
            gap = newline if at and not self.text[:at].endswith("\n") else ""
            blank = newline if first is not None else ""
            yield self.cut(at, at, f"{gap}{item}{newline}{blank}")
        for path, table in spans.pairs.items():
            if path[: len(parent)] == parent and len(path) > len(parent) > len(table):
                at = spans.line_end(spans.values[path][1])
                prefix = _dotted(parent[len(table) :])
                yield self.cut(at, at, f"{newline}{prefix}.{item}")

    def above(self, at: int) -> int:
        """Return where the comment right above a header begins, or the header."""
        at = self.spans.line_start(at)
        while at:
            line = self.text.rfind("\n", 0, at - 1) + 1
            if not self.text[line:at].lstrip().startswith("#"):
                break
            at = line
        return at

    def at_the_end(self, header: str, pairs: dict[str, Any]) -> str:
        newline = self.spans.newline
        text = self.text + (
            "" if self.text.endswith("\n") or not self.text else newline
        )
        lines = [header, *(self.item(key, value) for key, value in pairs.items())]
        return text + (newline if text else "") + newline.join(lines) + newline

    def element(self, parent: Path, value: Any) -> Iterator[str]:
        """Yield texts with one more table of an array of tables."""
        if not isinstance(value, dict):
            return
        size = len(parent)
        ends = [
            self.region(path, start)[1]
            for path, start, _ in self.spans.headers
            if path[:size] == parent and len(path) > size
        ]
        lines = [f"[[{_dotted(parent)}]]", *(self.item(k, v) for k, v in value.items())]
        newline = self.spans.newline
        for at in ends[-1:]:
            gap = "" if self.text[:at].endswith("\n") else newline
            yield self.cut(at, at, gap + newline + newline.join(lines) + newline)

    def region(self, path: Path, start: int) -> tuple[int, int]:
        """Return where a header's lines begin, and where its last key's line ends."""
        heads = [begin for _, begin, _ in self.spans.headers]
        after = min((h for h in heads if h > start), default=len(self.text))
        ends = [e for _, b, e in self.spans.headers if b == start]
        pairs = (self.spans.values[p][1] for p in self.spans.pairs)
        ends += [end for end in pairs if start < end <= after]
        behind = self.text.find("\n", max(ends)) + 1
        return self.spans.line_start(start), behind or len(self.text)

    def removed(self, path: Path) -> Iterator[str]:
        parent = path[:-1]
        if path in self.spans.values and path not in self.spans.pairs:
            yield from super().removed(path)
            return
        size = len(path)
        regions = [
            self.region(table, start)
            for table, start, _ in self.spans.headers
            if table[:size] == path
        ]
        for pair, table in self.spans.pairs.items():
            if pair[:size] == path and table[:size] != path:
                line = self.spans.line_start(self.spans.keys[pair])
                end = self.text.find("\n", self.spans.values[pair][1]) + 1
                regions.append((line, end or len(self.text)))
        # Without anything in it, a table needs a header to be there at all.
        empty = f"[{_dotted(parent)}]{self.spans.newline}"
        for header, footer in (("", ""), (empty, ""), ("", empty)):
            text, first = self.text, min(regions, default=(0, 0))
            for start, end in sorted(regions, reverse=True):
                new = header if (start, end) == first else ""
                text = text[:start] + new + text[end:]
            yield text + footer


def _dotted(path: Path) -> str:
    """Return the keys of a path as a header has them; elements have no name there."""
    return ".".join(toml_key(key) for key in path if isinstance(key, str))
