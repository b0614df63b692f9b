"""The multipliers of transformers' schedules, as schedules of ours.

Value t is the one that update t uses. Past `num_training_steps` a cosine climbs back,
wave after wave; `inverse_sqrt` has no end; the others hold their last value.
"""

import math
from fractions import Fraction
from typing import Literal

from lehr import _checks
from lehr.dialects.torch.cosines import waves
from lehr.schedules import (
    Chain,
    Constant,
    Cosine,
    Linear,
    Maximum,
    OneMinusSqrt,
    Polynomial,
    Power,
    Repeat,
    Reverse,
    Schedule,
)

Shape = Literal["linear", "cosine", "1-sqrt"]


def constant(base: float) -> Schedule:
    """Return `base` for ever."""
    return Constant(base)


def constant_with_warmup(base: float, *, num_warmup_steps: float) -> Schedule:
    """Return a linear warmup from 0, then `base` for ever."""
    return Chain((_rise(base, num_warmup_steps), Constant(base)))


def linear(
    base: float, *, num_warmup_steps: float, num_training_steps: float
) -> Schedule:
    """Return a linear warmup from 0, a linear decay to 0, and 0."""
    length = max(0, num_training_steps - num_warmup_steps)
    decay = Linear(base, 0.0, length)
    return Chain((_rise(base, num_warmup_steps), decay, Constant(0.0)))


def cosine(
    base: float,
    *,
    num_warmup_steps: float,
    num_training_steps: float,
    num_cycles: float = 0.5,
) -> Schedule:
    """Return a linear warmup from 0, then `num_cycles` waves, and on and on."""
    length = num_training_steps - num_warmup_steps
    wave = _waves(base, 0.0, length, num_cycles)
    return Chain((_rise(base, num_warmup_steps), wave))


def cosine_with_restarts(
    base: float,
    *,
    num_warmup_steps: float,
    num_training_steps: float,
    num_cycles: float = 1,
) -> Schedule:
    """Return a linear warmup from 0, `num_cycles` half waves down to 0, and 0."""
    length = max(1, num_training_steps - num_warmup_steps)
    pieces: list[Schedule] = [_rise(base, num_warmup_steps)]
    if num_cycles > 0:
        pieces.append(_restarts(base, length, num_cycles))
    else:
        pieces.append(Constant(base, length))
    return Chain((*pieces, Constant(0.0)))


def polynomial(
    base: float,
    *,
    num_warmup_steps: float,
    num_training_steps: float,
    lr_end: float = 1e-7,
    power: float = 1.0,
) -> Schedule:
    """Return a linear warmup from 0, a polynomial decay to `lr_end`, and `lr_end`."""
    length = max(0, num_training_steps - num_warmup_steps)
    decay = Polynomial(base, lr_end, length, power)
    return Chain((_rise(base, num_warmup_steps), decay, Constant(lr_end)))


def inverse_sqrt(
    base: float, *, num_warmup_steps: float, timescale: float | None = None
) -> Schedule:
    """Return a linear warmup from 0, then base / sqrt(1 + t / timescale)."""
    scale = (num_warmup_steps or 10_000) if timescale is None else timescale
    return Chain((_rise(base, num_warmup_steps), Power(base, -0.5, scale)))


def cosine_with_min_lr(
    base: float,
    *,
    num_warmup_steps: float,
    num_training_steps: float,
    num_cycles: float = 0.5,
    min_lr: float | None = None,
    min_lr_rate: float | None = None,
) -> Schedule:
    """Return `cosine` down to `min_lr`, or to `min_lr_rate` of the base."""
    low = _lowest(base, min_lr, min_lr_rate)
    length = num_training_steps - num_warmup_steps
    wave = _positive(_waves(base, low, length, num_cycles), low)
    return Chain((_rise(base, num_warmup_steps), wave))


