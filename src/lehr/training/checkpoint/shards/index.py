"""Where each tensor of a checkpoint is, as DCP's planner needs to know it."""

import math
from collections.abc import Container, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from lehr.training.checkpoint.errors import CheckpointCorruptError
from lehr.training.checkpoint.shards.header import Piece, is_shard, read_header
from lehr.training.checkpoint.tensors import DTYPES

TYPES = {name: dtype for dtype, name in DTYPES.items()}


@dataclass
class Whole:
    """A tensor of a checkpoint: its type, its shape, and the pieces it is in.

    Attributes:
        pieces: each with the name of its file.
    """

    dtype: torch.dtype
    shape: tuple[int, ...]
    pieces: list[tuple[str, Piece]]


def index_of(
    path: Path, names: Iterable[str], parts: Container[str]
) -> dict[str, Whole]:
    """Return the tensors in files of a checkpoint, by the part's name and their own.

    Args:
        path: of the checkpoint.
        names: of its safetensors files.
        parts: those whose tensors are wanted.

    Raises:
        CheckpointCorruptError: a file contradicts itself or another, or the pieces of
            a tensor are not the whole.
    """
    found: dict[str, Whole] = {}
    for file in sorted(names):
        for piece in read_header(path / file):
            if not is_shard(file):
                piece = replace(piece, name=f"{file.partition('.')[0]}/{piece.name}")
            if piece.name.partition("/")[0] in parts:
                _add(found, file, piece, path)
    for name, whole in found.items():
        if not _is_covered(whole):
            raise CheckpointCorruptError(
                path, f"the pieces of {name!r} are not the whole tensor"
            )
    return found


def _add(found: dict[str, Whole], file: str, piece: Piece, path: Path) -> None:
    dtype = TYPES[piece.dtype]
    whole = found.setdefault(piece.name, Whole(dtype, piece.shape, []))
    if (whole.dtype, whole.shape) != (dtype, piece.shape):
        raise CheckpointCorruptError(
            path, f"{file} says otherwise than others what {piece.name!r} is"
        )
    whole.pieces.append((file, piece))


def _is_covered(whole: Whole) -> bool:
    """Tell whether the pieces fill the whole tensor, and none lies on another."""
    pieces = [piece for _, piece in whole.pieces]
    if sum(math.prod(piece.sizes) for piece in pieces) != math.prod(whole.shape):
        return False
    return len(pieces) == 1 or not _overlap(pieces)


def _overlap(pieces: list[Piece]) -> bool:
    dimensions = range(len(pieces[0].shape))  # some: one number has no two pieces
    # Along the dimension that is cut most, few pieces lie beside each other.
    cut = max(dimensions, key=lambda d: len({piece.offsets[d] for piece in pieces}))
    ordered = sorted(pieces, key=lambda piece: piece.offsets[cut])
    beside: list[Piece] = []
    for piece in ordered:
        start = piece.offsets[cut]
        beside = [one for one in beside if one.offsets[cut] + one.sizes[cut] > start]
        if any(_meet(one, piece) for one in beside):
            return True
        beside.append(piece)
    return False


def _meet(one: Piece, other: Piece) -> bool:
    sides = zip(one.offsets, one.sizes, other.offsets, other.sizes, strict=True)
    return all(a < b + other_size and b < a + size for a, size, b, other_size in sides)
