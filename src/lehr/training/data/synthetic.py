"""Tables that are drawn from a seed: to try things on, and to measure speed with."""

import torch
from torch import Tensor

from lehr._checks import count, length
from lehr.training.data.parts import Parts, deal


def make_regression(
    samples: int, inputs: int, *, noise: float = 0.1, seed: int = 0
) -> tuple[Tensor, Tensor]:
    """Draw normal inputs, and a target that is linear in them, with noise.

    Args:
        samples: rows, >= 1.
        inputs: numbers per row, >= 1.
        noise: deviation of what is added to the target, whose own is 1.
        seed: of all that is drawn.

    Returns:
        inputs of shape (samples, inputs), targets of shape (samples, 1), both float32.

    >>> x, y = make_regression(100, 3)
    >>> x.shape, y.shape
    (torch.Size([100, 3]), torch.Size([100, 1]))
    """
    generator = torch.Generator().manual_seed(count("seed", seed))
    weight = torch.randn(count("inputs", inputs, 1), 1, generator=generator)
    x = torch.randn(count("samples", samples, 1), inputs, generator=generator)
    added = length("noise", noise) * torch.randn(samples, 1, generator=generator)
    return x, x @ (weight / weight.norm()) + added


def make_classes(
    samples: int, inputs: int, classes: int, *, distance: float = 3.0, seed: int = 0
) -> Parts:
    """Draw clouds of points, one per class, and deal them into three parts.

    Args:
        samples: points in all; each class has as many as the others, or one less.
        inputs: numbers per point, >= 1.
        classes: clouds, >= 1.
        distance: of a cloud's centre from the origin; each cloud's deviation is 1.
        seed: of all that is drawn.

    Raises:
        ValueError: a class would have fewer than 4 points.

    >>> parts = make_classes(200, 5, classes=4)
    >>> parts.train.inputs.shape[1], parts.classes
    (5, 4)
    """
    generator = torch.Generator().manual_seed(count("seed", seed))
    centres = torch.randn(
        count("classes", classes, 1), count("inputs", inputs, 1), generator=generator
    )
    centres *= length("distance", distance) / centres.norm(dim=1, keepdim=True)
    labels = torch.arange(count("samples", samples, 1)) % classes
    points = centres[labels] + torch.randn(samples, inputs, generator=generator)
    return deal(points, labels, classes=classes)
