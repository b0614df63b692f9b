"""Records as lines of JSON."""

import json
import math
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from lehr.training.loggers.base import Logger, Record

BLOCK = 2**16
"""Bytes to read at once from the end of a file."""


class JsonLines(Logger):
    """One line per record, written by one call, so that no line is ever half there.

    NaN and infinities, which JSON has not, are written as the strings "NaN",
    "Infinity", "-Infinity".

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     log = JsonLines(Path(folder, "metrics.jsonl"))
    ...     log.open(updates=0)
    ...     for update in range(3):
    ...         log.log({"update": update, "loss": 0.5})
    ...     log.open(updates=2)  # resumed after 2 updates: the third will come again
    ...     log.close()
    ...     [record["update"] for record in read_json_lines(log.path)]
    [0, 1]
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._descriptor: int | None = None

    def open(self, updates: int) -> None:
        """Open the file, cut off at the first record that is not before `updates`."""
        self.close()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        self._descriptor = os.open(self.path, flags, 0o644)
        os.ftruncate(self._descriptor, _length_before(self.path, updates))

    def log(self, record: Record) -> None:
        """Append a line."""
        if self._descriptor is None:
            self.open(int(record["update"]))
        line = json.dumps({k: _plain(v) for k, v in record.items()}).encode() + b"\n"
        if self._descriptor is not None and os.write(self._descriptor, line) < len(
            line
        ):
            raise OSError(f"{self.path} takes no more: the disk is full")

    def close(self) -> None:
        """Close the file."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __repr__(self) -> str:
        return f"JsonLines({str(self.path)!r})"


def read_json_lines(path: str | Path) -> Iterator[dict[str, Any]]:
    """Yield the records of a file; a last line that is not whole is left out."""
    with Path(path).open("rb") as file:
        for line in file:
            if not line.endswith(b"\n"):
                return
            yield json.loads(line)


def _length_before(path: Path, updates: int) -> int:
    """Bytes of the lines up to the last whole one whose update is before `updates`.

    Updates grow in a file. So it is read from its end, and of a long one only that.
    """
    with path.open("rb") as file:
        for end, line in _from_the_end(file):
            try:
                update = json.loads(line)["update"] if line.endswith(b"\n") else None
                if update is not None and update < updates:
                    return end
            except (ValueError, KeyError, TypeError):
                continue
    return 0


def _from_the_end(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Yield the lines, last first, each with the place where it ends."""
    place = end = file.seek(0, os.SEEK_END)
    rest = b""
    while place:
        begin = max(0, place - BLOCK)
        file.seek(begin)
        first, *lines = (file.read(place - begin) + rest).splitlines(keepends=True)
        for line in reversed(lines):
            yield end, line
            end -= len(line)
        place, rest = begin, first
    if rest:
        yield end, rest


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value
