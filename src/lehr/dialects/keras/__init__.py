"""Keras's schedules: the same parameters, the same curves, by their classes' names.

Value t is the one of step t: the first update uses value 0, and the optimizer's
`iterations` counts on from there. The parameters say the values themselves, so there is
no starting value of a group. `decay_steps` does not include the warmup of
`CosineDecay`. `CosineDecay` and, without `cycle`, `PolynomialDecay` hold their last
value; the other decays have no end. The callback counts epochs.

Keras computes in `floatx`, float32 by default: values differ by 1e-7, and a restart may
be missed. The agreement is in float64.

Differences from Keras 3.15:

- `CosineDecayRestarts` finds a cycle by the floor of a logarithm, which misses some
  restarts: with t_mul=1.5 and first_decay_steps=10 that at 25, in float32. Here all are
  found, with `t_mul` read as it is written: 1.1 is eleven tenths.
- With `t_mul` < 1 Keras gives NaN where all cycles together have ended; it is refused.
- `PiecewiseConstantDecay` without boundaries is constant; Keras fails. Boundaries are
  whole and not negative.
- Rates and powers that are not positive are refused, and so is a negative `min_delta`.
- Growth is held before a float would overflow.
"""

from lehr.dialects.base import Dialect
from lehr.dialects.keras.cosines import cosine_decay, cosine_decay_restarts
from lehr.dialects.keras.decays import (
    exponential_decay,
    inverse_time_decay,
    piecewise_constant_decay,
    polynomial_decay,
)
from lehr.dialects.keras.metric import reduce_lr_on_plateau

__all__ = [
    "SCHEDULERS",
    "cosine_decay",
    "cosine_decay_restarts",
    "exponential_decay",
    "inverse_time_decay",
    "piecewise_constant_decay",
    "polynomial_decay",
    "reduce_lr_on_plateau",
]

_DECAY = ("decay_steps",)
_WARMUP = ("decay_steps", "warmup_steps")
_FIRST = ("first_decay_steps",)

SCHEDULERS: tuple[Dialect, ...] = (
    Dialect("ExponentialDecay", exponential_decay, _DECAY, absolute=True),
    Dialect(
        "PiecewiseConstantDecay",
        piecewise_constant_decay,
        ("boundaries",),
        absolute=True,
    ),
    Dialect("PolynomialDecay", polynomial_decay, _DECAY, "decay_steps", absolute=True),
    Dialect("InverseTimeDecay", inverse_time_decay, _DECAY, absolute=True),
    Dialect("CosineDecay", cosine_decay, _WARMUP, absolute=True),
    Dialect("CosineDecayRestarts", cosine_decay_restarts, _FIRST, absolute=True),
    Dialect("ReduceLROnPlateau", metric_driven=reduce_lr_on_plateau),
)
"""Every schedule of Keras, and its callback that follows a metric."""
