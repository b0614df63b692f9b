"""How often the right class has the highest score, or one of the highest."""

from dataclasses import dataclass

import torch
from torch import Tensor

from lehr._checks import count
from lehr.training.batches import IGNORED
from lehr.training.metrics.classes import class_dimension


def accuracy(output: Tensor, target: Tensor) -> Tensor:
    """Return the fraction of targets whose class has the highest score.

    Of equal scores, the first class has the highest. Targets of -100 do not count, as
    in torch's cross entropy.

    Args:
        output: scores, (batch, classes) or (batch, ..., classes).
        target: class numbers, (batch,) or (batch, ...).

    Raises:
        ValueError: the shapes do not fit.

    >>> accuracy(torch.tensor([[2.0, 1.0], [0.0, 3.0]]), torch.tensor([0, 0]))
    tensor(0.5000)
    """
    dimension = require_classes("accuracy", output, target)
    right = output.argmax(dimension) == target  # which no ignored one is
    return right.sum() / (target != IGNORED).sum()


@dataclass(frozen=True)
class TopKAccuracy:
    """The fraction of targets whose class is among the `k` highest scores.

    Of equal scores, those of the first classes are higher. A score that is NaN is never
    among the highest. Targets of -100 do not count.

    Args:
        k: in 1..classes.

    Raises:
        ValueError: `k` is out of range, or the shapes do not fit.

    >>> scores = torch.tensor([[0.5, 0.3, 0.2], [0.5, 0.3, 0.2]])
    >>> TopKAccuracy(k=2)(scores, torch.tensor([1, 2]))
    tensor(0.5000)
    """

    k: int = 5

    def __post_init__(self) -> None:
        count("k", self.k, minimum=1)

    def __call__(self, output: Tensor, target: Tensor) -> Tensor:
        """Return the fraction, a mean over the batch."""
        dimension = require_classes("TopKAccuracy", output, target)
        classes = output.shape[dimension]
        if self.k > classes:
            raise ValueError(
                f"k must be <= {classes}, the number of classes, got {self.k}"
            )
        kept = target != IGNORED
        target = target.long().where(kept, 0)[..., None]
        scores = output.movedim(dimension, -1)
        own = scores.gather(-1, target)
        # A rank, counted: the order of `topk` among equal scores is not defined.
        first = torch.arange(classes, device=scores.device) < target
        ahead = (scores > own) | ((scores == own) & first)
        found = (ahead.sum(-1) < self.k) & ~own.isnan().squeeze(-1) & kept
        return found.sum() / kept.sum()


def require_classes(name: str, output: Tensor, target: Tensor) -> int:
    """Return the dimension of the classes; refuse shapes that have none."""
    dimension = class_dimension(output, target)
    if dimension is None:
        raise ValueError(
            f"{name} needs one class dimension more than the target has, got output "
            f"{tuple(output.shape)} and target {tuple(target.shape)}"
        )
    return dimension
