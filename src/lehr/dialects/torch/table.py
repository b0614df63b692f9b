"""torch's schedulers by their names, and what their parameters are."""

from lehr.dialects.base import Dialect
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

_MOMENTA = ("base_momentum", "max_momentum")

SCHEDULERS: tuple[Dialect, ...] = (
    Dialect("StepLR", step, lengths=("step_size",), proportional=True),
    Dialect("MultiStepLR", multi_step, lengths=("milestones",), proportional=True),
    Dialect("ConstantLR", constant, lengths=("total_iters",), proportional=True),
    Dialect("LinearLR", linear, lengths=("total_iters",), proportional=True),
    Dialect("ExponentialLR", exponential, proportional=True),
    Dialect("PolynomialLR", polynomial, lengths=("total_iters",), proportional=True),
    Dialect("CosineAnnealingLR", cosine_annealing, lengths=("T_max",), horizon="T_max"),
    Dialect(
        "CosineAnnealingWarmRestarts",
        cosine_annealing_warm_restarts,
        lengths=("T_0",),
    ),
    Dialect(
        "CyclicLR",
        cyclic,
        lengths=("step_size_up", "step_size_down"),
        per_group=("base_lr", "max_lr", *_MOMENTA),
        others={"momentum": cyclic_momentum},
        functions=("scale_fn",),
    ),
    Dialect(
        "OneCycleLR",
        one_cycle,
        lengths=("total_steps",),
        horizon="total_steps",
        per_group=("max_lr", *_MOMENTA),
        others={"momentum": one_cycle_momentum},
    ),
    Dialect(
        "LambdaLR",
        lambda_,
        proportional=True,
        per_group=("lr_lambda",),
        functions=("lr_lambda",),
    ),
    Dialect(
        "MultiplicativeLR",
        multiplicative,
        proportional=True,
        per_group=("lr_lambda",),
        functions=("lr_lambda",),
    ),
    Dialect(
        "SequentialLR",
        sequential,
        lengths=("milestones",),
        others={"momentum": sequential_momentum},
        composite=True,
    ),
    Dialect(
        "ChainedScheduler",
        chained,
        others={"momentum": chained_momentum},
        composite=True,
    ),
    Dialect(
        "ReduceLROnPlateau",
        per_group=("min_lr",),
        metric_driven=reduce_on_plateau,
    ),
)
"""Every scheduler of torch.optim.lr_scheduler."""
