"""torch tensors: float64 on their own device, no branch on values (so it compiles)."""

import math
from collections.abc import Callable, Sequence

import torch
from torch import cos, cosh, exp, expm1, fmod, log1p, sin, sinh, sqrt, tanh
from torch import floor_divide as floor_divide

from lehr._typing import Any

__all__ = ["cos", "cosh", "exp", "expm1", "fmod", "log1p", "sin", "sinh", "sqrt"]
__all__ += ["tanh"]


def splitter() -> float:
    return 134217729.0  # 2**27 + 1, see accurate.two_product


def clock(t: Any, largest: float, end: float) -> Any:
    """Return `t`, at most `end`, in float64: exact to 2**53. NaN becomes 0."""
    if t.dtype.is_complex or t.dtype is torch.bool:
        raise TypeError(f"t must hold real numbers, got a tensor of {t.dtype}")
    if t.is_floating_point():
        t = torch.nan_to_num(t.to(torch.float64), 0.0, math.inf, -math.inf)
    return torch.clamp(t.to(torch.float64), max=end)


def like(t: Any, values: Any) -> Any:
    """Return `values`, and NaN where `t` is NaN."""
    return torch.where(torch.isnan(t), t, values) if t.is_floating_point() else values


def real(t: Any) -> Any:
    return t


def clip(t: Any, low: float, high: float) -> Any:
    return torch.clamp(t, low, high)


def log(x: Any) -> Any:
    return torch.log(x)


def minimum(x: Any, y: Any) -> Any:
    return torch.minimum(*_tensors(x, y))


def maximum(x: Any, y: Any) -> Any:
    return torch.maximum(*_tensors(x, y))


def where(condition: Any, yes: Any, no: Any) -> Any:
    return torch.where(condition, *_tensors(yes, no, like=condition))


def power(base: Any, exponent: Any) -> Any:
    return torch.pow(*_tensors(base, exponent))


def take(values: Sequence[float], index: Any) -> Any:
    table = torch.tensor(values, dtype=torch.float64, device=index.device)
    return table[index.long()]


def search(edges: Sequence[float], t: Any) -> Any:
    bounds = torch.tensor(edges, dtype=torch.float64, device=t.device)
    return torch.searchsorted(bounds, t.contiguous(), right=True)


def piecewise(
    edges: Sequence[float], branches: Sequence[Callable[..., Any]], t: Any, rest: Any
) -> Any:
    out = branches[0](t, rest)
    for edge, branch in zip(edges, branches[1:], strict=True):
        out = where(t < edge, out, branch(t, rest))
    return out


def _tensors(x: Any, y: Any, like: Any = None) -> tuple[Any, Any]:
    """Return both as float64 tensors: a Python number alone would become float32."""
    owner = x if isinstance(x, torch.Tensor) else y
    device = owner.device if isinstance(owner, torch.Tensor) else like.device
    return tuple(
        v
        if isinstance(v, torch.Tensor)
        else torch.full((), v, dtype=torch.float64, device=device)
        for v in (x, y)
    )  # type: ignore[return-value]  # a pair in, a pair out


def words(counter: Any) -> tuple[Any, Any]:
    """Return the high and the low 32 bits of whole numbers >= 0."""
    whole = counter.long()
    return whole >> 32, whole & 0xFFFFFFFF


def word(x: int) -> int:
    return x


def real_of(word: Any) -> Any:
    return word.to(torch.float64)
