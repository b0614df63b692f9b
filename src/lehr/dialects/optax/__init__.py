"""optax's schedules: the same parameters, the same curves, by their functions' names.

Value t is the one of count t: the first update uses value 0. The parameters say the
values themselves, so there is no starting value of a group. Every schedule that ends
holds its last value, and that is at the length that its parameters add up to.
`decay_steps` of the warmups includes the warmup; `transition_steps` does not.

optax computes in JAX's default float, which is float32: values differ by 1e-7, and
counts past 2**24 are rounded. The agreement is in float64.

Differences from optax 0.2.8:

- `warmup_constant_schedule` without a warmup is at its peak; optax stays at
  `init_value`, 0 for most, for the whole run: `exact=True`.
- Where two boundaries of a one-cycle fall on one update, optax loses a factor, and with
  it the peak or the end. Here the part between them has no length.
- `warmup_cosine_decay_schedule` with a peak of 0 goes to `end_value`; in optax to 0.
- Lengths and rates that optax calls invalid and repairs in silence are refused:
  `transition_begin` < 0, and in `exponential_decay` a `decay_rate` or
  `transition_steps` that is not positive. So are boundaries below 0, and schedules
  more or less than `join_schedules` has boundaries for.
- Growth is held before a float would overflow.
- `reduce_on_plateau` has one margin, `rtol` or `atol`, and no `accumulation_size`.
"""

from lehr.dialects.base import Dialect
from lehr.dialects.optax.metric import reduce_on_plateau
from lehr.dialects.optax.pieces import (
    cosine_onecycle,
    linear_onecycle,
    piecewise_constant,
    piecewise_interpolate,
)
from lehr.dialects.optax.ramps import (
    constant,
    cosine_decay,
    exponential_decay,
    linear,
    polynomial,
)
from lehr.dialects.optax.warmups import (
    join_schedules,
    sgdr,
    warmup_constant,
    warmup_cosine_decay,
    warmup_exponential_decay,
)

__all__ = [
    "SCHEDULERS",
    "constant",
    "cosine_decay",
    "cosine_onecycle",
    "exponential_decay",
    "join_schedules",
    "linear",
    "linear_onecycle",
    "piecewise_constant",
    "piecewise_interpolate",
    "polynomial",
    "reduce_on_plateau",
    "sgdr",
    "warmup_constant",
    "warmup_cosine_decay",
    "warmup_exponential_decay",
]

_STEPS, _BEGIN = "transition_steps", "transition_begin"
_DECAY, _WARMUP = "decay_steps", "warmup_steps"

SCHEDULERS: tuple[Dialect, ...] = (
    Dialect("constant_schedule", constant, absolute=True),
    Dialect("linear_schedule", linear, (_STEPS, _BEGIN), absolute=True),
    Dialect("polynomial_schedule", polynomial, (_STEPS, _BEGIN), absolute=True),
    Dialect("cosine_decay_schedule", cosine_decay, (_DECAY,), _DECAY, absolute=True),
    Dialect("exponential_decay", exponential_decay, (_STEPS, _BEGIN), absolute=True),
    Dialect("piecewise_constant_schedule", piecewise_constant, absolute=True),
    Dialect("piecewise_interpolate_schedule", piecewise_interpolate, absolute=True),
    Dialect(
        "warmup_constant_schedule",
        warmup_constant,
        (_WARMUP,),
        exact=True,
        absolute=True,
    ),
    Dialect(
        "warmup_cosine_decay_schedule",
        warmup_cosine_decay,
        (_WARMUP, _DECAY),
        _DECAY,
        absolute=True,
    ),
    Dialect(
        "warmup_exponential_decay_schedule",
        warmup_exponential_decay,
        (_WARMUP, _STEPS, _BEGIN),
        absolute=True,
    ),
    Dialect(
        "linear_onecycle_schedule", linear_onecycle, (_STEPS,), _STEPS, absolute=True
    ),
    Dialect(
        "cosine_onecycle_schedule", cosine_onecycle, (_STEPS,), _STEPS, absolute=True
    ),
    Dialect("join_schedules", join_schedules, ("boundaries",), absolute=True),
    Dialect("sgdr_schedule", sgdr, absolute=True),
    Dialect("reduce_on_plateau", metric_driven=reduce_on_plateau),
)
"""Every schedule of optax, and contrib.reduce_on_plateau."""
