"""fvcore's schedulers of schedulers: one after another, and detectron2's warmup."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from lehr import _checks
from lehr.dialects.base import Named
from lehr.dialects.fvcore.clock import Span, between, snapped, whole
from lehr.dialects.fvcore.curves import (
    constant,
    cosine,
    exponential,
    linear,
    polynomial_decay,
)
from lehr.dialects.fvcore.steps import (
    fixed_gamma_in,
    multi_step,
    multi_step_in,
    step,
    step_in,
    step_with_fixed_gamma,
)
from lehr.schedules import Chain, Constant, Linear, Schedule

_SCALING = ("rescaled", "fixed")


def composite(
    *,
    schedulers: Sequence[Named],
    lengths: Sequence[float],
    interval_scaling: Sequence[str],
    num_updates: float,
    exact: bool = False,
) -> Schedule:
    """Return the curve of CompositeParamScheduler: each scheduler for its part.

    A scheduler that is "rescaled" plays all of itself in its part; one that is "fixed"
    plays what it would play there if the run were its own. After the run the last one
    goes on. A part of no length vanishes.

    Args:
        schedulers: at least one of fvcore's, with fvcore's own arguments.
        lengths: the parts of the run, each in [0, 1], 1 together.
        interval_scaling: "rescaled" or "fixed", for each.
        num_updates: length of the run, > 0.
        exact: as in `multi_step`, for the joints too.

    Raises:
        TypeError: an element of `schedulers` is not a scheduler of fvcore.
        ValueError: an argument is outside its range.

    Source: fvcore 0.1.5, CompositeParamScheduler.

    >>> from lehr.dialects import named
    >>> from lehr.dialects.fvcore import SCHEDULERS
    >>> level = named(SCHEDULERS, "ConstantParamScheduler", value=0.42)
    >>> fall = named(
    ...     SCHEDULERS, "CosineParamScheduler", start_value=0.42, end_value=0.0
    ... )
    >>> lr = composite(
    ...     schedulers=[level, fall],
    ...     lengths=[0.3, 0.7],
    ...     interval_scaling=["rescaled", "rescaled"],
    ...     num_updates=100,
    ... )
    >>> [round(lr(t), 6) for t in (0, 29, 30, 65, 100)]
    [0.42, 0.42, 0.42, 0.21, 0.0]
    """
    run = whole(num_updates, exact)
    return composite_in(run, schedulers, lengths, interval_scaling)


def composite_in(
    span: Span,
    schedulers: Sequence[Named],
    lengths: Sequence[float],
    interval_scaling: Sequence[str],
) -> Schedule:
    """Return the curve in a part of a run."""
    if not len(schedulers) == len(lengths) == len(interval_scaling) > 0:
        raise ValueError(
            "schedulers, lengths and interval_scaling must be of one length, >= 1, got "
            f"{len(schedulers)}, {len(lengths)} and {len(interval_scaling)}"
        )
    parts = [_checks.fraction(f"lengths[{i}]", x) for i, x in enumerate(lengths)]
    if abs(sum(parts) - 1) >= 1e-3:
        raise ValueError(f"lengths must add up to 1, got {sum(parts)!r}")
    parts[-1] = max(0.0, 1.0 - sum(parts[:-1]))
    pieces: list[Schedule] = []
    begins = [0.0]
    for part in parts:
        begins.append(begins[-1] + part)
    last = len(parts) - 1
    for i, (where, until) in enumerate(pairwise(begins)):
        first = span.first(where) if i else 0
        end = None if i == last else span.first(until)
        scaling = _checks.choice(
            f"interval_scaling[{i}]", interval_scaling[i], _SCALING
        )
        inner = span.inside(where, parts[i]) if scaling == "rescaled" else span
        if end is None or end > first:
            pieces.append(_piece(f"schedulers[{i}]", schedulers[i], inner, first, end))
    return Chain(tuple(pieces)) if len(pieces) > 1 else pieces[0]


def _piece(
    name: str, child: Named, span: Span, begin: float, end: float | None
) -> Schedule:
    """Return the updates `begin` to `end` of a scheduler; of no length, its end."""
    if span.length > 0:
        return between(curve_in(name, child, span), begin, end)
    done = curve_in(name, child, Span(0, 1, span.exact))(1)
    return between(Constant(done), begin, end)


def curve_in(name: str, child: Named, span: Span) -> Schedule:
    """Return a scheduler that takes this part of a run for all of it.

    It is on the clock of the run, of which the part may be anywhere.
    """
    curve = child.dialect.curve if isinstance(child, Named) else None
    if curve not in _SMOOTH and curve not in _IN:
        raise TypeError(f"{name} must be a Named of fvcore's, got {child!r}")
    arguments = dict(child.arguments)
    if "num_updates" in arguments and curve not in _WITH_LENGTH:
        raise TypeError(
            f"{name} must not have num_updates, got {arguments['num_updates']!r}: its "
            "part of the run is its length"
        )
    if curve in _IN:
        exact = arguments.pop("exact", span.exact)
        return _IN[curve](Span(span.begin, span.length, exact), **arguments)
    return span.played(_SMOOTH[curve](**arguments, num_updates=span.length))


def warmup(
    *,
    scheduler: Named,
    warmup_factor: float,
    warmup_length: float,
    warmup_method: str = "linear",
    rescale_interval: bool = False,
    num_updates: float,
    exact: bool = False,
) -> Schedule:
    """Return the curve of detectron2's WarmupParamScheduler: a warmup, and the rest.

    Args:
        scheduler: one of fvcore's, with fvcore's own arguments.
        warmup_factor: the first value as a part of the scheduler's.
        warmup_length: the part of the run that warms up, in [0, 1].
        warmup_method: "linear", to what the scheduler has at its end, or "constant".
        rescale_interval: whether the scheduler begins after the warmup; if not, it runs
            under it.
        num_updates: length of the run, > 0.
        exact: as in `multi_step`, for the joint too.

    Raises:
        TypeError: `scheduler` is not a scheduler of fvcore.
        ValueError: an argument is outside its range.

    Source: detectron2 02b5c4e2, detectron2.solver.WarmupParamScheduler.

    >>> from lehr.dialects import named
    >>> from lehr.dialects.fvcore import SCHEDULERS
    >>> fall = named(SCHEDULERS, "CosineParamScheduler", start_value=1.0, end_value=0.0)
    >>> lr = warmup(
    ...     scheduler=fall, warmup_factor=0.1, warmup_length=0.5, num_updates=100
    ... )
    >>> [round(lr(t), 6) for t in (0, 25, 50, 75, 100)]
    [0.1, 0.3, 0.5, 0.146447, 0.0]
    """
    run = whole(num_updates, exact)
    given = warmup_factor, warmup_length, warmup_method, rescale_interval
    return warmup_in(run, scheduler, *given)


def warmup_in(
    span: Span,
    scheduler: Named,
    warmup_factor: float,
    warmup_length: float,
    warmup_method: str = "linear",
    rescale_interval: bool = False,
) -> Schedule:
    """Return the curve in a part of a run."""
    part = _checks.fraction("warmup_length", warmup_length)
    factor = _checks.finite("warmup_factor", warmup_factor)
    _checks.choice("warmup_method", warmup_method, ("linear", "constant"))
    start = factor * _value("scheduler", scheduler, 0.0, span.exact)
    joint = span.first(part)
    inner = span.inside(part, 1.0 - part) if rescale_interval else span
    if joint <= span.first(0.0):
        return _piece("scheduler", scheduler, inner, 0, None)
    rest = _piece("scheduler", scheduler, inner, joint, None)
    if warmup_method == "constant":
        return Chain((Constant(start, joint), rest))
    reached = 0.0 if rescale_interval else part
    target = _value("scheduler", scheduler, reached, span.exact)
    rise = Linear(start, target, snapped(part * span.length))
    return Chain((between(span.played(rise), 0, joint), rest))


def _value(name: str, child: Named, where: float, exact: bool) -> float:
    """Return the value at a fraction of a run, whatever its length.

    Of a length such that the fraction is a whole update, on which a joint may be.
    """
    t = 2.0**20
    length = t / where if where > 1e-9 else t
    curve = curve_in(name, child, Span(0, length, exact))
    return curve(t if where > 1e-9 else where * t)


_SMOOTH: dict[Any, Callable[..., Schedule]] = {
    curve: curve for curve in (constant, cosine, exponential, linear, polynomial_decay)
}
_IN: dict[Any, Callable[..., Schedule]] = {
    multi_step: multi_step_in,
    step: step_in,
    step_with_fixed_gamma: fixed_gamma_in,
    composite: composite_in,
    warmup: warmup_in,
}
_WITH_LENGTH = (multi_step, step, step_with_fixed_gamma)
