"""Schedules: pure maps from an optimizer update to a value. Start at `base.py`.

The plainest are imported at once, the others on first use.
"""

from lehr._typing import TYPE_CHECKING, Any
from lehr.schedules.base import Schedule
from lehr.schedules.chain import Chain
from lehr.schedules.constant import Constant
from lehr.schedules.cosine import Cosine
from lehr.schedules.linear import Linear
from lehr.schedules.recipes.warmups import warmup_constant, warmup_cosine, warmup_linear

if TYPE_CHECKING:
    from lehr.schedules.blend import Blend
    from lehr.schedules.clip import Clip
    from lehr.schedules.exponential import Exponential
    from lehr.schedules.exponential_decay import ExponentialDecay
    from lehr.schedules.function import Function
    from lehr.schedules.interpolated import Interpolated
    from lehr.schedules.inverse_square_root import InverseSqrt
    from lehr.schedules.inverse_time import InverseTime
    from lehr.schedules.logarithmic import Logarithmic
    from lehr.schedules.logistic import Logistic
    from lehr.schedules.maximum import Maximum
    from lehr.schedules.minimum import Minimum
    from lehr.schedules.mirror_cosine import MirrorCosine
    from lehr.schedules.natural_exponential import NaturalExponential
    from lehr.schedules.noise import Noise
    from lehr.schedules.one_minus_sqrt import OneMinusSqrt
    from lehr.schedules.phases import Phase
    from lehr.schedules.piecewise_constant import PiecewiseConstant
    from lehr.schedules.polynomial import Polynomial
    from lehr.schedules.power import Power
    from lehr.schedules.product import Product
    from lehr.schedules.recipes.coupled import growing_batch, opposed, proportional
    from lehr.schedules.recipes.cycles import one_cycle, sgdr, warm_restarts
    from lehr.schedules.recipes.plateaus import trapezoid, warmup_stable_decay, wsd
    from lehr.schedules.recipes.roots import (
        inverse_sqrt,
        multi_step,
        noam,
        power_of_tokens,
    )
    from lehr.schedules.repeat import Repeat
    from lehr.schedules.reverse import Reverse
    from lehr.schedules.rex import Rex
    from lehr.schedules.sawtooth import Sawtooth
    from lehr.schedules.scale import Scale
    from lehr.schedules.shift import Shift
    from lehr.schedules.staircase import Staircase
    from lehr.schedules.step import Step
    from lehr.schedules.stretch import Stretch
    from lehr.schedules.sum import Sum
    from lehr.schedules.table import Table
    from lehr.schedules.tanh import Tanh
    from lehr.schedules.triangular import Triangular
    from lehr.schedules.window import Window

_ON_FIRST_USE = {
    "Blend": "blend",
    "Clip": "clip",
    "Exponential": "exponential",
    "ExponentialDecay": "exponential_decay",
    "Function": "function",
    "Interpolated": "interpolated",
    "InverseSqrt": "inverse_square_root",
    "InverseTime": "inverse_time",
    "Logarithmic": "logarithmic",
    "Logistic": "logistic",
    "Maximum": "maximum",
    "Minimum": "minimum",
    "MirrorCosine": "mirror_cosine",
    "NaturalExponential": "natural_exponential",
    "Noise": "noise",
    "OneMinusSqrt": "one_minus_sqrt",
    "Phase": "phases",
    "PiecewiseConstant": "piecewise_constant",
    "Polynomial": "polynomial",
    "Power": "power",
    "Product": "product",
    "Repeat": "repeat",
    "Reverse": "reverse",
    "Rex": "rex",
    "Sawtooth": "sawtooth",
    "Scale": "scale",
    "Shift": "shift",
    "Staircase": "staircase",
    "Step": "step",
    "Stretch": "stretch",
    "Sum": "sum",
    "Table": "table",
    "Tanh": "tanh",
    "Triangular": "triangular",
    "Window": "window",
    "growing_batch": "recipes.coupled",
    "opposed": "recipes.coupled",
    "proportional": "recipes.coupled",
    "inverse_sqrt": "recipes.roots",
    "multi_step": "recipes.roots",
    "noam": "recipes.roots",
    "power_of_tokens": "recipes.roots",
    "one_cycle": "recipes.cycles",
    "sgdr": "recipes.cycles",
    "warm_restarts": "recipes.cycles",
    "trapezoid": "recipes.plateaus",
    "warmup_stable_decay": "recipes.plateaus",
    "wsd": "recipes.plateaus",
}

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
    "growing_batch",
    "inverse_sqrt",
    "multi_step",
    "noam",
    "one_cycle",
    "opposed",
    "power_of_tokens",
    "proportional",
    "sgdr",
    "trapezoid",
    "warm_restarts",
    "warmup_constant",
    "warmup_cosine",
    "warmup_linear",
    "warmup_stable_decay",
    "wsd",
]


def __getattr__(name: str) -> Any:
    if name not in _ON_FIRST_USE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f"{__name__}.{_ON_FIRST_USE[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
