"""mmengine's parameter schedulers: the same parameters, the same curves.

Value t is the one after t calls of `step()`, which is what the update or the epoch t
uses: the first one `begin`s with the constructor. By default (`by_epoch=True`) the
clock is epochs, as in mmengine. With `epoch_length`, the updates per epoch, it is
updates: then a scheduler by epochs acts once in each epoch, and one with
`convert_to_iter_based=True` at every update, its lengths multiplied.

A scheduler acts from `begin` to the step before `end`, and multiplies or draws on what
it finds; after that the value is held. A linear, a polynomial and a constant one count
end - begin - 1 steps, and so come to their end in their last step; a cosine counts
end - begin, and stops one step short of its floor. `param_scheduler` is a list of them.

The schedulers of the rate, of the momentum (`...Momentum`) and of any field
(`...ParamScheduler` with `param_name`) have the same curves: `base` is the field's own
value.

Differences from mmengine 0.10.7:

- `start_factor` 0 and `factor` 0, on which mmengine divides by 0 at a later step, are a
  line from 0, and 0 until it is undone.
- OneCycleLR holds its last value; mmengine goes one step past it, then raises. It does
  not change what the others of a list take as the field's own value.
- A polynomial with a negative power, which divides by 0 at its end, is refused.
- What grows is held where a float would overflow.
- ReduceOnPlateauLR takes no `end`.
"""

from dataclasses import replace

from lehr.dialects.base import Dialect
from lehr.dialects.mmengine.cosines import cosine_annealing, cosine_restart
from lehr.dialects.mmengine.ends import one_cycle, poly
from lehr.dialects.mmengine.factors import (
    constant,
    exponential,
    linear,
    multi_step,
    step,
)
from lehr.dialects.mmengine.lists import param_scheduler
from lehr.dialects.mmengine.plateau import reduce_on_plateau

__all__ = [
    "SCHEDULERS",
    "constant",
    "cosine_annealing",
    "cosine_restart",
    "exponential",
    "linear",
    "multi_step",
    "one_cycle",
    "param_scheduler",
    "poly",
    "reduce_on_plateau",
    "step",
]

_STRETCH = ("begin", "end")
_KINDS = (
    Dialect("Constant", constant, lengths=_STRETCH, proportional=True),
    Dialect(
        "CosineAnnealing",
        cosine_annealing,
        lengths=("T_max", *_STRETCH),
        horizon="T_max",
    ),
    Dialect("Exponential", exponential, lengths=_STRETCH, proportional=True),
    Dialect("Linear", linear, lengths=_STRETCH, proportional=True),
    Dialect(
        "MultiStep", multi_step, lengths=("milestones", *_STRETCH), proportional=True
    ),
    Dialect("Step", step, lengths=("step_size", *_STRETCH), proportional=True),
    Dialect("Poly", poly, lengths=_STRETCH),
    Dialect(
        "OneCycle",
        one_cycle,
        lengths=("total_steps", *_STRETCH),
        horizon="total_steps",
        per_group=("eta_max",),
    ),
    Dialect("CosineRestart", cosine_restart, lengths=("periods", *_STRETCH)),
    Dialect(
        "ReduceOnPlateau", per_group=("min_value",), metric_driven=reduce_on_plateau
    ),
)

SCHEDULERS: tuple[Dialect, ...] = (
    *(
        replace(kind, name=kind.name + suffix)
        for suffix in ("LR", "Momentum", "ParamScheduler")
        for kind in _KINDS
        if (kind.name, suffix) != ("OneCycle", "Momentum")
    ),
    Dialect("param_scheduler", param_scheduler, composite=True),
)
"""Every scheduler of mmengine.optim, and the list of them that a configuration has."""
