"""NeMo's schedulers: the same parameters, the same curves.

Value t is the one after t calls of `step()`, which update t uses: NeMo calls it after
each update. A warmup of w updates gives update t the value base (t + 1) / (w + 1), and
update w the peak. The decay ends at update `max_steps`, warmup included, and from
update max_steps + 1 on the value is `min_lr`, whatever it was before.

`StepLR`, `ExponentialLR`, `CyclicLR` and `ReduceLROnPlateau` are torch's own.

Differences from nemo_toolkit 3.0.0:

- `WarmupHoldAnnealLinear` and `WarmupHoldAnnealOneMinusSquareRoot` anneal from the
  group's value, as is documented. Where no hold is given, NeMo counts the annealing
  from update 0 instead, and the value jumps after the warmup: `exact=True` does so.
- `CosineAnnealing` with `constant_steps` and `WarmupAnnealing` give the first group's
  values to all groups in NeMo; here each group keeps its own.
- `constant_ratio` of `T5InverseSquareRootAnnealing`, and `constant_steps` of 0, raise
  in NeMo; here they do what they say.
- A phase of no length has its end value, where NeMo divides by 0: a hold up to
  `max_steps`, or `constant_steps` that leave nothing to decay.
- `WarmupHoldPolicy` without `max_steps` holds for ever; NeMo fails after its hold.

A ratio of `max_steps` is rounded down, as NeMo does: 0.29 of 100 is 28 in its
arithmetic.
"""

from lehr.dialects import torch
from lehr.dialects.base import Dialect
from lehr.dialects.nemo.annealing import (
    polynomial_decay_annealing,
    square_annealing,
    square_root_annealing,
    warmup_annealing,
)
from lehr.dialects.nemo.holds import (
    noam_hold_annealing,
    polynomial_hold_decay_annealing,
    warmup_hold_anneal_linear,
    warmup_hold_anneal_one_minus_square_root,
)
from lehr.dialects.nemo.policies import warmup, warmup_hold
from lehr.dialects.nemo.roots import (
    cosine_annealing,
    inverse_square_root_annealing,
    noam_annealing,
    t5_inverse_square_root_annealing,
)

__all__ = [
    "SCHEDULERS",
    "cosine_annealing",
    "inverse_square_root_annealing",
    "noam_annealing",
    "noam_hold_annealing",
    "polynomial_decay_annealing",
    "polynomial_hold_decay_annealing",
    "square_annealing",
    "square_root_annealing",
    "t5_inverse_square_root_annealing",
    "warmup",
    "warmup_annealing",
    "warmup_hold",
    "warmup_hold_anneal_linear",
    "warmup_hold_anneal_one_minus_square_root",
]

_RUN = "max_steps"
_WARM = ("max_steps", "warmup_steps")
_HOLD = (*_WARM, "hold_steps")
_TORCHS = ("StepLR", "ExponentialLR", "CyclicLR", "ReduceLROnPlateau")

SCHEDULERS: tuple[Dialect, ...] = (
    Dialect("WarmupPolicy", warmup, _WARM, _RUN),
    Dialect("WarmupHoldPolicy", warmup_hold, _HOLD, _RUN),
    Dialect("SquareAnnealing", square_annealing, _WARM, _RUN),
    Dialect("SquareRootAnnealing", square_root_annealing, _WARM, _RUN),
    Dialect("CosineAnnealing", cosine_annealing, (*_WARM, "constant_steps"), _RUN),
    Dialect("NoamAnnealing", noam_annealing, _WARM, _RUN),
    Dialect("NoamHoldAnnealing", noam_hold_annealing, _HOLD, _RUN),
    Dialect("WarmupAnnealing", warmup_annealing, _WARM, _RUN),
    Dialect("InverseSquareRootAnnealing", inverse_square_root_annealing, _WARM, _RUN),
    Dialect(
        "T5InverseSquareRootAnnealing",
        t5_inverse_square_root_annealing,
        ("max_steps", "constant_steps"),
        _RUN,
    ),
    Dialect("PolynomialDecayAnnealing", polynomial_decay_annealing, _WARM, _RUN),
    Dialect(
        "PolynomialHoldDecayAnnealing", polynomial_hold_decay_annealing, _HOLD, _RUN
    ),
    Dialect(
        "WarmupHoldAnnealLinear", warmup_hold_anneal_linear, _HOLD, _RUN, exact=True
    ),
    Dialect(
        "WarmupHoldAnnealOneMinusSquareRoot",
        warmup_hold_anneal_one_minus_square_root,
        _HOLD,
        _RUN,
        exact=True,
    ),
    *(dialect for dialect in torch.SCHEDULERS if dialect.name in _TORCHS),
)
