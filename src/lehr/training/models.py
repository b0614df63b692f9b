"""Small networks: a convolutional one for the digits, a connected one for anything."""

from typing import cast

from torch import Tensor, nn

from lehr._checks import count
from lehr.training.data.digits import CLASSES, SIDE


class DigitNet(nn.Module):
    """Two blocks of convolutions over 8 x 8 images, then one layer over what is left.

    Each block: two 3 x 3 convolutions with batch norm and ReLU, then the maximum of
    each 2 x 2 square. The second block has twice the channels of the first.

    Args:
        width: channels of the first block.
        dropout: share of features that are left out before the last layer, in [0, 1).

    Raises:
        ValueError: `width` is not positive, or `dropout` is outside [0, 1).

    >>> import torch
    >>> DigitNet(width=8)(torch.zeros(5, 1, 8, 8)).shape
    torch.Size([5, 10])
    """

    def __init__(self, width: int = 32, dropout: float = 0.3) -> None:
        super().__init__()
        width = count("width", width, 1)
        self.features = nn.Sequential(*_block(1, width), *_block(width, 2 * width))
        left = 2 * width * (SIDE // 4) ** 2
        self.head = nn.Sequential(
            nn.Flatten(), _dropout(dropout), nn.Linear(left, CLASSES)
        )

    def forward(self, images: Tensor) -> Tensor:
        """Scores of the classes, shape (batch, 10), from images (batch, 1, 8, 8)."""
        return cast(Tensor, self.head(self.features(images)))


class Mlp(nn.Module):
    """Fully connected layers with ReLU between them.

    Args:
        inputs: numbers per sample, whatever their shape.
        classes: how many classes to tell apart.
        width: numbers per hidden layer.
        layers: hidden layers, >= 1.
        dropout: share of each hidden layer that is left out in training, in [0, 1).

    Raises:
        ValueError: a count is not positive, or `dropout` is outside [0, 1).

    >>> import torch
    >>> Mlp(inputs=64, classes=10)(torch.zeros(5, 1, 8, 8)).shape
    torch.Size([5, 10])
    """

    def __init__(
        self,
        inputs: int,
        classes: int,
        *,
        width: int = 64,
        layers: int = 2,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        before, width = count("inputs", inputs, 1), count("width", width, 1)
        parts: list[nn.Module] = [nn.Flatten()]
        for _ in range(count("layers", layers, 1)):
            parts += [nn.Linear(before, width), nn.ReLU(), _dropout(dropout)]
            before = width
        self.stack = nn.Sequential(
            *parts, nn.Linear(before, count("classes", classes, 1))
        )

    def forward(self, inputs: Tensor) -> Tensor:
        """Scores of the classes, shape (batch, classes)."""
        return cast(Tensor, self.stack(inputs))


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


def _dropout(share: float) -> nn.Dropout:
    if not 0 <= share < 1:
        raise ValueError(f"dropout must be in [0, 1), got {share!r}")
    return nn.Dropout(share)
