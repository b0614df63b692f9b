"""Which classes are taken for which, counted over a whole evaluation."""

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor

from lehr._checks import choice, count
from lehr.training.engine import Engine
from lehr.training.metrics.classification import require_classes

Over = Literal["none", "row", "column", "total"]


class ConfusionMatrix:
    """Counts pairs of true and predicted class: rows are true, columns predicted.

    As a metric of an evaluation it is emptied when one begins and holds, when it is
    over, what that one counted; nothing of it is logged.

    Args:
        num_classes: >= 1.
        names: of the classes, for the table; by default their numbers.

    Raises:
        ValueError: the number of names is not that of the classes, or two are equal.

    >>> confusion = ConfusionMatrix(2, names=("cat", "dog"))
    >>> scores = torch.tensor([[0.9, 0.1], [0.2, 0.8], [0.3, 0.7]])
    >>> confusion.update(scores, torch.tensor([0, 0, 1]))
    >>> confusion.matrix
    tensor([[1, 1],
            [0, 1]])
    >>> confusion.precision.tolist(), confusion.recall.tolist()
    ([1.0, 0.5], [0.5, 1.0])
    >>> print(confusion)
    true / predicted  cat  dog  recall
    cat                 1    1  0.5000
    dog                 0    1  1.0000
    precision      1.0000  0.5000
    """

    scalar = False

    def __init__(self, num_classes: int, names: Sequence[str] | None = None) -> None:
        self.num_classes = count("num_classes", num_classes, minimum=1)
        self.names = tuple(names or map(str, range(self.num_classes)))
        if len(set(self.names)) != self.num_classes:
            raise ValueError(
                f"names must be {self.num_classes} different ones, one per class, "
                f"got {self.names!r}"
            )
        self.reset()

    def reset(self) -> None:
        """Forget what was counted."""
        self._counts: Tensor = torch.zeros(self.num_classes**2, dtype=torch.int64)

    def update(self, output: Tensor, target: Tensor, /) -> None:
        """Count a batch.

        Args:
            output: scores, (batch, ..., classes), or the classes that were predicted,
                integers of the target's shape.
            target: class numbers.

        Raises:
            ValueError: the shapes do not fit, or a class is outside the matrix.
            TypeError: the classes are not integers.
        """
        predicted, target = self._predicted(output, target).flatten(), target.flatten()
        both = torch.stack((predicted.long(), target.long()))
        if both.numel() and not bool(((both >= 0) & (both < self.num_classes)).all()):
            low, high = both.min().item(), both.max().item()
            raise ValueError(
                f"classes must be in 0..{self.num_classes - 1}, got {low}..{high}; "
                "pass the right num_classes"
            )
        pairs = both[1] * self.num_classes + both[0]
        found = torch.bincount(pairs, minlength=self.num_classes**2)
        self._counts = self._counts.to(found.device) + found

    def sum_over(self, engine: Engine) -> None:
        """Add up what all ranks have counted."""
        self._counts = engine.sum(self._counts.cpu())

    def compute(self) -> Tensor:
        """Return the counts, shape (classes, classes)."""
        return self.matrix

    @property
    def matrix(self) -> Tensor:
        """The counts, shape (classes, classes), int64, on the CPU."""
        return self._counts.cpu().reshape(self.num_classes, self.num_classes)

    def normalized(self, over: Over = "row") -> Tensor:
        """Return the counts as shares, float64; a share of nothing is 0.

        Args:
            over: "row" (of a true class), "column" (of a predicted one), "total", or
                "none", the counts themselves.
        """
        choice("over", over, ("none", "row", "column", "total"))
        counts = self.matrix.double()
        if over == "none":
            return counts
        dimensions = {"row": [1], "column": [0], "total": [0, 1]}[over]
        return _share(counts, counts.sum(dimensions, keepdim=True))

    @property
    def support(self) -> Tensor:
        """How often each class was the true one."""
        return self.matrix.sum(1)

    @property
    def accuracy(self) -> float:
        """The share of all that was predicted rightly; 0 of nothing."""
        return float(_share(self.matrix.trace(), self.matrix.sum()))

    @property
    def precision(self) -> Tensor:
        """For each class, the share of its predictions that are right; 0 of nothing."""
        return self.normalized("column").diag()

    @property
    def recall(self) -> Tensor:
        """For each class, the share of it that is found; 0 of nothing."""
        return self.normalized("row").diag()

    @property
    def f1(self) -> Tensor:
        """For each class, the harmonic mean of precision and recall; 0 of nothing."""
        precision, recall = self.precision, self.recall
        return _share(2 * precision * recall, precision + recall)

    def __str__(self) -> str:
        """Return a table for people."""
        head = ["true / predicted", *self.names, "recall"]
        rows = [
            [name, *map(str, row), f"{recall:.4f}"]
            for name, row, recall in zip(
                self.names, self.matrix.tolist(), self.recall.tolist(), strict=True
            )
        ]
        last = ["precision", *(f"{p:.4f}" for p in self.precision.tolist()), ""]
        return _table([head, *rows, last])

    def _predicted(self, output: Tensor, target: Tensor) -> Tensor:
        for tensor in (target, *([output] if output.shape == target.shape else [])):
            if tensor.is_floating_point() or tensor.is_complex():
                raise TypeError(
                    f"classes must be integers, got a tensor of type {tensor.dtype}"
                )
        if output.shape == target.shape:
            return output
        return output.argmax(require_classes("ConfusionMatrix", output, target))


def _share(part: Tensor, whole: Tensor) -> Tensor:
    return torch.where(whole == 0, 0.0, part.double() / whole.double())


def _table(rows: list[list[str]]) -> str:
    """Align the columns, the first to the left."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = (
        "  ".join(
            cell.rjust(width) if number else cell.ljust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    )
    return "\n".join(line.rstrip() for line in lines)
