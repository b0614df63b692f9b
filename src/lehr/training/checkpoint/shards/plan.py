"""Which numbers of which piece go where: planned by DCP, for any spread of either."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BufferedReader
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from lehr.training.checkpoint.shards.header import Piece
from lehr.training.checkpoint.shards.index import TYPES, Whole

if TYPE_CHECKING:
    from torch.distributed.checkpoint.metadata import Metadata


@dataclass(frozen=True)
class Read:
    """A box of numbers: from a piece in a file, into a tensor in memory.

    Attributes:
        offsets, lengths: of the box in the piece.
        into: as large as the box.
    """

    file: str
    piece: Piece
    offsets: tuple[int, ...]
    lengths: tuple[int, ...]
    into: Tensor

    def fill(self, file: BufferedReader) -> None:
        """Copy the numbers; only rows that the box reaches into are read.

        Raises:
            ValueError: the file has become shorter.
        """
        dtype, sizes = TYPES[self.piece.dtype], list(self.piece.sizes)
        box = [slice(o, o + n) for o, n in zip(self.offsets, self.lengths, strict=True)]
        start, size = self.piece.begin, self.piece.end - self.piece.begin
        if sizes:  # whole rows lie one after the other
            row = size // sizes[0]
            start, size = start + self.offsets[0] * row, self.lengths[0] * row
            sizes[0], box[0] = self.lengths[0], slice(None)
        data = bytearray(size)
        file.seek(start)
        if file.readinto(data) != size:
            raise ValueError(f"{self.file} has become shorter")
        numbers = torch.frombuffer(data, dtype=torch.uint8).view(dtype)
        self.into.copy_(numbers.reshape(sizes)[tuple(box)])


def reads_of(
    wholes: Mapping[str, Whole], chosen: Mapping[str, Tensor]
) -> Iterator[Read]:
    """Yield what this process has to read, to fill its share of each tensor.

    Args:
        wholes: where the tensors are.
        chosen: what they are put into, plain tensors and DTensors.
    """
    from torch.distributed.checkpoint.default_planner import DefaultLoadPlanner

    pieces = {
        (name, piece.offsets): (file, piece)
        for name, whole in wholes.items()
        for file, piece in whole.pieces
    }
    planner = DefaultLoadPlanner(flatten_state_dict=False)
    planner.set_up_planner(dict(chosen), _metadata(wholes), is_coordinator=True)
    for item in planner.create_local_plan().items:
        at = item.storage_index
        file, piece = pieces[at.fqn, tuple(at.offset or ())]
        yield Read(
            file,
            piece,
            tuple(item.storage_offsets),
            tuple(item.lengths),
            planner.resolve_tensor(item).detach(),
        )


def _metadata(wholes: Mapping[str, Whole]) -> "Metadata":
    from torch.distributed.checkpoint import metadata as dcp

    return dcp.Metadata(
        {
            name: dcp.TensorStorageMetadata(
                properties=dcp.TensorProperties(dtype=whole.dtype),
                size=torch.Size(whole.shape),
                chunks=[
                    dcp.ChunkStorageMetadata(
                        torch.Size(piece.offsets), torch.Size(piece.sizes)
                    )
                    for _, piece in whole.pieces
                ],
            )
            for name, whole in wholes.items()
        }
    )
