"""A difference of two schedules as a table of text."""

import math

from lehr._figures import short, updates
from lehr._typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lehr.replanning.difference import Both, Difference


def table(found: "Difference", names: tuple[str, str] = ("a", "b")) -> str:
    """Return the facts of a difference, one a line, and where the two part.

    Args:
        found: what `diff` returned.
        names: what the two are called in the first line.
    """
    rows: list[tuple[str, ...]] = [("", *names, "change", "")]
    rows.append(_row("length", found.spans, count=True))
    if found.lengths != found.spans:
        rows[-1] = _row("updates", found.spans, count=True)
    rows.append(_row("peak", found.peaks))
    rows.append(_row(f"at update {found.at:,}", found.values, factor=found.factor))
    rows.append(_row("end", found.ends))
    if found.at:
        rows.append(_row(f"area before {found.at:,}", found.before, percent=True))
        rows.append(_row(f"area from {found.at:,} on", found.after, percent=True))
    rows.append(_row("area", found.area, percent=True))
    return "\n".join([*_aligned(rows), "", *_places(found)])


def _row(
    name: str,
    both: "Both",
    *,
    count: bool = False,
    factor: float | None = None,
    percent: bool = False,
) -> tuple[str, ...]:
    change = both[1] - both[0]
    shown = updates if count else short
    same = both[0] == both[1] or math.isclose(*both, rel_tol=1e-9)
    moved = "0" if same or math.isnan(change) else shown(change)
    moved = f"+{moved}" if change > 0 and moved != "0" else moved
    note = ""
    if not same and factor is not None and math.isfinite(factor):
        note = f"x {factor:.3g}"
    elif not same and percent and both[0]:
        note = f"{100 * change / both[0]:+.3g} %"
    return name, shown(both[0]), shown(both[1]), moved, note


def _places(found: "Difference") -> list[str]:
    if found.first is None or found.at_first is None or found.at_largest is None:
        same = "the values are the same at every update"
        return [same if found.equal else f"{same}, the lengths are not"]
    lines = []
    for words, where, both in (
        ("first different", found.first, found.at_first),
        ("furthest apart", found.largest, found.at_largest),
    ):
        values = ", ".join(map(short, both))
        lines.append(f"{words} at update {where:,}: {values}")
    return lines


def _aligned(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for name, *cells, note in rows:
        right = (f"{c:>{w}}" for c, w in zip(cells, widths[1:-1], strict=True))
        lines.append(f"{name:<{widths[0]}}  {'  '.join(right)}  {note}".rstrip())
    return lines
