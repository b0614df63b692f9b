"""optax's schedules between boundaries: jumps, lines, waves, and one cycle."""

from collections.abc import Mapping
from itertools import pairwise

from lehr import _checks
from lehr.schedules import (
    Chain,
    Constant,
    Cosine,
    Linear,
    PiecewiseConstant,
    Schedule,
)

Scales = Mapping[int, float] | None


def piecewise_constant(
    *, init_value: float, boundaries_and_scales: Scales = None
) -> Schedule:
    """Return the curve of piecewise_constant_schedule: times a scale from each update.

    Args:
        init_value: the first value.
        boundaries_and_scales: by update, >= 0, what multiplies the value from it on,
            >= 0. The scales add up: each multiplies what the one before left.

    Raises:
        ValueError: an argument is outside its range.

    Source: optax 0.2.8, piecewise_constant_schedule.

    >>> lr = piecewise_constant(
    ...     init_value=1.0, boundaries_and_scales={10: 0.5, 20: 0.5}
    ... )
    >>> [lr(t) for t in (0, 9, 10, 20, 10**9)]
    [1.0, 1.0, 0.5, 0.25, 0.25]
    """
    marks = _scaled(init_value, boundaries_and_scales)
    inner = [(t, value) for t, value in marks if t > 0]
    first = [value for t, value in marks if t == 0][-1]
    values = (first, *(value for _, value in inner))
    if not inner:
        return Constant(first)
    return PiecewiseConstant(values, tuple(t for t, _ in inner))


def piecewise_interpolate(
    *, interpolate_type: str, init_value: float, boundaries_and_scales: Scales = None
) -> Schedule:
    """Return the curve of piecewise_interpolate_schedule: lines or waves, then held.

    Args:
        interpolate_type: "linear" or "cosine".
        init_value: the first value.
        boundaries_and_scales: by update, >= 0, what it reaches there, as a part of
            what it reached at the one before, >= 0.

    Raises:
        ValueError: an argument is outside its range.

    Source: optax 0.2.8, piecewise_interpolate_schedule.

    >>> lr = piecewise_interpolate(
    ...     interpolate_type="linear",
    ...     init_value=1.0,
    ...     boundaries_and_scales={4: 0.5, 8: 0.5},
    ... )
    >>> [lr(t) for t in (0, 2, 4, 6, 8, 10**9)]
    [1.0, 0.75, 0.5, 0.375, 0.25, 0.25]
    """
    kind = _checks.choice("interpolate_type", interpolate_type, ("linear", "cosine"))
    return _between(kind, _scaled(init_value, boundaries_and_scales))


def linear_onecycle(
    *,
    transition_steps: int,
    peak_value: float,
    pct_start: float = 0.3,
    pct_final: float = 0.85,
    div_factor: float = 25.0,
    final_div_factor: float = 1e4,
) -> Schedule:
    """Return the curve of linear_onecycle_schedule: up, down, and down to the end.

    From peak / div_factor to the peak and back, then to peak / div_factor /
    final_div_factor.

    Args:
        transition_steps: length of the whole, > 0.
        peak_value: the highest value.
        pct_start: the part of the length that rises, in [0, 1].
        pct_final: the part until the first value is reached again, in [pct_start, 1].
        div_factor: the peak over the first value, > 0.
        final_div_factor: the first value over the last one, > 0.

    Raises:
        ValueError: an argument is outside its range.

    Source: optax 0.2.8, linear_onecycle_schedule.

    >>> lr = linear_onecycle(transition_steps=20, peak_value=1.0)
    >>> [round(lr(t), 6) for t in (0, 3, 6, 17, 20, 10**9)]
    [0.04, 0.52, 1.0, 0.04, 4e-06, 4e-06]
    """
    if _checks.fraction("pct_final", pct_final) < _checks.fraction(
        "pct_start", pct_start
    ):
        raise ValueError(f"pct_final must be >= pct_start, got {pct_final!r}")
    first, peak, last = _heights(peak_value, div_factor, final_div_factor)
    steps = _checks.count("transition_steps", transition_steps, 1)
    rise, final = int(pct_start * steps), int(pct_final * steps)
    return _between("linear", [(0, first), (rise, peak), (final, first), (steps, last)])


def cosine_onecycle(
    *,
    transition_steps: int,
    peak_value: float,
    pct_start: float = 0.3,
    div_factor: float = 25.0,
    final_div_factor: float = 1e4,
) -> Schedule:
    """Return the curve of cosine_onecycle_schedule: half a wave up, and one down.

    From peak / div_factor to the peak, and to peak / div_factor / final_div_factor.

    Args:
        transition_steps: length of the whole, > 0.
        peak_value: the highest value.
        pct_start: the part of the length that rises, in [0, 1].
        div_factor: the peak over the first value, > 0.
        final_div_factor: the first value over the last one, > 0.

    Raises:
        ValueError: an argument is outside its range.

    Source: optax 0.2.8, cosine_onecycle_schedule.

    >>> lr = cosine_onecycle(transition_steps=10, peak_value=1.0)
    >>> [round(lr(t), 6) for t in (0, 1, 3, 4, 10, 10**9)]
    [0.04, 0.28, 1.0, 0.950485, 4e-06, 4e-06]
    """
    first, peak, last = _heights(peak_value, div_factor, final_div_factor)
    steps = _checks.count("transition_steps", transition_steps, 1)
    rise = int(_checks.fraction("pct_start", pct_start) * steps)
    return _between("cosine", [(0, first), (rise, peak), (steps, last)])


def _scaled(init_value: float, scales: Scales) -> list[tuple[int, float]]:
    """Return the updates in order, from 0 on, and the value that each begins."""
    value = _checks.finite("init_value", init_value)
    marks = [(0, value)]
    for given, scale in sorted((scales or {}).items()):
        name = f"boundaries_and_scales[{given!r}]"
        t = _checks.count(f"the boundary {given!r}", given)
        if _checks.finite(name, scale) < 0:
            raise ValueError(f"{name} must be >= 0, got {scale!r}")
        value = _checks.finite(f"the value from {given!r} on", value * scale)
        marks.append((t, value))
    return marks


def _between(kind: str, marks: list[tuple[int, float]]) -> Schedule:
    ramp = Linear if kind == "linear" else Cosine
    pieces: list[Schedule] = [
        ramp(x, y, b - a) for (a, x), (b, y) in pairwise(marks) if b > a
    ]
    if not pieces:
        return Constant(marks[-1][1])
    if marks[-1][0] == marks[-2][0]:
        pieces.append(Constant(marks[-1][1]))
    return Chain(tuple(pieces)) if len(pieces) > 1 else pieces[0]


def _heights(peak: float, div: float, final: float) -> tuple[float, float, float]:
    high = _checks.finite("peak_value", peak)
    first = high / _checks.positive("div_factor", div)
    return first, high, first / _checks.positive("final_div_factor", final)
