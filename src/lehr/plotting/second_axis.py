"""A second horizontal axis: the same run in epochs, samples or tokens."""

import math
from itertools import count as counted
from typing import TYPE_CHECKING, NamedTuple

from lehr.plotting.axes import count, ticks

if TYPE_CHECKING:
    from lehr.plan import Plan

UNITS = ("epochs", "samples", "tokens")


class SecondAxis(NamedTuple):
    """Round numbers of another unit, and the updates at which they are reached.

    Args:
        unit: "epochs", "samples" or "tokens".
        ticks: pairs of update and label.
        total: the label of the last update that is drawn.
    """

    unit: str
    ticks: tuple[tuple[float, str], ...]
    total: str


def unit_of(plan: "Plan | None", unit: str | None) -> str:
    """Return the unit of the second axis; "" if there is none.

    Raises:
        ValueError: the unit is unknown, or the plan does not have it.

    >>> from lehr.plan import Plan
    >>> unit_of(Plan(batch_size=8, updates=9, sequence_length=16), None)
    'tokens'
    """
    if unit is not None and unit not in UNITS:
        raise ValueError(f"unit must be one of {', '.join(UNITS)}, got {unit!r}")
    if plan is None:
        if unit is not None:
            raise ValueError(f"an axis in {unit} needs the run; pass plan=Plan(...)")
        return ""
    has = {"epochs": plan.dataset_size, "samples": 1, "tokens": plan.sequence_length}
    if unit is None:
        return next(one for one in ("epochs", "tokens", "samples") if has[one])
    if not has[unit]:
        lacks = "dataset_size" if unit == "epochs" else "sequence_length"
        raise ValueError(f"an axis in {unit} needs {lacks}; give it to the plan")
    return unit


def second_axis(plan: "Plan", unit: str, end: float, most: int) -> SecondAxis:
    """Return at most `most` round numbers of a unit over the updates 0 to `end`.

    >>> from lehr.plan import Plan
    >>> plan = Plan(dataset_size=1_000, batch_size=10, epochs=4)
    >>> second_axis(plan, "epochs", 400, 5).ticks[1]
    (100.0, '1')
    """
    last = math.ceil(end)
    total = _at(plan, unit, last) * end / last
    several = (ticks(0, total, n) for n in counted(max(most, 2)))
    marks = next(found for found in several if len(found) > 1)
    places = [(_update(plan, unit, mark), mark) for mark in marks]
    shown = tuple((t, count(mark)) for t, mark in places if t <= end * (1 + 1e-9))
    # A total is rarely round: three digits tell it.
    return SecondAxis(unit, shown, count(float(f"{total:.3g}")))


def _at(plan: "Plan", unit: str, update: int) -> float:
    found = getattr(plan, f"{unit}_at")(update)
    return float(found)


def _update(plan: "Plan", unit: str, mark: float) -> float:
    """Return where a mark is reached, between two updates if need be."""
    whole = mark if unit == "epochs" else math.ceil(mark)
    after = getattr(plan, f"updates_at_{unit}")(whole)
    if after == 0:
        return 0.0
    low, high = _at(plan, unit, after - 1), _at(plan, unit, after)
    return after - 1 + (mark - low) / (high - low) if high > low else float(after)
