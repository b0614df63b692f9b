"""Composer's schedulers, with their time strings: the same curves.

Value t is what update t uses: Composer's batch is one update, its micro-batches are
not counted, and its schedulers are stepped after every batch. With a warmup the first
update uses 0. Curves that end hold their last value, but `ConstantScheduler`, which
gives 1 from `t_max` on.

A time is a string: "10ep", "500ba", "1000sp", "2e9tok", or "0.1dur", a part of
`max_duration`. What these need to know of the run are arguments of each function, or
come from a `plan`. Epochs become batches; "dur" becomes the unit of `max_duration`, and
batches where that is in epochs. A part of a batch, sample or token is cut off, as in
Composer: "0.05dur" of 10 batches is no warmup at all. Samples and tokens are counted as
if all batches were full.

The documented meaning is the default, and `exact=True` gives the original, where
Composer 0.32.1 contradicts its own documentation:

- `scale_warmup=True` is documented to scale the warmup. The original scales its slope
  only: the warmup still ends, in a jump, where it would unscaled.
- Cycle i of `CosineAnnealingWarmRestartsScheduler` is documented to last t_0 t_mult^i.
  The original cuts each cycle to a whole number before it makes the next of it.

Peculiar to the original, and kept: the warmup of `ConstantWithWarmupScheduler` goes to
`alpha`, which is held past `t_max` (documented are 1, and 1); a decay after a warmup
lasts t_max - t_warmup (documented is t_max); with a warmup not before `t_max` there is
no decay.

Differences from it: a `t_max` of 0 is the end of the curve, where the original divides
by 0; "iter" is refused, since the trainer has no public length for it; so are a `power`
of 0, a `gamma` of 0 in `ExponentialScheduler`, and one below 0 in `StepScheduler`.

`InverseSquareRootWithWarmupScheduler` is that of llm-foundry 8c8dd48f.
"""

from lehr.dialects.base import Curve, Dialect
from lehr.dialects.composer.inverse_root import inverse_square_root_with_warmup
from lehr.dialects.composer.ramps import cosine_annealing, linear, polynomial
from lehr.dialects.composer.restarts import cosine_annealing_warm_restarts
from lehr.dialects.composer.stepped import constant, exponential, multi_step, step
from lehr.dialects.composer.warmed import (
    constant_with_warmup,
    cosine_annealing_with_warmup,
    linear_with_warmup,
    polynomial_with_warmup,
)
from lehr.dialects.composer.warmups import multi_step_with_warmup

__all__ = [
    "SCHEDULERS",
    "constant",
    "constant_with_warmup",
    "cosine_annealing",
    "cosine_annealing_warm_restarts",
    "cosine_annealing_with_warmup",
    "exponential",
    "inverse_square_root_with_warmup",
    "linear",
    "linear_with_warmup",
    "multi_step",
    "multi_step_with_warmup",
    "polynomial",
    "polynomial_with_warmup",
    "step",
]

_PLAIN: dict[str, Curve] = {
    "StepScheduler": step,
    "MultiStepScheduler": multi_step,
    "ConstantScheduler": constant,
    "LinearScheduler": linear,
    "ExponentialScheduler": exponential,
    "CosineAnnealingScheduler": cosine_annealing,
    "PolynomialScheduler": polynomial,
    "InverseSquareRootWithWarmupScheduler": inverse_square_root_with_warmup,
}
_WITH_EXACT: dict[str, Curve] = {
    "CosineAnnealingWarmRestartsScheduler": cosine_annealing_warm_restarts,
    "MultiStepWithWarmupScheduler": multi_step_with_warmup,
    "ConstantWithWarmupScheduler": constant_with_warmup,
    "LinearWithWarmupScheduler": linear_with_warmup,
    "CosineAnnealingWithWarmupScheduler": cosine_annealing_with_warmup,
    "PolynomialWithWarmupScheduler": polynomial_with_warmup,
}

SCHEDULERS: tuple[Dialect, ...] = (
    *(Dialect(name, curve, proportional=True) for name, curve in _PLAIN.items()),
    *(
        Dialect(name, curve, proportional=True, exact=True)
        for name, curve in _WITH_EXACT.items()
    ),
)
