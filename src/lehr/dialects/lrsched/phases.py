"""lrsched's schedules of several phases: up, level and down."""

from lehr import _checks
from lehr.schedules import (
    Chain,
    Constant,
    Cosine,
    InverseSqrt,
    Linear,
    OneMinusSqrt,
    Schedule,
)


def inverse_sqrt(*, base_lr: float, warmup_steps: int) -> Schedule:
    """Return the curve of inverse_sqrt: up from 0, then base sqrt(warmup / t).

    Args:
        base_lr: the peak, in the hyper-parameter's units.
        warmup_steps: updates from 0 to the peak, >= 1.

    Raises:
        ValueError: an argument is outside its range.

    Source: lrsched 0.5.0, lrsched.inverse_sqrt.

    >>> lr = inverse_sqrt(base_lr=1.0, warmup_steps=4)
    >>> lr(0), lr(2), lr(4), lr(16)
    (0.0, 0.5, 1.0, 0.5)
    """
    base, w = (
        _checks.finite("base_lr", base_lr),
        _checks.count("warmup_steps", warmup_steps, 1),
    )
    return Chain((Linear(0.0, base, w), InverseSqrt(base, w)))


def one_cycle(
    *,
    max_lr: float,
    total_steps: int,
    pct_start: float,
    initial_div: float,
    final_div: float,
) -> Schedule:
    """Return the curve of one_cycle: half a wave up, half a wave down, then held.

    The rise takes round(pct_start total) updates, but at least one, and at most all
    but one.

    Args:
        max_lr: the peak, in the hyper-parameter's units.
        total_steps: length in updates, >= 2.
        pct_start: the fraction that rises, in (0, 1).
        initial_div: the first value is max_lr / initial_div; > 0.
        final_div: the last value is max_lr / final_div; > 0.

    Raises:
        ValueError: an argument is outside its range.

    Source: lrsched 0.5.0, lrsched.one_cycle.

    >>> lr = one_cycle(
    ...     max_lr=1.0, total_steps=10, pct_start=0.3, initial_div=25.0, final_div=1e4
    ... )
    >>> [round(lr(t), 6) for t in (0, 1, 3, 4, 10, 11)]
    [0.04, 0.28, 1.0, 0.950489, 0.0001, 0.0001]
    """
    high, steps = (
        _checks.finite("max_lr", max_lr),
        _checks.count("total_steps", total_steps, 2),
    )
    if not 0 < _checks.number("pct_start", pct_start) < 1:
        raise ValueError(f"pct_start must be in (0, 1), got {pct_start!r}")
    low = high / _checks.positive("initial_div", initial_div)
    end = high / _checks.positive("final_div", final_div)
    rise = min(max(1, round(pct_start * steps)), steps - 1)
    return Chain((Cosine(low, high, rise), Cosine(high, end, steps - rise)))


def warmup_stable_decay(
    *,
    base_lr: float,
    warmup_steps: int,
    decay_steps: int,
    total_steps: int,
    final_lr: float,
    warmup_start: float,
    decay_shape: str,
    exact: bool = False,
) -> Schedule:
    """Return the curve of warmup_stable_decay: up, level, down, then `final_lr`.

    With `decay_steps` 0 the original stays at `base_lr` past `total_steps`, where its
    documentation promises `final_lr`.

    Args:
        base_lr: the level, >= 0, in the hyper-parameter's units.
        warmup_steps: updates from `warmup_start` to the level, >= 0.
        decay_steps: updates from the level to the end, >= 0.
        total_steps: length in updates, >= 1, and not below both together.
        final_lr: the value from `total_steps` on, >= 0.
        warmup_start: the first value, >= 0.
        decay_shape: "linear" or "1-sqrt".
        exact: whether to end as the original does with `decay_steps` 0.

    Raises:
        ValueError: an argument is outside its range.

    Source: lrsched 0.5.0, lrsched.warmup_stable_decay.

    >>> lr = warmup_stable_decay(
    ...     base_lr=1.0, warmup_steps=2, decay_steps=4, total_steps=10, final_lr=0.0,
    ...     warmup_start=0.0, decay_shape="linear",
    ... )
    >>> [lr(t) for t in (0, 1, 2, 5, 6, 8, 10, 11)]
    [0.0, 0.5, 1.0, 1.0, 1.0, 0.5, 0.0, 0.0]
    """
    base, end, first = (
        _level(name, value)
        for name, value in (
            ("base_lr", base_lr),
            ("final_lr", final_lr),
            ("warmup_start", warmup_start),
        )
    )
    total = _checks.count("total_steps", total_steps, 1)
    up = _checks.count("warmup_steps", warmup_steps)
    down = _checks.count("decay_steps", decay_steps)
    if up + down > total:
        raise ValueError(
            f"warmup_steps + decay_steps must be <= total_steps, got {up} + {down} > "
            f"{total}"
        )
    _checks.choice("decay_shape", decay_shape, ("linear", "1-sqrt"))
    shape = Linear if decay_shape == "linear" else OneMinusSqrt
    ending: Schedule = shape(base, end, down)
    if not down:
        ending = Constant(base if exact else end)
    return Chain((Linear(first, base, up), Constant(base, total - up - down), ending))


def _level(name: str, value: float) -> float:
    if (result := _checks.finite(name, value)) < 0:
        raise ValueError(f"{name} must be >= 0, got {value!r}")
    return result
