"""What one optimizer update was."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor


@dataclass(slots=True)
class Step:
    """What one optimizer update was: all of it is known only after it was applied.

    `loss` is the mean over the window, of all ranks; `number` is the same if it was
    read to be checked, else None, and `value` whichever is there. `samples` and
    `tokens` are those of the window, `weight` is the one that the mean is over. `rates`
    are those that were used, one per parameter group, and `others` likewise what else
    lehr's scheduler set, by field; `gradient_norm` is that before clipping, or None.
    `values` are means of what else a `step` function returned.
    """

    # With what is left of its graph, as in a loop by hand: while that is there, the
    # next backward pass finds the parameters' nodes and need not build them again.
    attached: Tensor
    number: float | None
    samples: int
    rates: list[Any]
    others: dict[str, list[Any]]
    gradient_norm: Tensor | None
    tokens: int = 0
    weight: int = 0
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def loss(self) -> Tensor:
        """The loss by itself, on its device."""
        return self.attached.detach()

    @property
    def value(self) -> Tensor | float:
        """The loss as a number, if that is known without waiting for the device."""
        return self.loss if self.number is None else self.number
