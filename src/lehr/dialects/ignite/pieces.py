"""ignite's schedulers made of pieces: lines between points, and others in sequence."""

from collections.abc import Sequence
from itertools import pairwise

from lehr import _checks
from lehr.dialects.base import Named
from lehr.dialects.torch import SCHEDULERS as TORCH
from lehr.dialects.torch.children import first_of, listed, rest_of
from lehr.schedules import Chain, Constant, Linear, Schedule


def piecewise_linear(*, milestones_values: Sequence[tuple[int, float]]) -> Schedule:
    """Return the curve of PiecewiseLinear: lines between points, flat outside them.

    Between two points of one event it jumps, and the later one decides.

    Args:
        milestones_values: pairs of an event, >= 0 and never decreasing, and a value in
            the hyper-parameter's units; at least one.

    Raises:
        TypeError: `milestones_values` holds what is no pair.
        ValueError: it is empty, or its events are negative or decrease.

    Source: ignite 0.5.5, ignite.handlers.param_scheduler.PiecewiseLinear.

    >>> lr = piecewise_linear(milestones_values=[(2, 1.0), (4, 0.5), (4, 0.2)])
    >>> [lr(t) for t in range(6)]
    [1.0, 1.0, 1.0, 0.75, 0.2, 0.2]
    """
    points: list[tuple[int, float]] = []
    for i, pair in enumerate(milestones_values):
        if not isinstance(pair, Sequence) or len(pair) != 2:
            raise TypeError(
                f"milestones_values[{i}] must be a pair (event, value), got {pair!r}"
            )
        event = _checks.count(f"milestones_values[{i}][0]", pair[0])
        points.append((event, _checks.finite(f"milestones_values[{i}][1]", pair[1])))
    if not points:
        raise ValueError("milestones_values must hold at least one pair, got none")
    for (a, _), (b, _) in pairwise(points):
        if a > b:
            raise ValueError(
                f"events of milestones_values must not decrease, got {a} before {b}"
            )
    (first, value), (_, last) = points[0], points[-1]
    lines = (Linear(x, y, b - a) for (a, x), (b, y) in pairwise(points))
    return Chain((Constant(value, first), *lines, Constant(last)))


def concat(
    base: float, *, schedulers: Sequence[Named], durations: Sequence[int]
) -> Schedule:
    """Return the curve of ConcatScheduler: each scheduler for its duration.

    Each starts at its own 0; the last one has no end. One of duration 0 is left out;
    ignite would play it for ever where it comes after another.

    Args:
        base: the group's own value, for those that begin at it.
        schedulers: at least two, none that follows a metric.
        durations: events of each but the last, >= 0.

    Raises:
        TypeError: an element of `schedulers` is not a scheduler.
        ValueError: there are too few, one follows a metric, or `durations` do not fit.

    Source: ignite 0.5.5, ignite.handlers.param_scheduler.ConcatScheduler.

    >>> from lehr.dialects import named
    >>> from lehr.dialects.ignite import SCHEDULERS
    >>> points = [(0, 0.0), (4, 1.0)]
    >>> up = named(SCHEDULERS, "PiecewiseLinear", milestones_values=points)
    >>> waves = named(
    ...     SCHEDULERS, "CosineAnnealingScheduler",
    ...     start_value=1.0, end_value=0.0, cycle_size=4,
    ... )
    >>> lr = concat(0.1, schedulers=[up, waves], durations=[4])
    >>> [round(lr(t), 6) for t in (0, 2, 4, 6, 8)]
    [0.0, 0.5, 1.0, 0.5, 1.0]
    """
    children = listed(schedulers)
    if isinstance(durations, str) or not isinstance(durations, Sequence):
        raise TypeError(f"durations must be a list of events, got {durations!r}")
    if len(children) < 2 or len(durations) != len(children) - 1:
        raise ValueError(
            "schedulers must hold at least two, and durations one less, got "
            f"{len(children)} schedulers and {len(durations)} durations"
        )
    lengths = [_checks.count(f"durations[{i}]", d) for i, d in enumerate(durations)]
    curves = [child.curve(base) for child in children]
    pieces = [
        first_of(curve, n) for curve, n in zip(curves, lengths, strict=False) if n
    ]
    return Chain((*pieces, rest_of(curves[-1], 0)))


def create_lr_scheduler_with_warmup(
    base: float,
    *,
    lr_scheduler: Named,
    warmup_start_value: float,
    warmup_duration: int,
    warmup_end_value: float | None = None,
) -> Schedule:
    """Return the curve of create_lr_scheduler_with_warmup: a line, then a scheduler.

    The line goes from `warmup_start_value` at event 0 to `warmup_end_value` at event
    warmup_duration - 1. Where that is the first value of the scheduler, it is used once
    only, and the scheduler begins at that event; else at the next one.

    ignite reckons several groups from what the first one left; here each is by itself.

    Args:
        base: the group's own value.
        lr_scheduler: what follows: one of ignite's, or of torch's.
        warmup_start_value: the first value, in the hyper-parameter's units.
        warmup_duration: events, >= 2.
        warmup_end_value: the last value of the line; None is the value with which the
            scheduler leaves the optimizer: `base` after one of ignite's, the first
            value of one of torch's.

    Raises:
        TypeError: `lr_scheduler` is not a scheduler.
        ValueError: an argument is outside its range, or `lr_scheduler` follows a
            metric.

    Source: ignite 0.5.5, ignite.handlers.create_lr_scheduler_with_warmup.

    >>> from lehr.dialects import named
    >>> decay = named(TORCH, "ExponentialLR", gamma=0.5)
    >>> lr = create_lr_scheduler_with_warmup(
    ...     1.0, lr_scheduler=decay, warmup_start_value=0.0, warmup_duration=3
    ... )
    >>> [lr(t) for t in range(5)]
    [0.0, 0.5, 1.0, 0.5, 0.25]
    """
    (child,) = listed([lr_scheduler])
    curve = child.curve(base)
    end = warmup_end_value
    if end is None:
        torchs = child.dialect in TORCH or child.dialect.name == "LRScheduler"
        end = curve(0) if torchs else base
    last = _checks.count("warmup_duration", warmup_duration, 2) - 1
    line = Linear(warmup_start_value, end, last)
    once = () if curve(0) == line.end else (Constant(line.end, 1),)
    return Chain((line, *once, rest_of(curve, 0)))


def lr_scheduler(
    base: float, *, lr_scheduler: Named, use_legacy: bool = False
) -> Schedule:
    """Return the curve of LRScheduler: that of the torch scheduler which it wraps.

    Without `use_legacy`, ignite asks for the first step once more, on a value that has
    it: with torch 2.13 the schedulers that compute a value from the one before
    (ExponentialLR, CosineAnnealingLR, LinearLR, ...) then begin with a wrong one. Here
    it is taken once.

    Args:
        base: the group's own value, in the hyper-parameter's units.
        lr_scheduler: one of torch's, by name.
        use_legacy: another event, and the same curve.

    Raises:
        TypeError: `lr_scheduler` is not a scheduler.
        ValueError: it follows a metric.

    Source: ignite 0.5.5, ignite.handlers.param_scheduler.LRScheduler.

    >>> from lehr.dialects import named
    >>> decay = named(TORCH, "StepLR", step_size=2, gamma=0.5)
    >>> [lr_scheduler(1.0, lr_scheduler=decay)(t) for t in range(5)]
    [1.0, 1.0, 0.5, 0.5, 0.25]
    """
    (child,) = listed([lr_scheduler])
    return child.curve(base)
