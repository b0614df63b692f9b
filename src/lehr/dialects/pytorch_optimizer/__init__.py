"""pytorch_optimizer's schedulers: the same parameters, the same curves.

Value t is the one that update t uses where the scheduler is stepped after
`optimizer.step()`, as the library documents. Those of its own that are no LambdaLR
leave `min_lr` in the optimizer until their first step: update 0 uses it, and the first
value of the curve comes with update 1 (linear, cosine, poly), or is never used (REX,
CosineAnnealingWarmupRestarts). Hence two updates at 0 by default.

Past their end the line goes on below `min_lr`, the cosine climbs back, the power grows.
A scheduler has the name of its class or function, and the word by which
`load_lr_scheduler` knows it, torch's own among them.

Differences from pytorch_optimizer 4.1.0:

- `t_max` = `warmup_steps`, where the original divides by 0: after one update at the
  peak the value is `min_lr`.
- A decay of length 0 of `get_wsd_schedule` vanishes; an unknown `cooldown_type`, which
  the original reads as no decay, is refused.
- Value 0 of `ProportionScheduler` belongs to the rate that update 0 uses; the
  original's: `exact=True`.
- The line of `LinearScheduler` is held after 2**20 times its length.

`deberta_v3_large_lr_scheduler` is no schedule: it makes parameter groups.
"""

from dataclasses import replace

from lehr.dialects.base import Dialect
from lehr.dialects.pytorch_optimizer.decays import chebyshev, proportion, rex, wsd
from lehr.dialects.pytorch_optimizer.restarts import cosine_annealing_warmup_restarts
from lehr.dialects.pytorch_optimizer.warmups import cosine, linear, poly
from lehr.dialects.torch import SCHEDULERS as _TORCH

__all__ = [
    "SCHEDULERS",
    "chebyshev",
    "cosine",
    "cosine_annealing_warmup_restarts",
    "linear",
    "poly",
    "proportion",
    "rex",
    "wsd",
]

_OWN = (
    *(
        (
            word,
            Dialect(
                name,
                curve,
                lengths=("t_max", "warmup_steps"),
                horizon="t_max",
                absolute=True,
            ),
        )
        for word, name, curve in (
            ("linear", "LinearScheduler", linear),
            ("cosine", "CosineScheduler", cosine),
            ("poly", "PolyScheduler", poly),
        )
    ),
    (
        "cosine_annealing_with_warmup",
        Dialect(
            "CosineAnnealingWarmupRestarts",
            cosine_annealing_warmup_restarts,
            lengths=("first_cycle_steps", "warmup_steps"),
            absolute=True,
        ),
    ),
    (
        "rex",
        Dialect(
            "REXScheduler",
            rex,
            lengths=("total_steps",),
            horizon="total_steps",
            absolute=True,
        ),
    ),
    (
        "proportion",
        Dialect("ProportionScheduler", proportion, exact=True, absolute=True),
    ),
    (
        "chebyshev",
        Dialect(
            "get_chebyshev_schedule",
            chebyshev,
            lengths=("num_epochs",),
            horizon="num_epochs",
            proportional=True,
        ),
    ),
    (
        "warmup_stable_decay",
        Dialect(
            "get_wsd_schedule",
            wsd,
            lengths=("num_warmup_steps", "num_stable_steps", "num_decay_steps"),
            proportional=True,
        ),
    ),
)
_TORCHS = {
    "ConstantLR": "constant",
    "StepLR": "step",
    "MultiStepLR": "multi_step",
    "CyclicLR": "cyclic",
    "MultiplicativeLR": "multiplicative",
    "OneCycleLR": "one_cycle",
    "CosineAnnealingLR": "cosine_annealing",
    "CosineAnnealingWarmRestarts": "cosine_annealing_with_warm_restart",
}
_BORROWED = tuple(
    (_TORCHS[dialect.name], dialect) for dialect in _TORCH if dialect.name in _TORCHS
)

SCHEDULERS: tuple[Dialect, ...] = (
    *(dialect for _, dialect in _OWN + _BORROWED),
    *(replace(dialect, name=word) for word, dialect in _OWN + _BORROWED),
)
"""Every scheduler, by its class or function, and by its word."""
