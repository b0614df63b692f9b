"""ChainedScheduler with `step_ranges`: one scheduler after the other, by the epoch."""

import math
from collections.abc import Sequence
from itertools import pairwise

from lehr import _checks
from lehr.dialects.base import Named
from lehr.schedules import Chain, Constant, Schedule

Range = tuple[int, float]


def chained(
    base: float,
    *,
    schedulers: Sequence[Named],
    step_ranges: Sequence[Sequence[float | None]],
    exact: bool = False,
) -> Schedule:
    """Return the curve of `ChainedScheduler` with `step_ranges`: a switch by range.

    Scheduler i owns the epochs from the start of its range (included) to its end
    (excluded), counts them from 0, and begins with the group's starting value. After
    the last end, the value that was come to is held.

    The original, `exact`, is stepped at the end of epoch 1, 2, ... by the scheduler in
    whose range that number lies. What counts its own steps and multiplies (StepLR,
    MultiStepLR, LinearLR) goes on from the present value, so that a range [0, 3) gives
    it two steps; all others take the number of the epoch, counted from the begin of the
    run. Schedulers whose own original differs need their own `exact`.

    Args:
        base: the group's starting value.
        schedulers: one for each range.
        step_ranges: pairs [start, end) that begin at 0 and leave no gap; the last end
            may be None or infinite.
        exact: whether to do as the original does.

    Raises:
        TypeError: a scheduler is not a `Named`, or a range not a pair.
        ValueError: the numbers of both differ, ranges overlap or leave a gap, or the
            first does not begin at 0.

    Source: mjun0812/PyTorch-Project-Template, scheduler.py, 2025.

    >>> from lehr import Cosine, Linear
    >>> from lehr.dialects.base import Dialect
    >>> rise = Dialect("Rise", lambda base: Linear(0.1 * base, base, 3))
    >>> fall = Dialect("Fall", lambda base: Cosine(base, 0.0, 4))
    >>> lr = chained(
    ...     1.0,
    ...     schedulers=[Named(rise, {}), Named(fall, {})],
    ...     step_ranges=[[0, 3], [3, None]],
    ... )
    >>> [round(lr(t), 6) for t in (0, 1, 2, 3, 5, 7, 10**9)]
    [0.1, 0.4, 0.7, 1.0, 0.5, 0.0, 0.0]
    """
    if isinstance(step_ranges, str) or not isinstance(step_ranges, Sequence):
        raise TypeError(
            f"step_ranges must list a pair [start, end] per scheduler, got "
            f"{step_ranges!r}"
        )
    owned = [(_range(i, pair), i) for i, pair in enumerate(step_ranges)]
    for i, child in enumerate(schedulers):
        if not isinstance(child, Named):
            raise TypeError(f"schedulers[{i}] must be a Named, got {child!r}")
    if len(owned) != len(schedulers) or not owned:
        raise ValueError(
            "schedulers and step_ranges must be as many, and at least one, got "
            f"{len(schedulers)} and {len(owned)}"
        )
    owned.sort()
    _require_contiguous(owned)
    spans = [span for span, _ in owned]
    children = [schedulers[i] for _, i in owned]
    if not exact:
        return _rebased(base, children, spans)
    first = _as_constructed(base, schedulers)
    return _as_stepped(base, first, children, spans)


def _range(i: int, pair: Sequence[float | None]) -> Range:
    name = f"step_ranges[{i}]"
    if isinstance(pair, str) or not isinstance(pair, Sequence) or len(pair) != 2:
        raise TypeError(f"{name} must be a pair [start, end], got {pair!r}")
    start = _checks.count(f"{name}[0]", pair[0])
    if pair[1] is None or pair[1] == math.inf:
        return start, math.inf
    end = _checks.count(f"{name}[1]", pair[1])
    if end <= start:
        raise ValueError(f"{name} is empty: its end must be > its start, got {pair!r}")
    return start, end


def _require_contiguous(owned: list[tuple[Range, int]]) -> None:
    (start, _), i = owned[0]
    if start:
        raise ValueError(
            f"the first range must start at 0, got step_ranges[{i}][0]={start}"
        )
    for ((_, end), i), ((start, _), j) in pairwise(owned):
        if start != end:
            fault = "overlap" if start < end else "leave a gap"
            raise ValueError(
                f"step_ranges[{i}] and step_ranges[{j}] {fault}: one ends at {end}, "
                f"the other starts at {start}; let both be the same"
            )


def _rebased(
    base: float, children: Sequence[Named], spans: Sequence[Range]
) -> Schedule:
    pieces: list[Schedule] = []
    for child, (start, end) in zip(children, spans, strict=True):
        pieces.append(_cut(child.curve(base), 0, end - start))
    if (length := spans[-1][1] - spans[-1][0]) < math.inf:
        pieces.append(Constant(pieces[-1]._left(length)))
    return Chain(tuple(pieces))


def _as_constructed(base: float, schedulers: Sequence[Named]) -> float:
    """Return what is left when all have been constructed, one upon the other."""
    value = base
    for child in schedulers:
        counts = child.dialect.proportional
        value = value * child.curve(1.0)(0) if counts else child.curve(base)(0)
    return value


def _as_stepped(
    base: float, value: float, children: Sequence[Named], spans: Sequence[Range]
) -> Schedule:
    pieces: list[Schedule] = [Constant(value, 1)]
    for child, (start, end) in zip(children, spans, strict=True):
        begin = max(start, 1)
        if (length := end - begin) <= 0:
            continue
        if child.dialect.proportional:
            curve = child.curve(1.0)
            piece = _cut(curve, 1, 1 + length) * (value / (curve(0) or 1.0))
        else:
            piece = _cut(child.curve(base), begin, end)
        pieces.append(piece)
        if length < math.inf:
            value = piece(length - 1)
    if spans[-1][1] < math.inf:
        pieces.append(Constant(value))
    return Chain(tuple(pieces))


def _cut(curve: Schedule, begin: float, end: float) -> Schedule:
    """Return the part of `curve`; its end value where nothing is left of it."""
    if end < math.inf:
        return curve[begin:end]
    return curve[begin:] if begin < curve.steps else Constant(curve(begin))
