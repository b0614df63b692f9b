"""JAX arrays, traced or not: the default float width, whole clocks kept in integers."""

import copy
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
        fits = largest < jnp.iinfo(wide.dtype).max + 1
        return wide if fits else real(t)
    if not jnp.issubdtype(t.dtype, jnp.floating):
        raise TypeError(f"t must hold real numbers, got an array of {t.dtype}")
    return jnp.minimum(jnp.where(t == t, real(t), 0.0), end)


def fit(schedule: Any) -> Any:
    """Return `schedule` itself, or with floats for lengths past JAX's integers."""
    if hasattr(schedule, "expression"):
        schedule = schedule.expression()
    largest = jnp.iinfo(jnp.result_type(int)).max

    def fitted(name: str, value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(fitted(name, part) for part in value)
        if hasattr(value, "__dataclass_fields__"):
            return fit(value)
        is_long = isinstance(value, int) and value > largest and name != "seed"
        return float(value) if is_long else value

    given = {name: getattr(schedule, name) for name in schedule.__dataclass_fields__}
    changed = {name: fitted(name, value) for name, value in given.items()}
    if all(changed[name] is value for name, value in given.items()):
        return schedule
    twin = copy.copy(schedule)
    twin._set(**changed)  # not by its own checks, which would make integers again
    return twin


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
    if counter.dtype.kind != "f" and counter.dtype.itemsize == 4:
        return jnp.zeros(counter.shape, jnp.uint32), counter.astype(jnp.uint32)
    high = jnp.floor_divide(counter, 2**32 if counter.dtype.kind != "f" else 2.0**32)
    low = counter - high * high.dtype.type(2**32)
    return high.astype(jnp.uint32), low.astype(jnp.uint32)


def word(x: int) -> Any:
    return jnp.uint32(x)


def real_of(word: Any) -> Any:
    return word.astype(jnp.result_type(float))
