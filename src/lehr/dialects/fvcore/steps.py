"""fvcore's schedulers in steps."""

from collections.abc import Sequence
from itertools import pairwise

from lehr import _checks
from lehr.dialects.fvcore.clock import Span, whole
from lehr.schedules import Constant, PiecewiseConstant, Schedule


def multi_step(
    *,
    values: Sequence[float],
    num_updates: float,
    milestones: Sequence[float] | None = None,
    exact: bool = False,
) -> Schedule:
    """Return the curve of MultiStepParamScheduler: the next value at each milestone.

    Args:
        values: at least one.
        num_updates: length of the run, > 0.
        milestones: updates, > 0 and increasing: one less than `values`, below
            `num_updates`; or as many as `values`, where the last one is the end of the
            run in the unit of all. By default the run is cut into parts of equal, whole
            length.
        exact: whether to change a millionth of the run early, as fvcore does: in a run
            of more than a million updates, that is more than one update.

    Raises:
        ValueError: an argument is outside its range.

    Source: fvcore 0.1.5, MultiStepParamScheduler.

    >>> lr = multi_step(values=[1, 0.1, 0.01], milestones=[30, 60], num_updates=90)
    >>> [lr(t) for t in (0, 29, 30, 60, 10**9)]
    [1.0, 1.0, 0.1, 0.01, 0.01]
    """
    run = whole(num_updates, exact)
    if milestones is not None and len(milestones) == len(values):
        return multi_step_in(run, values, None, milestones)
    return multi_step_in(run, values, num_updates, milestones)


def multi_step_in(
    span: Span,
    values: Sequence[float],
    num_updates: float | None = None,
    milestones: Sequence[float] | None = None,
) -> Schedule:
    """Return the curve in a part of a run; `num_updates` is fvcore's own parameter."""
    heights = _heights(values)
    if milestones is None:
        if num_updates is None:
            raise ValueError("give num_updates or milestones, got neither")
        each = -(-num_updates // len(heights))
        milestones = [each * (i + 1) for i in range(len(heights) - 1)]
    marks: list[float] = [
        _checks.count(f"milestones[{i}]", m, 1) for i, m in enumerate(milestones)
    ]
    if num_updates is not None:
        marks.append(_checks.duration("num_updates", num_updates))
    if len(marks) != len(heights):
        raise ValueError(
            "milestones must hold one less than values, or as many if the last one is "
            f"the end, got {len(milestones)} milestones and {len(heights)} values"
        )
    for a, b in pairwise(marks):
        if a >= b:
            raise ValueError(
                f"milestones must increase, and end before num_updates, got {a!r} "
                f"before {b!r}"
            )
    return _stairs(heights, [span.first(m / marks[-1]) for m in marks[:-1]])


def step(
    *, num_updates: float, values: Sequence[float], exact: bool = False
) -> Schedule:
    """Return the curve of StepParamScheduler: each value for an equal part of the run.

    Args:
        num_updates: length of the run, > 0.
        values: at least one.
        exact: as in `multi_step`.

    Raises:
        ValueError: an argument is outside its range.

    Source: fvcore 0.1.5, StepParamScheduler.

    >>> lr = step(values=[1.0, 0.5, 0.1], num_updates=30)
    >>> [lr(t) for t in (0, 9, 10, 20, 10**9)]
    [1.0, 1.0, 0.5, 0.1, 0.1]
    """
    return step_in(whole(num_updates, exact), values)


def step_in(
    span: Span, values: Sequence[float], num_updates: float | None = None
) -> Schedule:
    """Return the curve in a part of a run."""
    heights = _heights(values)
    parts = len(heights)
    return _stairs(heights, [span.first(i / parts) for i in range(1, parts)])


def step_with_fixed_gamma(
    *,
    base_value: float,
    num_decays: int,
    gamma: float,
    num_updates: float,
    exact: bool = False,
) -> Schedule:
    """Return the curve of StepWithFixedGammaParamScheduler: so many equal drops.

    Args:
        base_value: the first value, > 0.
        num_decays: drops in the run, >= 1.
        gamma: what each of them multiplies by, > 0.
        num_updates: length of the run, > 0.
        exact: as in `multi_step`.

    Raises:
        ValueError: an argument is outside its range.

    Source: fvcore 0.1.5, StepWithFixedGammaParamScheduler.

    >>> lr = step_with_fixed_gamma(
    ...     base_value=1.0, num_decays=2, gamma=0.5, num_updates=30
    ... )
    >>> [lr(t) for t in (0, 9, 10, 20, 10**9)]
    [1.0, 1.0, 0.5, 0.25, 0.25]
    """
    run = whole(num_updates, exact)
    return fixed_gamma_in(run, base_value, num_decays, gamma)


def fixed_gamma_in(
    span: Span,
    base_value: float,
    num_decays: int,
    gamma: float,
    num_updates: float | None = None,
) -> Schedule:
    """Return the curve in a part of a run."""
    values = [_checks.positive("base_value", base_value)]
    factor = _checks.positive("gamma", gamma)
    for _ in range(_checks.count("num_decays", num_decays, 1)):
        values.append(values[-1] * factor)
    return step_in(span, values)


def _heights(values: Sequence[float]) -> list[float]:
    if isinstance(values, str) or not isinstance(values, Sequence) or not values:
        raise ValueError(f"values must be a list of at least one, got {values!r}")
    return [_checks.finite(f"values[{i}]", v) for i, v in enumerate(values)]


def _stairs(values: list[float], begins: list[int]) -> Schedule:
    """Return each value from its update on; of two at one update, the later."""
    first, kept = values[0], dict[int, float]()
    for begin, value in zip(begins, values[1:], strict=True):
        if begin <= 0:
            first = value
        else:
            kept[begin] = value
    if not kept:
        return Constant(first)
    return PiecewiseConstant((first, *kept.values()), tuple(kept))
