"""PyTorch-Project-Template's own schedulers: as documented, or `exact`ly as they are.

Value t is the one used in epoch (or update) t, counted from 0. With `exact=True` it is
the original's, in its own trainer.
"""

from lehr.dialects.base import Dialect
from lehr.dialects.template.polynomial import polynomial
from lehr.dialects.template.ranges import chained
from lehr.dialects.template.restarts import cosine_annealing_warmup_reduce_restarts

__all__ = [
    "SCHEDULERS",
    "chained",
    "cosine_annealing_warmup_reduce_restarts",
    "polynomial",
]

SCHEDULERS: tuple[Dialect, ...] = (
    Dialect(
        "PolynomialLRDecay",
        polynomial,
        lengths=("max_decay_steps",),
        horizon="max_decay_steps",
        exact=True,
    ),
    Dialect(
        "CosineAnnealingWarmupReduceRestarts",
        cosine_annealing_warmup_reduce_restarts,
        lengths=("first_cycle_steps", "warmup_steps", "T_0", "T_up"),
        per_group=("max_lr", "eta_max"),
        exact=True,
    ),
    Dialect(
        "ChainedScheduler",
        chained,
        lengths=("step_ranges",),
        composite=True,
        exact=True,
    ),
)
