"""JAX arrays, traced or not: the default float width, whole clocks kept in integers."""

from collections.abc import Callable, Sequence

import jax.numpy as jnp
from jax.numpy import cos, cosh, exp, expm1, floor_divide, fmod, log, log1p
from jax.numpy import maximum as maximum
from jax.numpy import minimum as minimum
from jax.numpy import power as power
from jax.numpy import sin as sin
from jax.numpy import sinh as sinh
from jax.numpy import sqrt as sqrt
from jax.numpy import tanh as tanh
from jax.numpy import where as where

from lehr._typing import Any

__all__ = ["cos", "cosh", "exp", "expm1", "floor_divide", "fmod", "log", "log1p"]


def splitter() -> float:
    return 4097.0 if jnp.finfo(jnp.result_type(float)).bits == 32 else 134217729.0


def clock(t: Any, largest: float, end: float) -> Any:
    """Return `t` as it is if it holds integers: without x64, float32 ends at 2**24.

    Else it is at most `end`, and NaN becomes 0.
    """
    if jnp.issubdtype(t.dtype, jnp.integer):
        wide = t.astype(jnp.result_type(int))
        fits = largest <= jnp.iinfo(wide.dtype).max
        return wide if fits else real(t)
    if not jnp.issubdtype(t.dtype, jnp.floating):
        raise TypeError(f"t must hold real numbers, got an array of {t.dtype}")
    return jnp.minimum(jnp.where(t == t, real(t), 0.0), end)


def like(t: Any, values: Any) -> Any:
    """Return `values`, and NaN where `t` is NaN."""
    return jnp.where(t == t, values, jnp.nan)


def real(t: Any) -> Any:
    return jnp.asarray(t, jnp.result_type(float))


def clip(t: Any, low: float, high: float) -> Any:
    if high == float("inf"):
        return jnp.maximum(t, low)
    return jnp.clip(t, low, high)


def take(values: Sequence[float], index: Any) -> Any:
    return jnp.asarray(values, jnp.result_type(float))[index.astype(int)]


def search(edges: Sequence[float], t: Any) -> Any:
    return jnp.searchsorted(jnp.asarray(edges), t, side="right")


def piecewise(
    edges: Sequence[float], branches: Sequence[Callable[..., Any]], t: Any, rest: Any
) -> Any:
    out = branches[0](t, rest)
    for edge, branch in zip(edges, branches[1:], strict=True):
        out = jnp.where(t < edge, out, branch(t, rest))
    return out


def words(counter: Any) -> tuple[Any, Any]:
    """Return the high and the low 32 bits of whole numbers >= 0."""
    low = counter % 4294967296.0 if counter.dtype.kind == "f" else counter
    high = (counter // 4294967296.0).astype(jnp.uint32)
    return high, low.astype(jnp.uint32)


def real_of(word: Any) -> Any:
    return word.astype(jnp.result_type(float))
