"""Megatron-LM's scheduler: the same parameters, the same rate and weight decay.

Its clock counts samples: each iteration adds the global batch size. Value t is what
update t uses, after t batches; with `global_batch_size=1` a length counts the
schedule's own units, which may be samples (bind it to that clock where the batch size
grows). The first update uses `init_lr` if there is a warmup. The end is at
`lr_decay_steps`; past it `min_lr` is held, or `max_lr` if the style is "constant".

Differences from Megatron-LM core 0.16.1:

- With a `wd_incr_steps` of 0, Megatron divides by 0; here it is a ramp of length 0:
  `end_wd`.
- What it asserts at some later step is refused when it is built: an unknown style, a
  weight decay that is to be constant between two values.
- `max_lr` may be left out: it is then the group's own value. So may the parameters of
  the weight decay, which is then left as it is. A group's `wd_mult` is not known here.

"""

from lehr.dialects.base import Dialect
from lehr.dialects.megatron.arguments import from_arguments
from lehr.dialects.megatron.decay import weight_decay
from lehr.dialects.megatron.rate import optimizer_param_scheduler

__all__ = [
    "SCHEDULERS",
    "from_arguments",
    "optimizer_param_scheduler",
    "weight_decay",
]

_LENGTHS = ("lr_warmup_steps", "lr_decay_steps", "wd_incr_steps", "wsd_decay_steps")

SCHEDULERS: tuple[Dialect, ...] = (
    Dialect(
        "OptimizerParamScheduler",
        optimizer_param_scheduler,
        lengths=_LENGTHS,
        horizon="lr_decay_steps",
        others={"weight_decay": weight_decay},
    ),
)
