"""A network of fully connected layers, for any numbers."""

from typing import cast

from torch import Tensor, nn

from lehr._checks import count
from lehr.training.models.dropout import dropout as dropout_of


class Mlp(nn.Module):
    """Fully connected layers with ReLU between them.

    Args:
        inputs: numbers per sample, whatever their shape.
        outputs: how many classes to tell apart, or numbers to estimate.
        width: numbers per hidden layer.
        layers: hidden layers, >= 1.
        dropout: share of each hidden layer that is left out in training, in [0, 1).

    Raises:
        ValueError: a count is not positive, or `dropout` is outside [0, 1).

    >>> import torch
    >>> Mlp(inputs=64, outputs=10)(torch.zeros(5, 1, 8, 8)).shape
    torch.Size([5, 10])
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        *,
        width: int = 64,
        layers: int = 2,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        before, width = count("inputs", inputs, 1), count("width", width, 1)
        parts: list[nn.Module] = [nn.Flatten()]
        for _ in range(count("layers", layers, 1)):
            parts += [nn.Linear(before, width), nn.ReLU(), dropout_of(dropout)]
            before = width
        self.stack = nn.Sequential(
            *parts, nn.Linear(before, count("outputs", outputs, 1))
        )

    def forward(self, inputs: Tensor) -> Tensor:
        """Scores of the classes or estimates, shape (batch, outputs)."""
        return cast(Tensor, self.stack(inputs))
