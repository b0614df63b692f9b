"""What `lehr runs` prints: tables, and JSON without what it has no number for."""

import json
import math
import textwrap
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Any

from lehr._figures import short


def as_json(data: Any) -> str:
    """Return JSON; what it has no number for is null."""

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: plain(one) for name, one in value.items()}
        if isinstance(value, list | tuple):
            return [plain(one) for one in value]
        lost = isinstance(value, float) and not math.isfinite(value)
        return None if lost else value

    return json.dumps(plain(data), indent=2)


def shown(value: Any) -> str:
    """Return a value for people; "-" where there is none."""
    if value is None:
        return "-"
    return short(value) if isinstance(value, float) else str(value)


def folded(rows: Sequence[Sequence[str]], room: int) -> Iterator[Sequence[str]]:
    """Yield rows whose cells, but the first, are at most `room` wide: all of each."""
    for name, *cells in rows:
        parts = (textwrap.wrap(cell, room) for cell in cells)
        lines = zip_longest(*parts, fillvalue="")
        yield name, *next(lines, [""] * len(cells))
        for line in lines:
            yield "", *line


def table(rows: Sequence[Sequence[str]]) -> str:
    """Return rows of cells as aligned lines."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in rows
    )
    return "\n".join(line.rstrip() for line in lines)
