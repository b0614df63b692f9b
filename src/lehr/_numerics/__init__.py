"""One formula, every array type: find the namespace that owns an argument.

A namespace gives the elementary functions, `where`, the clamps and `piecewise` for one
kind of number. Formulas are written against it once and run everywhere.
"""

import sys

from lehr._numerics import python
from lehr._typing import Any

CLOCK_END = 2.0**63  # clocks are exact to 2**53; what is endless holds its value here


def namespace_of(t: Any) -> Any:
    """Return what provides `sin`, `where`, ... for `t`: a module of this package.

    Raises:
        TypeError: `t` is neither a number nor an array of NumPy, torch or JAX.
    """
    modules = sys.modules
    if "numpy" in modules and isinstance(t, modules["numpy"].ndarray):
        from lehr._numerics import numpy

        return numpy
    if "torch" in modules and isinstance(t, modules["torch"].Tensor):
        from lehr._numerics import torch

        return torch
    if "jax" in modules and isinstance(t, modules["jax"].Array):
        from lehr._numerics import jax

        return jax
    if hasattr(t, "__index__") or hasattr(t, "__float__"):
        return python
    raise TypeError(
        "t must be a number or an array of NumPy, torch or JAX, "
        f"got {type(t).__name__}; wrap a list: numpy.asarray(t)"
    )
