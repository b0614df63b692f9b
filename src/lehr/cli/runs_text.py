"""What `lehr runs` prints: tables, and JSON without what it has no number for."""

import json
import math
from collections.abc import Sequence
from typing import Any


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


def table(rows: Sequence[Sequence[str]]) -> str:
    """Return rows of cells as aligned lines."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in rows
    )
    return "\n".join(line.rstrip() for line in lines)
