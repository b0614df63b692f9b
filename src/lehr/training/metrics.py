"""Means over samples, whatever the sizes of the batches."""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

from lehr.training.objective import class_dimension

Metric = Callable[[Any, Any], Tensor | float]


class Averages:
    """Running means, each value weighted by the samples it stands for.

    Sums of tensors stay on their device, in float64 where it has that, so adding to one
    never waits for the device.

    >>> averages = Averages()
    >>> averages.add("loss", torch.tensor(1.0), 30)
    >>> averages.add("loss", 4.0, 10)
    >>> averages.means()
    {'loss': 1.75}
    """

    def __init__(self) -> None:
        self._sums: dict[str, Tensor | float] = {}
        self._weights: dict[str, int] = {}

    def add(self, name: str, value: Tensor | float, weight: int) -> None:
        """Count `value` as the mean of `weight` samples."""
        if isinstance(value, Tensor):
            wide = torch.float32 if value.device.type == "mps" else torch.float64
            value = value.detach().to(wide)
        self._sums[name] = self._sums.get(name, 0.0) + value * weight
        self._weights[name] = self._weights.get(name, 0) + weight

    def means(self) -> dict[str, float]:
        """Return the mean of each name so far."""
        return {n: float(s) / self._weights[n] for n, s in self._sums.items()}

    def clear(self) -> None:
        """Forget everything."""
        self._sums.clear()
        self._weights.clear()

    def state_dict(self) -> dict[str, Any]:
        """Return the sums and weights."""
        return {"sums": dict(self._sums), "weights": dict(self._weights)}

    def load_state_dict(
        self, state: Mapping[str, Any], device: torch.device | None = None
    ) -> None:
        """Go on from saved sums and weights."""
        self._sums = {
            name: total.to(device) if isinstance(total, Tensor) else total
            for name, total in state["sums"].items()
        }
        self._weights = dict(state["weights"])


def accuracy(output: Tensor, target: Tensor) -> Tensor:
    """Return the fraction of targets whose class has the highest score.

    Args:
        output: scores, (batch, classes) or (batch, ..., classes).
        target: class numbers, (batch,) or (batch, ...).

    Raises:
        ValueError: the shapes do not fit.

    >>> accuracy(torch.tensor([[2.0, 1.0], [0.0, 3.0]]), torch.tensor([0, 0]))
    tensor(0.5000)
    """
    dimension = class_dimension(output, target)
    if dimension is None:
        raise ValueError(
            f"accuracy needs one class dimension more than the target has, got output "
            f"{tuple(output.shape)} and target {tuple(target.shape)}"
        )
    return (output.argmax(dimension) == target).float().mean()
