"""Fashion-MNIST: 70,000 images of clothes, 28 x 28 pixels, from files on this disk."""

import gzip
import math
import zlib
from os import PathLike
from pathlib import Path
from typing import Protocol

import torch
from torch import Tensor

from lehr.training.data.parts import Part, Parts, hold_out

CLASSES = 10
SIDE = 28
DEBIAN = Path("/usr/share/datasets/fashion-mnist")
"""Where Debian's package dataset-fashion-mnist puts the files."""

_UNSIGNED_BYTES = 8  # the type of the numbers in an IDX file


def read_fashion_mnist(folder: str | PathLike[str] | None = None) -> Parts:
    """Read the images: 51,000 to train on, 9,000 to choose by, 10,000 to judge by.

    The inputs are float32 of shape (images, 1, 28, 28), ink in [0, 1]. The test part is
    the one that the authors gave; the other two are always the same.

    Args:
        folder: holds the four files `train-images-idx3-ubyte`,
            `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte` and
            `t10k-labels-idx1-ubyte`, as they are or with `.gz`. None: the folder of
            Debian's package `dataset-fashion-mnist`. Nothing is ever downloaded.

    Raises:
        FileNotFoundError: a file is not there.
        ValueError: a file is damaged, or another kind of file.

    Source: H. Xiao, K. Rasul and R. Vollgraf, Fashion-MNIST: a novel image dataset for
        benchmarking machine learning algorithms, arXiv:1708.07747 (MIT licence).
    """
    where = DEBIAN if folder is None else Path(folder)
    inputs, labels = _images_and_labels(where, "train")
    test, test_labels = _images_and_labels(where, "t10k")
    fit, kept = hold_out(labels, classes=CLASSES)
    numbers = torch.arange(len(labels), len(labels) + len(test))
    return Parts(
        Part(inputs[fit], labels[fit], fit),
        Part(inputs[kept], labels[kept], kept),
        Part(test, test_labels, numbers),
        CLASSES,
    )


def read_idx(file: str | PathLike[str]) -> Tensor:
    """Read a file of bytes in the IDX format, packed by gzip or not, as uint8.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is not of this format, or damaged.

    Source: the format is described with the MNIST database: two zeros, the type, the
        number of dimensions, then each size as 32 bits, the highest byte first.
    """
    file = Path(file)
    try:
        with open(file, "rb") as plain:
            if file.suffix == ".gz":
                with gzip.GzipFile(fileobj=plain) as packed:
                    return _unpacked(packed, file)
            return _unpacked(plain, file)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ValueError(f"{file} is damaged: {error}") from None


class _Readable(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


def _unpacked(opened: _Readable, file: Path) -> Tensor:
    head = opened.read(4)
    if len(head) < 4 or head[:2] != b"\0\0" or head[2] != _UNSIGNED_BYTES:
        raise ValueError(f"{file} is not a file of bytes in the IDX format")
    sizes = opened.read(4 * head[3])
    shape = [
        int.from_bytes(sizes[at : at + 4], "big") for at in range(0, len(sizes), 4)
    ]
    expected = math.prod(shape)
    content = opened.read()
    if len(sizes) < 4 * head[3] or len(content) != expected:
        raise ValueError(
            f"{file} is damaged: its head tells of {expected} bytes in shape {shape}, "
            f"and {len(content)} follow"
        )
    flat = torch.frombuffer(bytearray(content), dtype=torch.uint8)
    return flat.view(shape)


def _images_and_labels(folder: Path, part: str) -> tuple[Tensor, Tensor]:
    images = read_idx(_found(folder, f"{part}-images-idx3-ubyte"))
    labels = read_idx(_found(folder, f"{part}-labels-idx1-ubyte"))
    if images.ndim != 3 or images.shape[1:] != (SIDE, SIDE):
        raise ValueError(
            f"{folder}: images must be of shape (images, {SIDE}, {SIDE}), got "
            f"{tuple(images.shape)}"
        )
    if labels.shape != images.shape[:1] or int(labels.max()) >= CLASSES:
        raise ValueError(
            f"{folder}: there must be a label below {CLASSES} for each of the "
            f"{len(images)} images, got {len(labels)} up to {int(labels.max())}"
        )
    return images.unsqueeze(1).to(torch.float32).div_(255), labels.long()


def _found(folder: Path, name: str) -> Path:
    for file in (folder / name, folder / f"{name}.gz"):
        if file.is_file():
            return file
    raise FileNotFoundError(
        f"{folder} holds no {name} and no {name}.gz; install Debian's package "
        "dataset-fashion-mnist, or give the folder of the four files"
    )
