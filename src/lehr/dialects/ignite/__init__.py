"""ignite's parameter schedulers: the same parameters, the same curves.

Value t is the one at event t, counted from 0. Attached to `Events.ITERATION_STARTED`,
as ignite documents, that is what update t uses. A scheduler of the engine's state is
attached to an event that completes (`ITERATION_COMPLETED`): value t is then in force in
iteration t, t >= 1, and value 0 is where ignite has none yet.

`optimizer`, `param_name`, `param_group_index`, `save_history` and `create_new` say
where a value goes, not what it is: a curve does not take them. A scheduler inside
another is a `Named`, of ignite or of torch.

Cycles repeat for ever, on past every end; piecewise lines hold their last value.

Differences from ignite 0.5.5:

- A scheduler of duration 0 inside a ConcatScheduler is left out; ignite plays it for
  ever where it comes after another.
- Where a cycle of `cycle_mult` < 1 has come to a length of 0, ignite divides by it;
  here the value is held. Negative multipliers of values are refused.
- LRScheduler has the curve of the torch scheduler. Without `use_legacy` ignite takes
  the first step of most schedulers twice (with torch 2.13, CosineAnnealingLR begins at
  nearly twice its value); after a warmup it does not.
- create_lr_scheduler_with_warmup takes each group by itself.
- The milestones of MultiStepStateScheduler are sorted.
- ReduceLROnPlateauScheduler heeds `min_lr`, as documented; the original does so only
  with `param_group_index`: `exact=True`.
- What grows is held where a float would overflow.
"""

from lehr.dialects.base import Dialect
from lehr.dialects.ignite.cycles import cosine_annealing, linear_cyclical
from lehr.dialects.ignite.pieces import (
    concat,
    create_lr_scheduler_with_warmup,
    lr_scheduler,
    piecewise_linear,
)
from lehr.dialects.ignite.states import (
    exp_state,
    lambda_state,
    multi_step_state,
    piecewise_linear_state,
    reduce_on_plateau,
    step_state,
)

__all__ = [
    "SCHEDULERS",
    "concat",
    "cosine_annealing",
    "create_lr_scheduler_with_warmup",
    "exp_state",
    "lambda_state",
    "linear_cyclical",
    "lr_scheduler",
    "multi_step_state",
    "piecewise_linear",
    "piecewise_linear_state",
    "reduce_on_plateau",
    "step_state",
]

_CYCLES = ("cycle_size", "warmup_duration")

SCHEDULERS: tuple[Dialect, ...] = (
    Dialect("LinearCyclicalScheduler", linear_cyclical, lengths=_CYCLES, absolute=True),
    Dialect(
        "CosineAnnealingScheduler", cosine_annealing, lengths=_CYCLES, absolute=True
    ),
    Dialect("PiecewiseLinear", piecewise_linear, absolute=True),
    Dialect("ConcatScheduler", concat, lengths=("durations",), composite=True),
    Dialect(
        "create_lr_scheduler_with_warmup",
        create_lr_scheduler_with_warmup,
        lengths=("warmup_duration",),
    ),
    Dialect("LRScheduler", lr_scheduler),
    Dialect(
        "ReduceLROnPlateauScheduler",
        per_group=("min_lr",),
        metric_driven=reduce_on_plateau,
        exact=True,
    ),
    Dialect(
        "LambdaStateScheduler", lambda_state, functions=("lambda_obj",), absolute=True
    ),
    Dialect("PiecewiseLinearStateScheduler", piecewise_linear_state, absolute=True),
    Dialect("ExpStateScheduler", exp_state, absolute=True),
    Dialect("StepStateScheduler", step_state, lengths=("step_size",), absolute=True),
    Dialect(
        "MultiStepStateScheduler",
        multi_step_state,
        lengths=("milestones",),
        absolute=True,
    ),
)
"""Every scheduler of ignite.handlers that has a curve or follows a metric."""
