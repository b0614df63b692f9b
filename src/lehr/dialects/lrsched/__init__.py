"""lrsched's schedules: the same parameters, the same curves.

Value t is `schedule(t)` of lrsched, counted from 0: what update t uses. Its parameters
say the values themselves. All hold their last value past their end.

Differences from lrsched 0.5.0:

- `sequential` holds the final value of its last phase, as documented; the original
  holds the value before it: `exact=True`.
- `warmup_stable_decay` without a decay ends at `final_lr`, as documented; the original
  stays at `base_lr`: `exact=True`.
- `polynomial` with a negative power, which divides by 0 at its end, is refused.
- `exponential`, `exp_range` with abs(gamma) > 1 are held where a float would overflow.

`scale_by_group` is `schedule * multiplier` of each group.
"""

from lehr.dialects.base import Dialect
from lehr.dialects.lrsched.composing import sequential, with_warmup
from lehr.dialects.lrsched.decays import (
    constant,
    cosine,
    exponential,
    exponential_decay,
    linear,
    multi_step,
    polynomial,
    polynomial_decay,
    step_decay,
)
from lehr.dialects.lrsched.phases import inverse_sqrt, one_cycle, warmup_stable_decay
from lehr.dialects.lrsched.repeating import (
    cosine_restarts,
    exp_range,
    triangular,
    triangular2,
)

__all__ = [
    "SCHEDULERS",
    "constant",
    "cosine",
    "cosine_restarts",
    "exp_range",
    "exponential",
    "exponential_decay",
    "inverse_sqrt",
    "linear",
    "multi_step",
    "one_cycle",
    "polynomial",
    "polynomial_decay",
    "sequential",
    "step_decay",
    "triangular",
    "triangular2",
    "warmup_stable_decay",
    "with_warmup",
]

SCHEDULERS: tuple[Dialect, ...] = (
    Dialect("constant", constant, absolute=True),
    Dialect("step_decay", step_decay, lengths=("step_size",), absolute=True),
    Dialect("multi_step", multi_step, lengths=("milestones",), absolute=True),
    Dialect("exponential", exponential, absolute=True),
    Dialect(
        "exponential_decay", exponential_decay, lengths=("decay_steps",), absolute=True
    ),
    *(
        Dialect(
            curve.__name__,
            curve,
            lengths=("total_steps",),
            horizon="total_steps",
            absolute=True,
        )
        for curve in (polynomial, polynomial_decay, linear, cosine, one_cycle)
    ),
    Dialect("cosine_restarts", cosine_restarts, lengths=("period",), absolute=True),
    Dialect("inverse_sqrt", inverse_sqrt, lengths=("warmup_steps",), absolute=True),
    Dialect(
        "warmup_stable_decay",
        warmup_stable_decay,
        lengths=("warmup_steps", "decay_steps", "total_steps"),
        horizon="total_steps",
        exact=True,
        absolute=True,
    ),
    *(
        Dialect(curve.__name__, curve, lengths=("step_size",), absolute=True)
        for curve in (triangular, triangular2, exp_range)
    ),
    Dialect("with_warmup", with_warmup, lengths=("warmup_steps",), absolute=True),
    Dialect("sequential", sequential, exact=True, absolute=True),
)
"""Every schedule of lrsched, and its two compositions."""
