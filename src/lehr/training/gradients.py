"""The size and the health of a gradient, read from the device at once."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from lehr.training.engine.sharded import whole


@dataclass(frozen=True)
class GradientStatistics:
    """What a gradient is like; elements that are NaN or infinite only count as such.

    Attributes:
        norm: Euclidean, of all elements together.
        largest, smallest, mean: of the elements' absolute values; 0 of no element.
        parameters: how many elements there are, NaN and infinite ones included.
        nan, inf: how many elements are NaN, or infinite.
    """

    norm: float
    largest: float
    smallest: float
    mean: float
    parameters: int
    nan: int
    inf: int

    @property
    def healthy(self) -> bool:
        """Whether every element is finite."""
        return self.nan == 0 and self.inf == 0


def gradient_statistics(parameters: Iterable[Tensor]) -> GradientStatistics:
    """Return what the gradient of the parameters is like; change nothing.

    Parameters without a gradient are left out. It waits once for the device, or once
    for each of several.

    Args:
        parameters: such as `model.parameters()`.

    >>> weight = torch.nn.Parameter(torch.zeros(2))
    >>> weight.grad = torch.tensor([3.0, 4.0])
    >>> found = gradient_statistics([weight])
    >>> found.norm, found.largest, found.smallest, found.mean, found.healthy
    (5.0, 4.0, 3.0, 3.5, True)
    """
    return total_of(tensor_statistics([p.grad for p in parameters]))


def tensor_statistics(tensors: Iterable[Tensor | None]) -> list[GradientStatistics]:
    """Return the statistics of each tensor that is there, read together."""
    given = [_elements(tensor.detach()) for tensor in tensors if tensor is not None]
    rows = [_row(tensor) for tensor in given]
    places: dict[torch.device, list[int]] = {}
    for number, tensor in enumerate(given):
        places.setdefault(tensor.device, []).append(number)
    numbers: list[list[float]] = [[]] * len(given)
    for members in places.values():
        read = torch.stack([rows[member] for member in members]).tolist()
        for member, values in zip(members, read, strict=True):
            numbers[member] = values
    return [
        _from_row(values, tensor.numel())
        for values, tensor in zip(numbers, given, strict=True)
    ]


def total_of(parts: Iterable[GradientStatistics]) -> GradientStatistics:
    """Return the statistics of all parts together."""
    parts = list(parts)
    nan, inf = sum(part.nan for part in parts), sum(part.inf for part in parts)
    sizes = [part.parameters - part.nan - part.inf for part in parts]
    some = [part for part, size in zip(parts, sizes, strict=True) if size]
    sums = (part.mean * size for part, size in zip(parts, sizes, strict=True))
    return GradientStatistics(
        norm=math.hypot(*(part.norm for part in parts)),
        largest=max((part.largest for part in some), default=0.0),
        smallest=min((part.smallest for part in some), default=0.0),
        mean=math.fsum(sums) / max(1, sum(sizes)),
        parameters=sum(part.parameters for part in parts),
        nan=nan,
        inf=inf,
    )


def not_finite(model: nn.Module) -> tuple[str, ...]:
    """Return the names of the parameters whose gradients hold NaN or infinities."""
    named = [(n, p) for n, p in model.named_parameters() if p.grad is not None]
    found = tensor_statistics(p.grad for _, p in named)
    return tuple(
        name for (name, _), one in zip(named, found, strict=True) if not one.healthy
    )


def _elements(tensor: Tensor) -> Tensor:
    """Return the elements that a sparse gradient holds, or the tensor itself."""
    tensor = whole(tensor)
    return tensor.coalesce().values() if tensor.is_sparse else tensor


def _row(tensor: Tensor) -> Tensor:
    """Return norm, largest, smallest, sum, NaNs, infinities, on the device."""
    size = tensor.abs()
    # float64: the square of a float32 may be more than float32 can hold.
    wide = torch.float32 if size.device.type == "mps" else torch.float64
    size = size.to(wide)
    finite = size.isfinite()
    kept = size.where(finite, 0.0)
    if not tensor.numel():
        return torch.zeros(6, dtype=wide, device=size.device)
    return torch.stack(
        (
            torch.linalg.vector_norm(kept),
            kept.max(),
            size.where(finite, math.inf).min(),
            kept.sum(),
            size.isnan().sum().to(wide),
            size.isinf().sum().to(wide),
        )
    )


def _from_row(row: list[float], elements: int) -> GradientStatistics:
    norm, largest, smallest, total, nan, inf = row
    finite = elements - int(nan) - int(inf)
    return GradientStatistics(
        norm,
        largest,
        smallest if finite else 0.0,
        total / max(1, finite),
        elements,
        int(nan),
        int(inf),
    )
