"""Paddle's `paddle.optimizer.lr`: the same parameters, the same curves.

Value t is the one after t calls of `step()`, which update t uses: Paddle has it called
after each update. `learning_rate` is a parameter, so that no starting value is given.
Every curve goes on as the original does after its end: most hold, cosine annealing
climbs back.

Differences from PaddlePaddle 3.3.1:

- `OneCycleLR` holds its last value; Paddle takes one more step past it, and then
  raises. Where the rise has no length, Paddle divides by 0; this begins at the peak.
- Within `LinearWarmup`, Paddle finds the cycle of `CosineAnnealingWarmRestarts` by the
  floor of a logarithm, which misses some restarts; here all are found.
- `CosineAnnealingDecay` and `LinearLR` are computed from the update's number and not
  from the value before, so that no error adds up.
- `PiecewiseDecay` takes exactly one value more than boundaries, which increase.
- In `ReduceOnPlateau` a NaN is bad and never the best metric, and the metric is a
  number.
"""

from lehr.dialects.base import Dialect
from lehr.dialects.paddle.decays import (
    exponential_decay,
    inverse_time_decay,
    multi_step_decay,
    natural_exp_decay,
    noam_decay,
    piecewise_decay,
    polynomial_decay,
    step_decay,
)
from lehr.dialects.paddle.functions import (
    lambda_decay,
    multiplicative_decay,
    reduce_on_plateau,
)
from lehr.dialects.paddle.waves import (
    cosine_annealing_decay,
    cosine_annealing_warm_restarts,
    cyclic,
    linear,
    linear_warmup,
    one_cycle,
)

__all__ = [
    "SCHEDULERS",
    "cosine_annealing_decay",
    "cosine_annealing_warm_restarts",
    "cyclic",
    "exponential_decay",
    "inverse_time_decay",
    "lambda_decay",
    "linear",
    "linear_warmup",
    "multi_step_decay",
    "multiplicative_decay",
    "natural_exp_decay",
    "noam_decay",
    "one_cycle",
    "piecewise_decay",
    "polynomial_decay",
    "reduce_on_plateau",
    "step_decay",
]

_LAMBDA = ("lr_lambda",)
_SIZES = ("step_size_up", "step_size_down")

SCHEDULERS: tuple[Dialect, ...] = (
    Dialect("NoamDecay", noam_decay, ("warmup_steps",), absolute=True),
    Dialect("PiecewiseDecay", piecewise_decay, ("boundaries",), absolute=True),
    Dialect("NaturalExpDecay", natural_exp_decay, absolute=True),
    Dialect("InverseTimeDecay", inverse_time_decay, absolute=True),
    Dialect(
        "PolynomialDecay",
        polynomial_decay,
        lengths=("decay_steps",),
        horizon="decay_steps",
        absolute=True,
    ),
    Dialect("LinearWarmup", linear_warmup, ("warmup_steps",), absolute=True),
    Dialect("ExponentialDecay", exponential_decay, absolute=True),
    Dialect("MultiStepDecay", multi_step_decay, ("milestones",), absolute=True),
    Dialect("StepDecay", step_decay, ("step_size",), absolute=True),
    Dialect("LambdaDecay", lambda_decay, functions=_LAMBDA, absolute=True),
    Dialect(
        "MultiplicativeDecay", multiplicative_decay, functions=_LAMBDA, absolute=True
    ),
    Dialect("ReduceOnPlateau", metric_driven=reduce_on_plateau, absolute=True),
    Dialect(
        "CosineAnnealingDecay",
        cosine_annealing_decay,
        lengths=("T_max",),
        horizon="T_max",
        absolute=True,
    ),
    Dialect(
        "CosineAnnealingWarmRestarts",
        cosine_annealing_warm_restarts,
        lengths=("T_0",),
        absolute=True,
    ),
    Dialect(
        "OneCycleLR",
        one_cycle,
        lengths=("total_steps",),
        horizon="total_steps",
        absolute=True,
    ),
    Dialect("CyclicLR", cyclic, _SIZES, functions=("scale_fn",), absolute=True),
    Dialect("LinearLR", linear, ("total_steps",), absolute=True),
)
