"""What a run document trains on: its data in three parts, and how they are judged."""

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch
from torch import Tensor
from torch.nn import functional

from lehr.config.run_data import (
    READ_FROM,
    BytesData,
    DataSection,
    FashionData,
    SyntheticData,
    TableData,
)
from lehr.config.run_document import inside
from lehr.training.data import (
    Parts,
    Text,
    Transform,
    byte_windows,
    make_classes,
    make_regression,
    next_byte,
    read_bytes,
    read_digits,
    read_fashion_mnist,
    read_table,
    shift_and_turn,
)
from lehr.training.data.parts import deal
from lehr.training.metrics import Metric, accuracy
from lehr.training.models.transformer import BYTES
from lehr.training.objective import Loss

Kind = Literal["classes", "numbers", "bytes"]

_CLASSES, _REGRESSION_NOISE, _CENTRE = 4, 0.1, 3.0


@dataclass(frozen=True, eq=False)
class Samples:
    """One part of the data: tensors whose first dimension counts the samples."""

    tensors: tuple[Tensor, ...]

    def __len__(self) -> int:
        return len(self.tensors[0])


@dataclass(frozen=True, eq=False)
class Task:
    """What a model shall learn, and from what.

    Args:
        kind: "classes" to tell apart, "numbers" to estimate, or the next of "bytes".
        train: to fit.
        validation: to choose by.
        test: to judge by.
        outputs: classes, numbers per target, or values of a byte.
        transform: what becomes of each batch before the model sees it.
        augment: the same for training, where it differs.
        context: bytes that a model sees; None of what is no text.
        text: the bytes themselves; None of other data.

    >>> from lehr.config.run_data import DigitsData
    >>> task = read_task(DigitsData(kind="digits"))
    >>> task.kind, len(task.train), tuple(task.shape), task.outputs
    ('classes', 1169, (1, 8, 8), 10)
    """

    kind: Kind
    train: Samples
    validation: Samples
    test: Samples
    outputs: int
    transform: Transform | None = None
    augment: Transform | None = None
    context: int | None = None
    text: Text | None = None

    @property
    def shape(self) -> torch.Size:
        """The shape of what a model sees of one sample."""
        if self.context is not None:
            return torch.Size((self.context,))
        return self.train.tensors[0].shape[1:]

    @property
    def loss(self) -> Loss:
        """The mean over the batch of what is made small."""
        if self.kind == "bytes":
            return next_byte_loss
        is_classes = self.kind == "classes"
        return functional.cross_entropy if is_classes else functional.mse_loss

    @property
    def metrics(self) -> dict[str, Metric]:
        """What evaluations tell besides the loss."""
        if self.kind == "bytes":
            return {"bits_per_byte": bits_per_byte}
        return {"accuracy": accuracy} if self.kind == "classes" else {}

    @property
    def count_tokens(self) -> Callable[[Any], int] | None:
        """How many bytes of a batch are told; None of what is no text."""
        return tokens_of if self.kind == "bytes" else None

    def fingerprint(self) -> str:
        """Return a hash of what is trained on."""
        digest = hashlib.sha256()
        for tensor in self.train.tensors if self.text is None else (self.text.train,):
            digest.update(tensor.contiguous().numpy().data)
        return digest.hexdigest()


def read_task(
    data: DataSection, folder: Path = Path(), given: Path | None = None
) -> Task:
    """Read the data of a run; a path in the document lies in `folder`.

    Args:
        data: the section of the document.
        folder: of the document.
        given: where the data are, in place of the document's path, wherever that is:
            the word of the one who started the run.

    Raises:
        ValueError: the path leads out of the folder, or the data are unfit.
        OSError: a file cannot be read.
    """
    key = READ_FROM.get(data.kind)
    name = None if key is None else getattr(data, key)
    path = given or (None if name is None else inside(folder, name))
    if isinstance(data, BytesData):
        text = read_bytes(path, validation=data.validation, test=data.test)
        return _bytes(text, data.context)
    if isinstance(data, SyntheticData):
        return _synthetic(data)
    if isinstance(data, FashionData):
        return _classes(read_fashion_mnist(path))
    if isinstance(data, TableData):
        return _classes(read_table(path or folder))
    augment = shift_and_turn if data.augment else None
    return _classes(read_digits(), augment)


def next_byte_loss(output: Tensor, target: Tensor) -> Tensor:
    """Return the cross entropy in nats per byte, the mean over the batch.

    Args:
        output: scores, (batch, bytes, 256).
        target: the bytes, (batch, bytes).

    >>> next_byte_loss(torch.zeros(2, 3, 256), torch.zeros(2, 3).long())
    tensor(5.5452)
    """
    return functional.cross_entropy(output.flatten(0, 1), target.flatten())


def bits_per_byte(output: Tensor, target: Tensor) -> Tensor:
    """Return the cross entropy in bits per byte: the loss / ln 2.

    >>> bits_per_byte(torch.zeros(2, 3, 256), torch.zeros(2, 3).long())
    tensor(8.)
    """
    return next_byte_loss(output, target) / math.log(2)


def tokens_of(batch: tuple[Tensor, ...]) -> int:
    """Return how many bytes of a batch are to be told.

    >>> tokens_of((torch.zeros(4, 7), torch.zeros(4, 7)))
    28
    """
    return batch[-1].numel()


def _classes(parts: Parts, augment: Transform | None = None) -> Task:
    train, validation, test = (
        Samples(part.tensors) for part in (parts.train, parts.validation, parts.test)
    )
    return Task("classes", train, validation, test, parts.classes, augment=augment)


def _bytes(text: Text, context: int) -> Task:
    names = ("train", "validation", "test")
    for name in names:
        if len(getattr(text, name)) <= context:
            raise ValueError(
                f"{text.source}: the {name} part has {len(getattr(text, name))} bytes, "
                f"and needs more than the context of {context}; take a longer text, a "
                "shorter context or a larger share"
            )
    train, validation, test = (
        Samples((byte_windows(getattr(text, name), context),)) for name in names
    )
    return Task(
        "bytes",
        train,
        validation,
        test,
        BYTES,
        transform=next_byte,
        context=context,
        text=text,
    )


def _synthetic(data: SyntheticData) -> Task:
    if data.task == "classification":
        classes = _CLASSES if data.classes is None else data.classes
        distance = _CENTRE / (1.0 if data.noise is None else data.noise)
        made = make_classes(
            data.samples, data.inputs, classes, distance=distance, seed=data.seed
        )
        return _classes(made)
    noise = _REGRESSION_NOISE if data.noise is None else data.noise
    inputs, target = make_regression(
        data.samples, data.inputs, noise=noise, seed=data.seed
    )
    # `deal` goes by classes: all samples are of one.
    rows = torch.cat((inputs, target), 1)
    parts = deal(rows, torch.zeros(data.samples, dtype=torch.long), classes=1)
    train, validation, test = (
        Samples((part.inputs[:, :-1], part.inputs[:, -1:]))
        for part in (parts.train, parts.validation, parts.test)
    )
    return Task("numbers", train, validation, test, outputs=1)
