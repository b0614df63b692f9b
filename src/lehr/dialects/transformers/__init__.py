"""transformers' schedules: the same parameters, the same curves, by their type's names.

Value t is the one that update t uses, where `scheduler.step()` follows each update, as
in the Trainer. The first update uses 0 wherever there is a warmup, but for
`cosine_warmup_with_min_lr` and `warmup_stable_decay`. `num_training_steps` includes the
warmup. Lengths may be broken: the warmup of `num_warmup_steps=12.5` ends between two
updates. Past the end `linear`, `polynomial`, `cosine_with_restarts` and
`warmup_stable_decay` hold their last value; the other cosines climb back, with the same
waves for ever; `inverse_sqrt` has no end.

transformers turns `lr_end` and `min_lr` into a part of `optimizer.defaults["lr"]`, so
that the floors of groups differ if their rates do. Its documentation calls them rates,
and here they are: every group ends at `lr_end`. With
`lr_init=optimizer.defaults["lr"]` the floors are those of transformers.

Differences from transformers 5.23:

- Where a restart of `cosine_with_restarts` falls on an update, and the lengths are
  whole, that update has the value of a restart. transformers rounds, and finds the
  floor at some: with `num_cycles=49` in 98 updates, at 7.
- `polynomial` with a warmup as long as the run is at `lr_end` from there on;
  transformers divides by 0.
- Refused are a warmup, decay or run of a negative length, a `power` of 0 or less, a
  `timescale` that is not positive, and numbers that are not finite.
- `greedy` is refused: it also raises the value.
"""

from collections.abc import Mapping
from typing import Any

from lehr.dialects.base import Dialect, Named
from lehr.dialects.transformers.cosines import (
    cosine,
    cosine_warmup_with_min_lr,
    cosine_with_min_lr,
    cosine_with_restarts,
)
from lehr.dialects.transformers.factory import arguments_for, chosen
from lehr.dialects.transformers.lines import (
    constant,
    constant_with_warmup,
    inverse_sqrt,
    linear,
    polynomial,
)
from lehr.dialects.transformers.metric import greedy, reduce_lr_on_plateau
from lehr.dialects.transformers.stages import warmup_stable_decay

__all__ = [
    "SCHEDULERS",
    "constant",
    "constant_with_warmup",
    "cosine",
    "cosine_warmup_with_min_lr",
    "cosine_with_min_lr",
    "cosine_with_restarts",
    "get_scheduler",
    "greedy",
    "inverse_sqrt",
    "linear",
    "polynomial",
    "reduce_lr_on_plateau",
    "warmup_stable_decay",
]

_WARMUP, _TOTAL = "num_warmup_steps", "num_training_steps"
_RUN = (_WARMUP, _TOTAL)
_STAGES = (*_RUN, "num_decay_steps", "num_stable_steps")

SCHEDULERS: tuple[Dialect, ...] = (
    Dialect("linear", linear, _RUN, _TOTAL, proportional=True),
    Dialect("cosine", cosine, _RUN, _TOTAL, proportional=True),
    Dialect("cosine_with_restarts", cosine_with_restarts, _RUN, _TOTAL, True),
    Dialect("polynomial", polynomial, _RUN, _TOTAL),
    Dialect("constant", constant, proportional=True),
    Dialect("constant_with_warmup", constant_with_warmup, (_WARMUP,), None, True),
    Dialect("inverse_sqrt", inverse_sqrt, (_WARMUP, "timescale"), None, True),
    Dialect(
        "reduce_lr_on_plateau",
        per_group=("min_lr",),
        metric_driven=reduce_lr_on_plateau,
    ),
    Dialect("cosine_with_min_lr", cosine_with_min_lr, _RUN, _TOTAL),
    Dialect("cosine_warmup_with_min_lr", cosine_warmup_with_min_lr, _RUN, _TOTAL),
    Dialect("warmup_stable_decay", warmup_stable_decay, _STAGES, _TOTAL, True),
    Dialect("greedy", per_group=("min_lr", "max_lr"), metric_driven=greedy),
)
"""Every `SchedulerType` of transformers."""


def get_scheduler(
    name: str,
    num_warmup_steps: float | None = None,
    num_training_steps: float | None = None,
    scheduler_specific_kwargs: Mapping[str, Any] | None = None,
) -> Named:
    """Return what transformers' `get_scheduler` builds, for any starting value.

    As there, "constant" takes no notice of any argument, and "constant_with_warmup" and
    "inverse_sqrt" none of `num_training_steps`.

    Args:
        name: a value, or a member, of `SchedulerType`.
        num_warmup_steps: updates of the warmup.
        num_training_steps: length of the run.
        scheduler_specific_kwargs: the scheduler's other parameters, as in
            `TrainingArguments.lr_scheduler_kwargs`.

    Raises:
        ValueError: there is no such name, or it needs an argument that is None.

    Source: transformers 5.23, get_scheduler.

    >>> lr = get_scheduler("cosine_with_min_lr", 2, 10, {"min_lr_rate": 0.1}).curve(1.0)
    >>> [round(lr(t), 6) for t in (0, 1, 2, 10)]
    [0.0, 0.5, 1.0, 0.1]
    """
    found = chosen(SCHEDULERS, name)
    given = num_warmup_steps, num_training_steps, scheduler_specific_kwargs
    return Named(found, arguments_for(found.name, *given))
