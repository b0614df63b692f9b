"""torch.optim.lr_scheduler: its parameters, and our schedules with exactly its curves.

Step n of a curve is the value after n calls of the scheduler's `step()`.
"""

from lehr.dialects.torch.chains import chained, chained_momentum
from lehr.dialects.torch.cosines import (
    cosine_annealing,
    cosine_annealing_warm_restarts,
)
from lehr.dialects.torch.cyclic_lr import cyclic, cyclic_momentum
from lehr.dialects.torch.decays import (
    constant,
    exponential,
    linear,
    multi_step,
    polynomial,
    step,
)
from lehr.dialects.torch.functions import lambda_, multiplicative
from lehr.dialects.torch.one_cycle_lr import one_cycle, one_cycle_momentum
from lehr.dialects.torch.plateau_lr import reduce_on_plateau
from lehr.dialects.torch.sequences import sequential, sequential_momentum
from lehr.dialects.torch.table import SCHEDULERS

__all__ = [
    "SCHEDULERS",
    "chained",
    "chained_momentum",
    "constant",
    "cosine_annealing",
    "cosine_annealing_warm_restarts",
    "cyclic",
    "cyclic_momentum",
    "exponential",
    "lambda_",
    "linear",
    "multi_step",
    "multiplicative",
    "one_cycle",
    "one_cycle_momentum",
    "polynomial",
    "reduce_on_plateau",
    "sequential",
    "sequential_momentum",
    "step",
]
