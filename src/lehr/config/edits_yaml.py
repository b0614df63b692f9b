"""Edits of YAML: in lines, or in brackets as in JSON."""

from collections.abc import Iterator
from typing import Any

from lehr.config.edits_json import JsonEdits
from lehr.config.errors import Path
from lehr.config.yaml_writer import WIDTH, block_lines, flow, yaml_key


class YamlEdits(JsonEdits):
    """Texts that one edit of a YAML document might give."""

    def rendered(self, value: Any) -> str:
        return flow(value)

    def item(self, key: str | int, value: Any) -> str:
        text = flow(value)
        return text if isinstance(key, int) else f"{yaml_key(key)}: {text}"

    def requoted(self, old: str, value: Any) -> Iterator[str]:
        if isinstance(value, str) and old[:1] == "'" and value.isprintable():
            yield "'" + value.replace("'", "''") + "'"
        if isinstance(value, str) and old[:1] == '"' and value.isprintable():
            yield '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'

    def replaced(self, path: Path, value: Any) -> Iterator[str]:
        if self.spans.in_flow(path):
            yield from super().replaced(path, value)
            return
        start, end = self.spans.values[path]
        old = self.text[start:end]
        blank = " " if start == end else ""
        texts = [*self.requoted(old, value), flow(value, inside=False)]
        is_block = isinstance(value, dict | list) and bool(value)
        if is_block:
            column = self.spans.indent(start)
            wide = column + len(texts[-1]) > WIDTH
            if self.is_block(path):
                yield self.cut(start, end, self.lines(value, column).lstrip())
            elif wide:
                yield from self.below(path, value)
        before = self.text[:start].rstrip()
        beside = f"{before} {texts[-1]}{self.text[end:]}"
        if self.is_block(path) and before.endswith((":", "-")):
            yield beside
        for text in texts:
            yield self.cut(start, end, blank + text)
        yield beside
        if is_block:
            yield from self.below(path, value)

    def below(self, path: Path, value: Any) -> Iterator[str]:
        """Yield a text with a mapping or list on lines below its key."""
        start, end = self.spans.values[path]
        column = self.spans.indent(self.spans.keys.get(path, 0)) + 2
        lines = self.spans.newline + self.lines(value, column)
        behind = self.spans.line_end(end)
        before = self.text[:start].rstrip(" ")
        yield before + self.text[end:behind] + lines + self.text[behind:]

    def is_block(self, path: Path) -> bool:
        """Return whether a mapping or list stands in lines."""
        return bool(self.spans.children(path)) and path not in self.spans.flow

    def lines(self, value: Any, column: int) -> str:
        """Return a mapping or list in lines that begin at a column."""
        lines = (" " * column + line for line in block_lines(value))
        return self.spans.newline.join(lines)

    def inserted(self, path: Path, value: Any) -> Iterator[str]:
        parent, key = path[:-1], path[-1]
        alone = [value] if isinstance(key, int) else {key: value}
        if parent not in self.spans.values:
            gap = "" if self.text.endswith("\n") or not self.text else "\n"
            yield self.text + gap + self.lines(alone, 0) + self.spans.newline
        elif self.is_block(parent):
            last = self.spans.children(parent)[-1]
            column = self.spans.indent(self.spans.keys[last])
            at = self.spans.line_end(self.spans.values[last][1])
            lines = self.spans.newline + self.lines(alone, column)
            yield self.cut(at, at, lines)
        elif parent in self.spans.flow:
            yield from super().inserted(path, value)
        else:  # an empty value becomes what holds the new one
            if not self.spans.in_flow(parent):
                yield from self.below(parent, alone)
            yield from self.replaced(parent, alone)

    def removed(self, path: Path) -> Iterator[str]:
        parent = path[:-1]
        if parent in self.spans.flow:
            yield from super().removed(path)
            return
        siblings = self.spans.children(parent)
        if path not in siblings:
            return
        if len(siblings) == 1:
            empty: Any = [] if isinstance(path[-1], int) else {}
            yield from self.replaced(parent, empty)
            return
        start, index = self.spans.keys[path], siblings.index(path)
        line, end = self.spans.line_start(start), self.spans.values[path][1]
        if not self.text[line:start].strip():
            behind = self.text.find("\n", end) + 1
            if behind:
                yield self.cut(line, behind)
            yield self.text[:line].rstrip("\r\n")
        elif index < len(siblings) - 1:
            yield self.cut(start, self.spans.keys[siblings[index + 1]])
