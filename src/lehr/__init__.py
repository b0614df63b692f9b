"""Hyper-parameter schedules as values.

`schedule(t)` is the value that optimizer update number `t` uses, counted from 0: before
the run, during it, and after a crash.

>>> import lehr
>>> lr = lehr.warmup_cosine(3e-4, warmup=100, total=1_000)
>>> lr(100), lr(1_000)
(0.0003, 0.0)
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from lehr import schedules
from lehr.schedules import (
    Chain,
    Constant,
    Cosine,
    Exponential,
    InverseSqrt,
    Linear,
    MirrorCosine,
    OneMinusSqrt,
    Phase,
    PiecewiseConstant,
    Power,
    Product,
    Repeat,
    Scale,
    Schedule,
    Sum,
    Window,
    inverse_sqrt,
    multi_step,
    noam,
    one_cycle,
    power_of_tokens,
    trapezoid,
    warm_restarts,
    warmup_constant,
    warmup_cosine,
    warmup_linear,
    warmup_stable_decay,
)

if TYPE_CHECKING:
    from lehr.plan import Plan
    from lehr.schedules import (
        Blend,
        Clip,
        ExponentialDecay,
        Function,
        Interpolated,
        InverseTime,
        Logistic,
        Maximum,
        Minimum,
        NaturalExponential,
        Noise,
        Polynomial,
        Reverse,
        Rex,
        Shift,
        Step,
        Stretch,
        Table,
        Tanh,
        Triangular,
    )

__version__ = "0.1.0"

__all__ = [
    "Blend",
    "Chain",
    "Clip",
    "Constant",
    "Cosine",
    "Exponential",
    "ExponentialDecay",
    "Function",
    "Interpolated",
    "InverseSqrt",
    "InverseTime",
    "Linear",
    "Logistic",
    "Maximum",
    "Minimum",
    "MirrorCosine",
    "NaturalExponential",
    "Noise",
    "OneMinusSqrt",
    "Phase",
    "PiecewiseConstant",
    "Plan",
    "Polynomial",
    "Power",
    "Product",
    "Repeat",
    "Reverse",
    "Rex",
    "Scale",
    "Schedule",
    "Shift",
    "Step",
    "Stretch",
    "Sum",
    "Table",
    "Tanh",
    "Triangular",
    "Window",
    "inverse_sqrt",
    "multi_step",
    "noam",
    "one_cycle",
    "power_of_tokens",
    "trapezoid",
    "warm_restarts",
    "warmup_constant",
    "warmup_cosine",
    "warmup_linear",
    "warmup_stable_decay",
]


def __getattr__(name: str) -> Any:
    """Import a rarely used name on its first use: `import lehr` stays quick."""
    if name == "Plan":
        value: Any = import_module("lehr.plan").Plan
    elif name in __all__:
        value = getattr(schedules, name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__} - {"import_module", "TYPE_CHECKING", "Any"})
