"""timm.scheduler, by another import: the same names, arguments, values and states.

Write `lehr.dropin.timm` for `timm.scheduler`; its modules (`scheduler`, `cosine_lr`,
`scheduler_factory`, ...) have timm's names as well. timm need not be installed. Each
`step(t)` writes what timm 1.0.31 writes, to 1e-12, but for the following, which is
wrong there:

- With `cycle_mul`, restarts are found exactly, and `get_cycle_length` is exact; timm
  takes the floor of a logarithm and misses some. With `cycle_mul` < 1, where timm
  fails after the last cycle, `lr_min` is held.
- Milestones may stand in any order.
- Before t = 0 the first value is held.
- A tensor rate is filled in place; timm puts a new one in its place, which a compiled
  or captured step does not see.
- Groups added later are driven like the others from their first update on; timm never
  drives them.
- `PlateauLRScheduler` keeps all its counters in its state, takes its rates from the
  starting values and the number of cuts, not from what the groups hold, and `step(0)`
  without a warmup does not set the rates to 0. It is not deprecated here.
- Arguments that cannot work raise a ValueError that names them, at construction.

A state of timm's loads here and one of ours there. `create_scheduler` and
`create_scheduler_v2` count the cooldown into the number of epochs for every scheduler,
as timm documents; `exact=True`, or `lehr.dropin.exact()`, counts as timm does.
"""

try:
    import torch as _torch  # noqa: F401  (says at once what is missing)
except ImportError as error:
    raise ImportError(
        "lehr.dropin.timm needs PyTorch: pip install 'lehr[torch]'"
    ) from error

from lehr.dropin.timm.cosine_lr import CosineLRScheduler
from lehr.dropin.timm.multistep_lr import MultiStepLRScheduler
from lehr.dropin.timm.plateau_lr import PlateauLRScheduler
from lehr.dropin.timm.poly_lr import PolyLRScheduler
from lehr.dropin.timm.scheduler import Scheduler
from lehr.dropin.timm.scheduler_factory import (
    create_scheduler,
    create_scheduler_v2,
    scheduler_kwargs,
)
from lehr.dropin.timm.step_lr import StepLRScheduler
from lehr.dropin.timm.tanh_lr import TanhLRScheduler
from lehr.dropin.timm.wsd_lr import WSDLRScheduler

__all__ = [
    "CosineLRScheduler",
    "MultiStepLRScheduler",
    "PlateauLRScheduler",
    "PolyLRScheduler",
    "Scheduler",
    "StepLRScheduler",
    "TanhLRScheduler",
    "WSDLRScheduler",
    "create_scheduler",
    "create_scheduler_v2",
    "scheduler_kwargs",
]
