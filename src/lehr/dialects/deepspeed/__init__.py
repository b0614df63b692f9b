"""DeepSpeed's schedulers: the same parameters, the same curves.

Value t is what update t uses in a DeepSpeed engine, which steps the scheduler after
each update: the constructor sets the value of update 0, and the first step that of
update 1. `LRRangeTest` and `OneCycle` count from there; the `Warmup` family is one
update late, so that updates 0 and 1 both use the first value of the warmup. An update
that the loss scaler skips does not count.

Past their ends `WarmupLR`, `WarmupDecayLR` and `WarmupCosineLR` hold their last value,
`OneCycle` goes on as its decay says, and `LRRangeTest` rises without end (cut it with a
slice).

Peculiar to the original, and kept (DeepSpeed edaa7221):

- `WarmupCosineLR` starts at 0, whatever `warmup_min_ratio`; with a linear warmup it
  never reaches the peak, and it is at its floor one update before the run's last.
- A warmup of 1 step is one of 2.
- The momentum of `OneCycle` grows, and without bound, by `decay_mom_rate`.

Differences from it:

- `OneCycle` documents a momentum that is cycled inversely to the rate; the original's
  update 0 uses `cycle_min_mom`, where the rate is lowest. `exact=True` gives that.
- `OneCycle` sets the second beta of every group to 0.99, and drives only optimizers
  that have betas. Here the second beta is left alone, and a plain momentum is driven.
- An unknown `warmup_type` is refused; the original takes "log".

"""

from lehr.dialects.base import Dialect
from lehr.dialects.deepspeed.cycle import one_cycle, one_cycle_momentum
from lehr.dialects.deepspeed.range_test import range_test
from lehr.dialects.deepspeed.warmups import warmup, warmup_cosine, warmup_decay

__all__ = [
    "SCHEDULERS",
    "one_cycle",
    "one_cycle_momentum",
    "range_test",
    "warmup",
    "warmup_cosine",
    "warmup_decay",
]

_WARMUP = ("warmup_num_steps",)
_PLANNED = ("total_num_steps", "warmup_num_steps")
_BOUNDS = ("warmup_min_lr", "warmup_max_lr")

SCHEDULERS: tuple[Dialect, ...] = (
    Dialect(
        "LRRangeTest",
        range_test,
        lengths=("lr_range_test_step_size",),
        per_group=("lr_range_test_min_lr",),
    ),
    Dialect(
        "OneCycle",
        one_cycle,
        lengths=("cycle_first_step_size", "cycle_second_step_size", "decay_step_size"),
        per_group=("cycle_min_lr", "cycle_max_lr", "cycle_min_mom", "cycle_max_mom"),
        others={"momentum": one_cycle_momentum},
        exact=True,
    ),
    Dialect("WarmupLR", warmup, lengths=_WARMUP, per_group=_BOUNDS),
    Dialect(
        "WarmupDecayLR",
        warmup_decay,
        lengths=_PLANNED,
        horizon="total_num_steps",
        per_group=_BOUNDS,
    ),
    Dialect(
        "WarmupCosineLR",
        warmup_cosine,
        lengths=_PLANNED,
        horizon="total_num_steps",
        proportional=True,
    ),
)
