"""The phases of a schedule as a table, and its facts in one line."""

import math
from collections.abc import Sequence
from itertools import islice

from lehr._figures import short, updates
from lehr.schedules import Phase, Schedule

MOST_ROWS = 24


def phase_table(schedule: Schedule) -> str:
    """Return one line per phase: name, shape, updates, first and last value.

    A schedule without phases, such as a constant, gives no text.

    >>> from lehr import Cosine
    >>> print(phase_table(Cosine(3e-4, 0.0, 100)))
    phase  shape   begin  end  from  to
    decay  cosine      0  100  3e-4   0
    """
    phases = schedule.phases
    if not phases:
        return ""
    rows: list[tuple[str, ...]] = [("phase", "shape", "begin", "end", "from", "to")]
    rows += [_row(phase) for phase in islice(phases, MOST_ROWS)]
    lines = _aligned(rows, right=(2, 3, 4, 5))
    if len(phases) > MOST_ROWS:
        lines.append(f"... and {len(phases) - MOST_ROWS:,} more")
    elif phases[-1].end < schedule.steps == math.inf:
        lines.append("... and so on, for ever")
    return "\n".join(lines)


def facts(schedule: Schedule) -> str:
    """Return length, extremes and area in one line.

    >>> from lehr import Cosine
    >>> facts(Cosine(3e-4, 0.0, 100))
    'steps 100   minimum 0   maximum 3e-4   area 0.015'
    """
    parts = [f"steps {updates(schedule.steps)}"]
    parts += [f"minimum {short(schedule.minimum)}"]
    parts += [f"maximum {short(schedule.maximum)}"]
    if schedule.steps < math.inf:
        parts.append(f"area {short(schedule.area())}")
    return "   ".join(parts)


def _row(phase: Phase) -> tuple[str, ...]:
    begin, end = updates(phase.begin), updates(phase.end)
    values = short(phase.start_value), short(phase.end_value)
    return phase.name, phase.shape, begin, end, *values


def _aligned(rows: Sequence[Sequence[str]], right: Sequence[int]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = [
            cell.rjust(width) if i in right else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return lines
