"""What a safetensors file says is in it, read with suspicion; without torch.

The files of shards are those of DCP's safetensors storage: the offset of each tensor in
the whole one is in the header, as JSON under `DCP_SHARDING_INFO`. The shape of the
whole one stands beside it, so that a file that is missing is noticed.
Source: torch.distributed.checkpoint.hf_storage.
"""

import json
import math
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lehr.training.checkpoint.errors import CheckpointCorruptError
from lehr.training.checkpoint.files import open_plainly

SHARDING = "DCP_SHARDING_INFO"
MAX_HEADER = 100_000_000
SIZES = {
    "F64": 8,
    "F32": 4,
    "F16": 2,
    "BF16": 2,
    "F8_E4M3": 1,
    "F8_E5M2": 1,
    "I64": 8,
    "I32": 4,
    "I16": 2,
    "I8": 1,
    "U8": 1,
    "BOOL": 1,
    "C64": 8,
}
"""Bytes of a number of each type."""

_NAME = re.compile(r"shard-(\d{5,})-of-(\d{5,})\.safetensors")


@dataclass(frozen=True)
class Piece:
    """A tensor in a file, whole or a part of one.

    Attributes:
        name: of the whole tensor.
        dtype: as the format writes it.
        sizes: along each dimension.
        offsets: of its first number in the whole tensor.
        shape: of the whole tensor.
        begin, end: its bytes in the file.
    """

    name: str
    dtype: str
    sizes: tuple[int, ...]
    offsets: tuple[int, ...]
    shape: tuple[int, ...]
    begin: int
    end: int


def file_of(rank: int, world_size: int) -> str:
    """Return the name of the file that a rank writes.

    >>> file_of(1, 2)
    'shard-00001-of-00002.safetensors'
    """
    return f"shard-{rank:05}-of-{world_size:05}.safetensors"


def is_shard(name: str) -> bool:
    """Tell whether a file has the name of a rank's shards."""
    return _NAME.fullmatch(name) is not None


def read_header(path: Path) -> list[Piece]:
    """Return the tensors that a file holds.

    Raises:
        CheckpointCorruptError: it is no safetensors file, or one that contradicts
            itself.
    """
    try:
        with open(path, "rb", opener=open_plainly) as file:
            size = os.fstat(file.fileno()).st_size
            length = int.from_bytes(file.read(8), "little")
            if length > min(size - 8, MAX_HEADER):
                raise ValueError(f"its header claims {length:,} bytes")
            return _pieces(json.loads(file.read(length)), 8 + length, size)
    except OSError as error:
        reason = error.strerror or str(error)
    except RecursionError:
        reason = "its header is too deep"
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        reason = str(error)
    raise CheckpointCorruptError(
        path.parent, f"{path.name} is no safetensors file: {reason}"
    )


def _pieces(header: Mapping[str, Any], start: int, size: int) -> list[Piece]:
    extra = header.get("__metadata__", {})
    sharding = json.loads(extra[SHARDING]) if SHARDING in extra else None
    pieces = []
    for name, about in header.items():
        if name != "__metadata__":
            place = None if sharding is None else sharding[name]
            pieces.append(_piece(name, about, place, start))
    pieces.sort(key=lambda piece: (piece.begin, piece.end))
    for piece in pieces:
        if piece.begin != start:
            raise ValueError(f"the bytes of {piece.name!r} begin at a wrong place")
        start = piece.end
    if start != size:
        raise ValueError(f"its tensors end at byte {start:,} of {size:,}")
    return pieces


def _piece(
    name: str, about: Mapping[str, Any], place: Mapping[str, Any] | None, start: int
) -> Piece:
    sizes = _numbers(name, about["shape"])
    begin, end = _numbers(name, about["data_offsets"])
    if end - begin != math.prod(sizes) * SIZES[about["dtype"]]:
        raise ValueError(f"{name!r} has {end - begin} bytes for a shape {list(sizes)}")
    shape, offsets = sizes, (0,) * len(sizes)
    if place is not None:
        shape = _numbers(name, place["shape"])
        offsets = _numbers(name, place["saved_offsets"])
    within = zip(offsets, sizes, shape, strict=True)
    if any(offset + size > whole for offset, size, whole in within):
        raise ValueError(f"{name!r} reaches over the end of its whole")
    return Piece(
        name, about["dtype"], sizes, offsets, shape, start + begin, start + end
    )


def _numbers(name: str, values: Sequence[Any]) -> tuple[int, ...]:
    if not isinstance(values, list) or len(values) > 64:
        raise ValueError(f"{name!r} has no list of sizes")
    if any(type(value) is not int or not 0 <= value < 2**63 for value in values):
        raise ValueError(f"{name!r} has sizes {values!r}")
    return tuple(values)
