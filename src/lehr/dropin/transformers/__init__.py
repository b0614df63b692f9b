"""The schedules of transformers.optimization: the same names, values and states.

Write `lehr.dropin.transformers` for `transformers.optimization` (or `transformers`).
transformers need not be installed. Each function returns an instance of torch's
LambdaLR, with `lr_lambdas`, `base_lrs`, `last_epoch` and a state that transformers'
loads, and the other way round. The rates are those of transformers 5.23, past the end
too, where a cosine climbs back: the first such update is told by a `PastEndWarning`.

Where transformers contradicts its documentation, this follows the documentation, and
`exact=True`, or `lehr.dropin.exact()`, the original: `lr_end` and `min_lr` are rates
that every group ends at, not parts of the optimizer's default rate.

What is wrong there, and right here:

- Where a restart falls on an update, that update has the value of a restart;
  transformers rounds, and finds the floor at some.
- A polynomial starts where the optimizer did. If the rate is a tensor, transformers
  reads the start off that tensor, which the schedule itself fills.
- A polynomial with a warmup as long as the run is at its end; transformers divides by
  0.
- A loaded state has the rates of its step written at once, whether the optimizer is
  loaded before or after it.
- Groups added later get their rates before their first update; torch refuses.
- GreedyLR fills tensor rates in place, and takes in groups added later; it is an
  instance of ReduceLROnPlateau, so that the Trainer shows it the metric.
"""

try:
    import torch as _torch  # noqa: F401  (says at once what is missing)
except ImportError as error:
    raise ImportError(
        "lehr.dropin.transformers needs PyTorch: pip install 'lehr[torch]'"
    ) from error

from lehr.dropin.transformers.factory import (
    TYPE_TO_SCHEDULER_FUNCTION,
    SchedulerType,
    get_scheduler,
)
from lehr.dropin.transformers.floors import (
    get_cosine_with_min_lr_schedule_with_warmup,
    get_cosine_with_min_lr_schedule_with_warmup_lr_rate,
    get_polynomial_decay_schedule_with_warmup,
)
from lehr.dropin.transformers.greedy import GreedyLR
from lehr.dropin.transformers.lambda_lr import LambdaLR
from lehr.dropin.transformers.metric import (
    AdafactorSchedule,
    get_adafactor_schedule,
    get_greedy_schedule,
    get_reduce_on_plateau_schedule,
)
from lehr.dropin.transformers.schedules import (
    get_constant_schedule,
    get_constant_schedule_with_warmup,
    get_cosine_schedule_with_warmup,
    get_cosine_with_hard_restarts_schedule_with_warmup,
    get_inverse_sqrt_schedule,
    get_linear_schedule_with_warmup,
    get_wsd_schedule,
)
from lehr.dropin.transformers.streaming import StreamingAverage

__all__ = [
    "TYPE_TO_SCHEDULER_FUNCTION",
    "AdafactorSchedule",
    "GreedyLR",
    "LambdaLR",
    "SchedulerType",
    "StreamingAverage",
    "get_adafactor_schedule",
    "get_constant_schedule",
    "get_constant_schedule_with_warmup",
    "get_cosine_schedule_with_warmup",
    "get_cosine_with_hard_restarts_schedule_with_warmup",
    "get_cosine_with_min_lr_schedule_with_warmup",
    "get_cosine_with_min_lr_schedule_with_warmup_lr_rate",
    "get_greedy_schedule",
    "get_inverse_sqrt_schedule",
    "get_linear_schedule_with_warmup",
    "get_polynomial_decay_schedule_with_warmup",
    "get_reduce_on_plateau_schedule",
    "get_scheduler",
    "get_wsd_schedule",
]
