"""The columns of a log, and which of them is the learning rate."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lehr.config.errors import suggest
from lehr.importing.errors import CannotImport

Curve = tuple[list[int], list[float]]
"""Updates, and the rate of each."""

_RATE = re.compile(
    r"(?:.*[/ .])?(?:lr|learning_rate|learning-rate)(?:-\w+)?(?:/\w+)?", re.IGNORECASE
)
_ENDS = re.compile(r"__(?:MIN|MAX)$")
_STEPS = (
    *("update", "updates", "step", "global_step", "trainer/global_step", "Step"),
    *("iteration", "iter", "num_updates", "t"),
)


@dataclass(frozen=True)
class Columns:
    """Named columns of a log.

    Args:
        source: the file, for messages.
        columns: steps and values, by name.
        first: the number of the first update.
    """

    source: str
    columns: Mapping[str, Sequence[tuple[float, float]]]
    first: int = 0


def of_records(
    records: Iterable[Mapping[str, Any]],
    source: str,
    step: str | None,
    first: int = 0,
) -> Columns:
    """Return the columns of records that each have a step and some values.

    What is empty or no number is left out.

    Raises:
        CannotImport: no record has a step.
    """
    listed = list(records)
    if not listed:
        raise CannotImport(f"{source} has no records")
    names = list(dict.fromkeys(name for record in listed for name in record))
    key = step if step is not None else next((n for n in _STEPS if n in names), None)
    if key is None or key not in names:
        wanted = "a column of steps" if key is None else f"a column {key!r}"
        raise CannotImport(
            f"{source} has no {wanted.removeprefix('a ')}: it has {', '.join(names)}; "
            "pass step=, the name of the one that counts updates"
        )
    columns: dict[str, list[tuple[float, float]]] = {}
    for record in listed:
        if (at := _number(record.get(key))) is None:
            continue
        for name, value in record.items():
            number = _number(value)
            if name != key and number is not None:
                columns.setdefault(name, []).append((at, number))
    return Columns(source, columns, first)


def picked(found: Columns, column: str | None, first: int) -> Curve:
    """Return the curve of the rates.

    Raises:
        CannotImport: there is none, or it is not known which of several.
    """
    name = _name(found) if column is None else column
    if name not in found.columns:
        hint = suggest(name, found.columns) if found.columns else "it is empty"
        raise CannotImport(f"{found.source} has no column {name!r}: {hint}")
    values: dict[int, float] = {}
    for at, value in found.columns[name]:
        update = at - first
        if update < 0 or update != int(update):
            raise CannotImport(
                f"{found.source} has a value at {at:g}, which is no update if the "
                f"first one is {first}; pass first=, or step= for another column"
            )
        values[int(update)] = value
    if len(values) < 2:
        raise CannotImport(f"{found.source} has {len(values)} values of {name!r}")
    order = sorted(values)
    return order, [values[update] for update in order]


def _name(found: Columns) -> str:
    names = [name for name in found.columns if _RATE.fullmatch(_ENDS.sub("", name))]
    names = [name for name in names if not _ENDS.search(name)] or names
    if len(names) > 1:
        curves = {tuple(found.columns[name]) for name in names}
        if len(curves) > 1:
            raise CannotImport(
                f"{found.source} has several learning rates: {', '.join(names)}; pass "
                "column=, one of them"
            )
    if not names:
        raise CannotImport(
            f"{found.source} has no column that is called lr or learning_rate; it has "
            f"{', '.join(found.columns) or 'none'}; pass column="
        )
    return names[0]


def _number(value: Any) -> float | None:
    """Return a finite number, also from a text; None for anything else."""
    if value is None or isinstance(value, bool):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None
