"""timm's warmup-stable-decay scheduler."""

import math
from collections.abc import Callable

from lehr import _checks
from lehr.dialects.timm.frame import Frame, Range, lowest, tail
from lehr.schedules import (
    Chain,
    Constant,
    Cosine,
    Exponential,
    Function,
    Linear,
    Maximum,
    OneMinusSqrt,
    Polynomial,
    Power,
    Reverse,
    Schedule,
    Stretch,
)

Decay = Callable[[float], float] | str
_STABLE = ("constant", "rsqrt", "power")
_DECAYS = ("linear", "1-sqrt", "cosine", "power", "exp")


def wsd(
    base: float,
    *,
    t_initial: float,
    decay_t: float,
    lr_min: float = 0.0,
    stable_fn: str = "constant",
    stable_timescale: float | None = None,
    stable_power: float = 0.5,
    decay_fn: Decay = "1-sqrt",
    decay_power: float = 0.5,
    decay_ratio: float = 0.1,
    warmup_t: float = 0,
    warmup_lr_init: float = 0.0,
    t_in_epochs: bool = True,
    noise_range_t: Range = None,
    noise_pct: float = 0.67,
    noise_std: float = 1.0,
    noise_seed: int | None = 42,
) -> Schedule:
    """Return the curve of `WSDLRScheduler`: warmup, stable, decay, then `lr_min`.

    With s(t) the stable function and d(x) the decay at the fraction x of its length,
    the value is lr_min + (max(base s, lr_min) - lr_min) d.

    Args:
        base: the group's starting value.
        t_initial: length of the stable phase and the decay together, > 0.
        decay_t: length of the decay, in (0, t_initial].
        lr_min: value at the end, >= 0.
        stable_fn: "constant"; "rsqrt", (1 + t / timescale)^-0.5; or "power".
        stable_timescale: timescale of these, > 0; `warmup_t` by default.
        stable_power: for "power", the exponent is minus this, > 0.
        decay_fn: "linear", "1-sqrt", "cosine", "power" (1 - x^decay_power), "exp" (down
            to `decay_ratio`, stretched to reach 0), or a function of x.
        decay_power: > 0.
        decay_ratio: in (0, 1).
        warmup_t: length of the linear warmup to `base`; it comes before `t_initial`.
        warmup_lr_init: its first value.
        t_in_epochs: which of timm's two methods reacts; no matter here.
        noise_range_t: where the values are shaken: from one time on, or in a pair's
            [begin, end).
        noise_pct: the noise is less than this part of the value, > 0.
        noise_std: its standard deviation, before that cut, >= 0.
        noise_seed: the noise at t is drawn from a torch generator with this seed + t.

    Raises:
        ValueError: an argument is out of range.

    Source: timm 1.0.31; Haegele et al., Scaling Laws and Compute-Optimal Training
        Beyond Fixed Training Durations, 2024, arXiv:2405.18392.

    >>> lr = wsd(0.1, t_initial=10, decay_t=4, warmup_t=2)
    >>> [round(lr(t), 6) for t in (0, 1, 2, 8, 9, 11, 12, 10**9)]
    [0.0, 0.05, 0.1, 0.1, 0.05, 0.013397, 0.0, 0.0]
    """
    frame = Frame(
        warmup_t,
        warmup_lr_init,
        True,
        noise_range_t,
        noise_pct,
        noise_std,
        noise_seed,
    )
    whole = _checks.duration("t_initial", t_initial)
    length = _checks.duration("decay_t", decay_t)
    if length > whole:
        raise ValueError(
            f"decay_t ({decay_t!r}) exceeds t_initial ({t_initial!r}), of which it is "
            "a part"
        )
    low = lowest(lr_min)
    decay = _Decay(decay_fn, decay_power, decay_ratio)
    if _checks.choice("stable_fn", stable_fn, _STABLE) == "constant":
        top = max(base, low)
        held = Constant(top, whole - length)
        return frame.around(Chain((held, decay.between(top, low, length))), base)
    scale = frame.warmup_t if stable_timescale is None else stable_timescale
    if not scale:
        raise ValueError(
            f"stable_fn={stable_fn!r} needs stable_timescale > 0 where there is no "
            f"warmup, got {stable_timescale!r}"
        )
    scale = _checks.positive("stable_timescale", scale)
    power = _checks.positive("stable_power", stable_power)
    stable: Schedule = Power(base, -0.5 if stable_fn == "rsqrt" else -power, scale)
    weight = Chain((Constant(1.0, whole - length), decay.between(1.0, 0.0, length)))
    if low:
        return frame.around(
            (Maximum((stable, Constant(low))) - low) * weight + low, base
        )
    return frame.around(stable * weight, base)


class _Decay:
    """The decay function of timm's parameters, between any two values."""

    def __init__(self, function: Decay, power: float, ratio: float) -> None:
        self._power = _checks.positive("decay_power", power)
        self._ratio = _checks.positive("decay_ratio", ratio)
        if self._ratio >= 1:
            raise ValueError(f"decay_ratio must be in (0, 1), got {ratio!r}")
        if not callable(function):
            _checks.choice("decay_fn", function, _DECAYS)
        self._function = function

    def between(self, start: float, end: float, steps: float) -> Schedule:
        """Return end + (start - end) d(t / steps)."""
        change, ratio = start - end, self._ratio
        if callable(self._function):
            drawn = Stretch(Function(self._function, steps=1), steps)
            curve: Schedule = change * drawn + end
            if math.isclose(curve(0), start, rel_tol=1e-12):
                return curve
            # The decay's first value is still that of the stable phase.
            return Chain((Constant(start, 1), tail(curve, 1)))
        if self._function == "power":
            return Reverse(Polynomial(end, start, steps, self._power))
        if self._function == "exp":
            part = change / (1.0 - ratio)
            return part * Exponential(1.0, ratio, steps) + (end - part * ratio)
        ramps = {"linear": Linear, "1-sqrt": OneMinusSqrt, "cosine": Cosine}
        return ramps[self._function](start, end, steps)
