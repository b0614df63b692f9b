"""Hyper-parameter schedules as values.

`schedule(t)` is the value that optimizer update number `t` uses, counted from 0: before
the run, during it, and after a crash.

>>> import lehr
>>> lr = lehr.warmup_cosine(3e-4, warmup=100, total=1_000)
>>> lr(100), lr(1_000)
(0.0003, 0.0)
"""

from lehr import _typing

if _typing.TYPE_CHECKING:
    from typing import Any

    from lehr.config import read_config
    from lehr.exporting import to_code
    from lehr.importing import (
        from_config,
        from_optax,
        from_timm,
        from_torch,
        from_transformers,
        read_curve,
    )
    from lehr.linting import lint
    from lehr.plan import Plan
    from lehr.plotting import plot
    from lehr.rate_finder import find_rate
    from lehr.recognition import recognize
    from lehr.replanning import Difference, diff, extend, rewarm
    from lehr.schedules import (
        Blend,
        Chain,
        Clip,
        Constant,
        Cosine,
        Exponential,
        ExponentialDecay,
        Function,
        Interpolated,
        InverseSqrt,
        InverseTime,
        Linear,
        Logarithmic,
        Logistic,
        Maximum,
        Minimum,
        MirrorCosine,
        NaturalExponential,
        Noise,
        OneMinusSqrt,
        Phase,
        PiecewiseConstant,
        Polynomial,
        Power,
        Product,
        Repeat,
        Reverse,
        Rex,
        Sawtooth,
        Scale,
        Schedule,
        Shift,
        Staircase,
        Step,
        Stretch,
        Sum,
        Table,
        Tanh,
        Triangular,
        Window,
        growing_batch,
        inverse_sqrt,
        multi_step,
        noam,
        one_cycle,
        opposed,
        power_of_tokens,
        proportional,
        sgdr,
        trapezoid,
        warm_restarts,
        warmup_constant,
        warmup_cosine,
        warmup_linear,
        warmup_stable_decay,
        wsd,
    )

__version__ = "0.1.0"

__all__ = [
    "Blend",
    "Chain",
    "Clip",
    "Constant",
    "Cosine",
    "Difference",
    "Exponential",
    "ExponentialDecay",
    "Function",
    "Interpolated",
    "InverseSqrt",
    "InverseTime",
    "Linear",
    "Logarithmic",
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
    "Sawtooth",
    "Scale",
    "Schedule",
    "Shift",
    "Staircase",
    "Step",
    "Stretch",
    "Sum",
    "Table",
    "Tanh",
    "Triangular",
    "Window",
    "diff",
    "extend",
    "find_rate",
    "from_config",
    "from_optax",
    "from_timm",
    "from_torch",
    "from_transformers",
    "growing_batch",
    "inverse_sqrt",
    "lint",
    "multi_step",
    "noam",
    "one_cycle",
    "opposed",
    "plot",
    "power_of_tokens",
    "proportional",
    "read_config",
    "read_curve",
    "recognize",
    "rewarm",
    "sgdr",
    "to_code",
    "trapezoid",
    "warm_restarts",
    "warmup_constant",
    "warmup_cosine",
    "warmup_linear",
    "warmup_stable_decay",
    "wsd",
]

_ELSEWHERE = {
    "Difference": "lehr.replanning",
    "Plan": "lehr.plan",
    "diff": "lehr.replanning",
    "extend": "lehr.replanning",
    "find_rate": "lehr.rate_finder",
    "from_config": "lehr.importing",
    "from_optax": "lehr.importing",
    "from_timm": "lehr.importing",
    "from_torch": "lehr.importing",
    "from_transformers": "lehr.importing",
    "lint": "lehr.linting",
    "plot": "lehr.plotting",
    "read_config": "lehr.config",
    "read_curve": "lehr.importing",
    "recognize": "lehr.recognition",
    "rewarm": "lehr.replanning",
    "to_code": "lehr.exporting",
}

_PARTS = {
    "bindings",
    "config",
    "controllers",
    "dialects",
    "dropin",
    "exporting",
    "importing",
    "linting",
    "optimizer",
    "plan",
    "plotting",
    "presets",
    "rate_finder",
    "recognition",
    "replanning",
    "scheduler",
    "schedules",
    "training",
}

_PLAINEST = {
    "Chain",
    "Constant",
    "Cosine",
    "Linear",
    "Schedule",
    "warmup_constant",
    "warmup_cosine",
    "warmup_linear",
}


def __getattr__(name: str) -> "Any":
    """Import on first use: one of the plainest names brings those, another one all."""
    if name in _PARTS:
        from importlib import import_module

        return import_module(f"lehr.{name}")
    if name in _ELSEWHERE:
        from importlib import import_module

        globals()[name] = getattr(import_module(_ELSEWHERE[name]), name)
    elif name in __all__:
        from lehr import schedules

        for other in _PLAINEST if name in _PLAINEST else schedules.__all__:
            globals()[other] = getattr(schedules, other)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return globals()[name]


def __dir__() -> list[str]:
    return sorted({*__all__, *_PARTS, "__version__"})
