"""A small convolutional network for square grey images."""

from typing import cast

from torch import Tensor, nn

from lehr._checks import count
from lehr.training.models.dropout import dropout as dropout_of

SMALLEST = 4
"""Pixels of the smallest side: it is halved twice."""


class ConvNet(nn.Module):
    """Two blocks of convolutions over grey images, then one layer over what is left.

    Each block: two 3 x 3 convolutions with batch norm and ReLU, then the maximum of
    each 2 x 2 square. The second block has twice the channels of the first.

    Args:
        width: channels of the first block.
        dropout: share of features that are left out before the last layer, in [0, 1).
        side: pixels of an image's side, >= 4.
        classes: how many classes to tell apart.

    Raises:
        ValueError: a count is too small, or `dropout` is outside [0, 1).

    >>> import torch
    >>> ConvNet(width=8)(torch.zeros(5, 1, 8, 8)).shape
    torch.Size([5, 10])
    >>> ConvNet(width=8, side=28, classes=3)(torch.zeros(5, 1, 28, 28)).shape
    torch.Size([5, 3])
    """

    def __init__(
        self,
        width: int = 32,
        dropout: float = 0.3,
        *,
        side: int = 8,
        classes: int = 10,
    ) -> None:
        super().__init__()
        width = count("width", width, 1)
        self.features = nn.Sequential(*_block(1, width), *_block(width, 2 * width))
        left = 2 * width * (count("side", side, SMALLEST) // 4) ** 2
        self.head = nn.Sequential(
            nn.Flatten(),
            dropout_of(dropout),
            nn.Linear(left, count("classes", classes, 1)),
        )

    def forward(self, images: Tensor) -> Tensor:
        """Scores, shape (batch, classes), from images (batch, 1, side, side)."""
        return cast(Tensor, self.head(self.features(images)))


def _block(before: int, after: int) -> list[nn.Module]:
    """Two convolutions with what belongs to them; height and width are halved."""
    return [
        nn.Conv2d(before, after, 3, padding=1, bias=False),
        nn.BatchNorm2d(after),
        nn.ReLU(),
        nn.Conv2d(after, after, 3, padding=1, bias=False),
        nn.BatchNorm2d(after),
        nn.ReLU(),
        nn.MaxPool2d(2),
    ]
