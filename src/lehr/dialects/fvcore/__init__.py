"""fvcore's schedulers, and detectron2's warmup of them, on the clock of a run.

They are functions of `where`, the fraction of the run that has been made. Here the
length of the run is one more parameter, `num_updates`, and value t is that of where =
t / num_updates: what update t uses, as in detectron2's `LRMultiplier`, which multiplies
each group's own value by it. The end, where = 1, is at `num_updates`.

Past the end fvcore goes on where its formula does, and so do these: a cosine climbs
back, a line goes on below 0, a whole power too. Constants, steps and broken powers fail
there in fvcore; here they hold their last value.

In a composite or a warmup the schedulers have fvcore's own arguments only: their length
is their part of the run. The `num_updates` of a `MultiStepParamScheduler` in there is
fvcore's own, the unit of its milestones.

Differences from fvcore 0.1.5 and detectron2 02b5c4e2:

- Milestones and joints are where they are documented to be; fvcore makes them a
  millionth of the run early, to be safe from rounding, which is one update and more in
  a run of a million: `exact=True`.
- The caller's list of lengths is left as it is.
- A last part of no length, "rescaled", is at its end; fvcore divides by 0.
"""

from lehr.dialects.base import Curve, Dialect
from lehr.dialects.fvcore.composite import composite, warmup
from lehr.dialects.fvcore.curves import (
    constant,
    cosine,
    exponential,
    linear,
    polynomial_decay,
)
from lehr.dialects.fvcore.steps import multi_step, step, step_with_fixed_gamma

__all__ = [
    "SCHEDULERS",
    "composite",
    "constant",
    "cosine",
    "exponential",
    "linear",
    "multi_step",
    "polynomial_decay",
    "step",
    "step_with_fixed_gamma",
    "warmup",
]

_RUN = "num_updates"


def _smooth(name: str, curve: Curve) -> Dialect:
    return Dialect(name, curve, (_RUN,), _RUN, absolute=True)


def _stepped(
    name: str, curve: Curve, *lengths: str, composite: bool = False
) -> Dialect:
    return Dialect(
        name,
        curve,
        (*lengths, _RUN),
        _RUN,
        composite=composite,
        exact=True,
        absolute=True,
    )


SCHEDULERS: tuple[Dialect, ...] = (
    _smooth("ConstantParamScheduler", constant),
    _smooth("CosineParamScheduler", cosine),
    _smooth("ExponentialParamScheduler", exponential),
    _smooth("LinearParamScheduler", linear),
    _stepped("CompositeParamScheduler", composite, composite=True),
    _stepped("MultiStepParamScheduler", multi_step, "milestones"),
    _stepped("StepParamScheduler", step),
    _stepped("StepWithFixedGammaParamScheduler", step_with_fixed_gamma),
    _smooth("PolynomialDecayParamScheduler", polynomial_decay),
    _stepped("WarmupParamScheduler", warmup),
)
"""Every scheduler of fvcore, and detectron2's `WarmupParamScheduler`."""
