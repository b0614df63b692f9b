"""fairseq's `manual`: values that are written down by epochs and by updates."""

import ast
import math
from collections.abc import Mapping

from lehr import _checks
from lehr.dialects.fairseq.rates import DEFAULT, Rates, epoch_length, listed
from lehr.schedules import Constant, PiecewiseConstant, Schedule

Written = Mapping[str, float] | str


def manual(
    *,
    epoch2lr: Written = "{}",
    update2lr: Written = "{}",
    lr: Rates = DEFAULT,
    updates_per_epoch: int | None = None,
) -> Schedule:
    """Return the curve of `manual`: the value of the last number that is written down.

    A number is the key of a mapping: one ("3"), several ("3,5") or a range ("3-5", both
    ends included). From the first update of `update2lr` on, `epoch2lr` has no say.

    Args:
        epoch2lr: values by epochs, counted from 1: a mapping, or the text of one.
        update2lr: values by updates, counted from 0; that of update 1 is also the first
            one if no epoch says it.
        lr: the value before the first number, >= 0; the first of a list.
        updates_per_epoch: length of an epoch, which fairseq has from its data; needed
            for `epoch2lr`.

    Raises:
        ValueError: a mapping cannot be read, or `updates_per_epoch` is missing.

    Source: fairseq 3d262bb2, fairseq.optim.lr_scheduler.

    >>> curve = manual(update2lr='{"1-3": 0.1, "6,9": 0.2, "8": 0.4}')
    >>> [curve(t) for t in (0, 1, 5, 6, 7, 8, 9, 10**9)]
    [0.1, 0.1, 0.1, 0.2, 0.2, 0.4, 0.2, 0.2]
    """
    epochs, updates = _read("epoch2lr", epoch2lr), _read("update2lr", update2lr)
    told = (_at(epochs, 1), _at(updates, 1), listed(lr)[0])
    found = {0: next(value for value in told if value is not None)}
    if epochs:
        length = epoch_length(updates_per_epoch)
        found |= {max(0, k - 1) * length: value for k, value in _changes(epochs)}
    changes = dict(_changes(updates))
    first = min(changes, default=math.inf)
    found = {t: value for t, value in found.items() if t < first} | changes
    times = sorted(found)
    if len(times) == 1:
        return Constant(found[0])
    return PiecewiseConstant(tuple(found[t] for t in times), tuple(times[1:]))


Spans = list[tuple[int, int, float]]


def _read(name: str, written: Written) -> Spans:
    """Return the first and the last number of each entry, and its value."""
    try:
        given = ast.literal_eval(written) if isinstance(written, str) else written
    except (SyntaxError, ValueError):
        given = None
    if not isinstance(given, Mapping):
        raise ValueError(
            f"{name} must be a mapping, or its text, like '{{\"1-3\": 0.1}}', got "
            f"{written!r}"
        )
    spans: Spans = []
    for key, value in given.items():
        rate, text = _checks.finite(f"{name}[{key!r}]", value), str(key)
        parts = text.split(",") if "," in text else [text]
        for part in parts:
            ends = part.split("-") if len(parts) == 1 else [part]
            if len(ends) > 2 or not all(end.strip().isdecimal() for end in ends):
                raise ValueError(
                    f"{name} has the key {key!r}; write a number, several ('3,5') or a "
                    "range ('3-5')"
                )
            spans.append((int(ends[0]), int(ends[-1]), rate))
    return spans


def _at(spans: Spans, number: int) -> float | None:
    """Return the value that is written down for a number; later entries win."""
    covering = [value for a, b, value in spans if a <= number <= b]
    return covering[-1] if covering else None


def _changes(spans: Spans) -> list[tuple[int, float]]:
    """Return the numbers from which a value holds, in order."""
    marks = sorted({mark for a, b, _ in spans if a <= b for mark in (a, b + 1)})
    told = [(mark, _at(spans, mark)) for mark in marks]
    return [(mark, value) for mark, value in told if value is not None]
