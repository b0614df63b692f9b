"""Handwritten digits: 1,797 real images of 8 x 8 pixels, in the package itself."""

import gzip
import hashlib
from importlib.resources import files

import torch
from torch import Tensor

from lehr.training.data.draws import Draws
from lehr.training.data.parts import Parts, deal

IMAGES = 1797
CLASSES = 10
SIDE = 8
SHA256 = "ac9fdfe258aefd68bbcff8fd47e4f51466aa6edad18827c191d2c41d9d188f6e"

_PIXELS = SIDE * SIDE


def read_digits() -> Parts:
    """Read the images and deal them into three parts, always the same ones.

    The inputs are float32 of shape (images, 1, 8, 8), ink in [0, 1].

    Raises:
        ValueError: the file of images is damaged.

    Source: E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits,
        1998, UCI Machine Learning Repository, doi:10.24432/C50P49 (CC BY 4.0).

    >>> data = read_digits()
    >>> len(data.train), len(data.validation), len(data.test)
    (1169, 269, 359)
    >>> data.train.inputs.shape
    torch.Size([1169, 1, 8, 8])
    """
    return deal(*_read(), classes=CLASSES)


def shift_and_turn(batch: tuple[Tensor, ...], draws: Draws) -> tuple[Tensor, ...]:
    """Turn, scale and shift each image a little: another hand, the same digit.

    Angles lie within 0.2 radians, scales within 10 %, shifts within half a pixel, each
    drawn uniformly by the seed, the epoch and the image's number.

    Args:
        batch: images of shape (batch, 1, 8, 8), and whatever goes with them.
        draws: the random numbers of these images in this epoch.
    """
    images, *others = batch
    angle, size, across, down = (2 * draws.uniform(4) - 1).unbind(1)
    angle, size = 0.2 * angle, 1 + 0.1 * size  # radians, ratio
    shift = torch.stack((across, down), 1) * (0.5 * 2 / SIDE)  # the image is 2 wide
    cos, sin = size * torch.cos(angle), size * torch.sin(angle)
    turn = torch.stack((cos, -sin, sin, cos), 1).view(-1, 2, 2)
    affine = torch.cat((turn, shift.unsqueeze(2)), 2)  # (batch, 2, 3)
    grid = torch.nn.functional.affine_grid(
        affine, list(images.shape), align_corners=False
    )
    seen = torch.nn.functional.grid_sample(images, grid, align_corners=False)
    return (seen, *others)


def _read() -> tuple[Tensor, Tensor]:
    """Return the images as float32 of shape (1797, 1, 8, 8), and the labels."""
    packed = files("lehr.training.data").joinpath("digits.bin.gz").read_bytes()
    planes = gzip.decompress(packed)
    if hashlib.sha256(planes).hexdigest() != SHA256:
        raise ValueError("digits.bin.gz is damaged: reinstall lehr")
    table = torch.frombuffer(bytearray(planes), dtype=torch.uint8)
    table = table.view(_PIXELS + 1, IMAGES)
    pixels, labels = table[:_PIXELS].T, table[_PIXELS]
    images = pixels.to(torch.float32).div(16).reshape(IMAGES, 1, SIDE, SIDE)
    return images.contiguous(), labels.long()