def cosine_warmup_with_min_lr(
    base: float,
    *,
    num_warmup_steps: float,
    num_training_steps: float,
    num_cycles: float = 0.5,
    min_lr: float | None = None,
    min_lr_rate: float | None = None,
    warmup_lr_rate: float | None = None,
) -> Schedule:
    """Return the same one step earlier, after a warmup from `warmup_lr_rate`."""
    low = _lowest(base, min_lr, min_lr_rate)
    warmup = _checks.length("num_warmup_steps", num_warmup_steps)
    if warmup_lr_rate is None:
        first, rise = 1.0 / max(1.0, warmup), warmup / max(1.0, warmup)
    else:
        first = warmup_lr_rate
        rise = (1.0 - first) * warmup / max(1, warmup - 1)
    ramp = Linear(base * first, base * (first + rise), warmup)
    length = num_training_steps - warmup
    wave = _positive(_waves(base, low, length, num_cycles), low)
    return Chain((ramp, wave[1:] if wave.steps else wave))


def warmup_stable_decay(
    base: float,
    *,
    num_warmup_steps: float,
    num_decay_steps: float,
    num_training_steps: float | None = None,
    num_stable_steps: float | None = None,
    warmup_type: Shape = "linear",
    decay_type: Shape = "cosine",
    min_lr_ratio: float = 0.0,
    num_cycles: float = 0.5,
) -> Schedule:
    """Return a warmup from `min_lr_ratio` of the base, the base, and a decay to it."""
    low = base * min_lr_ratio
    stable = num_stable_steps
    if stable is None:
        if num_training_steps is None:
            raise ValueError(
                "num_training_steps or num_stable_steps must be given, got neither"
            )
        stable = num_training_steps - num_warmup_steps - num_decay_steps
    decay = _fall(decay_type, base, low, num_decay_steps, num_cycles)
    if stable < 0:  # the decay has begun under the warmup
        decay = decay[-stable:] if -stable < decay.steps else Constant(low, 0)
    whole = Chain(
        (
            _climb(warmup_type, low, base, num_warmup_steps),
            Constant(base, max(0, stable)),
            decay,
            Constant(low),
        )
    )
    return _positive(whole, low)


def _rise(base: float, warmup: float) -> Linear:
    return Linear(0.0, base, _checks.length("num_warmup_steps", warmup))


def _waves(top: float, low: float, length: float, cycles: float) -> Schedule:
    """Return whole waves from `top` to `low` and back, `cycles` of them in `length`."""
    if cycles == 0:
        return Constant(top)
    # A decay of no length is one step long: so does transformers divide.
    return waves(top, low, max(1, length) / abs(2.0 * cycles))  # type: ignore[arg-type]  # a half may be broken


def _restarts(base: float, length: float, cycles: float) -> Schedule:
    """Return `cycles` half waves in `length`, each begun where its update is.

    A length such as 7/3 is no float, and its third multiple would not be 7: then
    several half waves are laid into a block of whole length.
    """
    each = Fraction(length) / Fraction(cycles)
    block = Repeat(Cosine(base, 0.0, float(each)), math.ceil(cycles))
    if each.numerator > length:
        return block[:length]
    return Repeat(block[: each.numerator])[:length]


def _positive(schedule: Schedule, low: float) -> Schedule:
    return schedule if low >= 0 else Maximum((schedule, Constant(0.0)))


def _lowest(base: float, low: float | None, rate: float | None) -> float:
    if (low is None) == (rate is None):
        raise ValueError(
            f"give one of min_lr and min_lr_rate, got min_lr={low!r}, "
            f"min_lr_rate={rate!r}"
        )
    return base * rate if rate is not None else float(low)  # type: ignore[arg-type]  # one is given


def _climb(kind: Shape, low: float, top: float, steps: float) -> Schedule:
    shapes = {
        "linear": Linear(low, top, steps),
        "cosine": Cosine(low, top, steps),
        "1-sqrt": Reverse(OneMinusSqrt(top, low, steps)),
    }
    return shapes[_checks.choice("warmup_type", kind, tuple(shapes))]


def _fall(kind: Shape, top: float, low: float, steps: float, cycles: float) -> Schedule:
    curve = _waves(top, low, steps, cycles) if cycles else Constant(top, steps)
    shapes = {
        "linear": Linear(top, low, steps),
        "cosine": curve[:steps],
        "1-sqrt": OneMinusSqrt(top, low, steps),
    }
    return shapes[_checks.choice("decay_type", kind, tuple(shapes))]
