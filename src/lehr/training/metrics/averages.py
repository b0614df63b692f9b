"""Means over samples, whatever the sizes of the batches."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from lehr.training.engine import Engine


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
        """Count `value` as the mean of `weight` samples; of none it is no mean."""
        if not weight:
            return
        total = self._sums.get(name, 0.0)
        if isinstance(value, float):
            self._sums[name] = total + value * weight
        elif isinstance(total, Tensor) and isinstance(value, Tensor):
            self._sums[name] = torch.add(total, value.detach(), alpha=weight)
        else:
            self._sums[name] = total + _wide(value) * weight
        self._weights[name] = self._weights.get(name, 0) + weight

    def sum_over(self, engine: Engine) -> None:
        """Take in what all ranks have counted, once; each has the same afterwards."""
        if engine.alone:
            return
        sums = {name: float(total) for name, total in self._sums.items()}
        parts = engine.gather((sums, self._weights))
        self.clear()
        for others, weights in parts:
            for name, weight in weights.items():
                self._sums[name] = self._sums.get(name, 0.0) + others[name]
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


def _wide(value: Any) -> Any:
    """Return a tensor in the widest type that its device has."""
    if not isinstance(value, Tensor):
        return value
    wide = torch.float32 if value.device.type == "mps" else torch.float64
    return value.detach().to(wide)
