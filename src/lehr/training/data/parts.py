"""A labelled collection in three parts: to fit, to choose by, to judge by."""

import hashlib
from dataclasses import dataclass

import torch
from torch import Tensor

TEST, VALIDATION = 0.2, 0.15
"""Shares of each class that are kept from training."""

_SEED = 0


@dataclass(frozen=True, eq=False)
class Part:
    """Some samples of a collection.

    Args:
        inputs: one row per sample, of any shape.
        labels: int64 of shape (samples,), classes from 0.
        numbers: place of each sample in the whole collection, ascending.
    """

    inputs: Tensor
    labels: Tensor
    numbers: Tensor

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def tensors(self) -> tuple[Tensor, Tensor]:
        """What a loader takes: inputs and labels."""
        return self.inputs, self.labels


@dataclass(frozen=True, eq=False)
class Parts:
    """A collection dealt into its parts, with the number of its classes."""

    train: Part
    validation: Part
    test: Part
    classes: int


def deal(inputs: Tensor, labels: Tensor, *, classes: int) -> Parts:
    """Deal 20 % of each class to the test part, 15 % to validation, the rest to train.

    Which samples go where is decided by the hash of their numbers, so that the parts
    are the same with every version of every library.

    Args:
        inputs: one row per sample.
        labels: the class of each sample, int64, in [0, classes).
        classes: how many classes there are.

    Raises:
        ValueError: a class has fewer than 4 samples.

    >>> parts = deal(torch.zeros(20, 3), torch.tensor([0, 1] * 10), classes=2)
    >>> [len(part) for part in (parts.train, parts.validation, parts.test)]
    [12, 4, 4]
    """
    dealt: tuple[list[int], list[int], list[int]] = ([], [], [])
    for label in range(classes):
        members = torch.nonzero(labels == label).flatten().tolist()
        if len(members) < 4:
            raise ValueError(
                f"each class needs at least 4 samples for the three parts, class "
                f"{label} has {len(members)}"
            )
        members.sort(key=_lot)
        test = round(len(members) * TEST)
        first = test + max(1, round(len(members) * VALIDATION))
        for part, chosen in zip(
            dealt, (members[first:], members[test:first], members[:test]), strict=True
        ):
            part.extend(chosen)
    train, validation, test_part = (
        Part(inputs[numbers], labels[numbers], numbers)
        for numbers in (torch.tensor(sorted(part)) for part in dealt)
    )
    return Parts(train, validation, test_part, classes)


def hold_out(labels: Tensor, *, classes: int) -> tuple[Tensor, Tensor]:
    """Return the numbers of the samples to train on, and of 15 % of each class to keep.

    As `deal` does it, for a collection whose test part is given.

    Args:
        labels: the class of each sample, int64, in [0, classes).
        classes: how many classes there are.

    >>> fit, kept = hold_out(torch.tensor([0, 1] * 10), classes=2)
    >>> len(fit), len(kept)
    (16, 4)
    """
    kept = torch.zeros(len(labels), dtype=torch.bool)
    for label in range(classes):
        members = torch.nonzero(labels == label).flatten().tolist()
        members.sort(key=_lot)
        kept[members[: round(len(members) * VALIDATION)]] = True
    return torch.nonzero(~kept).flatten(), torch.nonzero(kept).flatten()


def _lot(number: int) -> bytes:
    """Draw the lot of a sample."""
    return hashlib.sha256(f"{_SEED}:{number}".encode()).digest()
