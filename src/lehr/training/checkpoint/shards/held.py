"""What a rank holds of a state: its own shards; and on rank 0, all that is no shard."""

import json
import sys
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from torch import Tensor

from lehr.training.checkpoint import tensors
from lehr.training.checkpoint.shards.header import SHARDING

if TYPE_CHECKING:
    from lehr.training.checkpoint.folder import Part
    from lehr.training.checkpoint.staging import Staging


@dataclass(frozen=True)
class Shard:
    """A part of a tensor, that this rank writes.

    Attributes:
        tensor: the numbers.
        offsets: of the first of them in the whole tensor.
        shape: of the whole tensor.
    """

    tensor: Tensor
    offsets: tuple[int, ...]
    shape: tuple[int, ...]


@dataclass(frozen=True)
class Held:
    """What one rank writes.

    Attributes:
        parts: with the tensors that are no shards; empty on all ranks but rank 0.
        shards: by the name of the part and of the tensor in it, "model/weight".
        names: of all parts of the state, on each rank.
    """

    parts: "dict[str, Part]"
    shards: dict[str, Shard]
    names: tuple[str, ...]

    def copied(self, staging: "Staging") -> "Held":
        """Return it with copies of its tensors, in the buffers of `staging`."""
        local = {name: shard.tensor for name, shard in self.shards.items()}
        table: dict[str, Any] = {**self.parts, "": _part_of(local)}
        copies = staging.copy(table)
        moved = copies.pop("").tensors
        shards = {
            name: replace(shard, tensor=moved[name])
            for name, shard in self.shards.items()
        }
        return Held(copies, shards, self.names)

    def finite(self) -> bool:
        """Tell whether the weights are; all tensors count if no part is the model."""
        return tensors.all_finite(self._weights())

    def _weights(self) -> Iterator[Tensor]:
        chosen = ("model",) if "model" in self.names else self.names
        for name, part in self.parts.items():
            if name in chosen:
                yield from part.tensors.values()
        for name, shard in self.shards.items():
            if name.partition("/")[0] in chosen:
                yield shard.tensor


def split(parts: "Mapping[str, Part]", rank: int = 0) -> Held:
    """Return what this rank writes of a state that was taken apart.

    Of what several ranks hold alike, one writes it; which one depends on its name.
    Tensors that are not spread over ranks are those of rank 0. No rank is asked.

    Args:
        parts: as `take_apart` returns them.
        rank: of this process.

    Raises:
        TypeError: a tensor is a sum that is still to be made over ranks.

    >>> import torch
    >>> from lehr.training.checkpoint.folder import take_apart
    >>> held = split(take_apart({"model": {"w": torch.ones(2)}}))
    >>> held.parts["model"].tensors, held.shards
    ({'w': tensor([1., 1.])}, {})
    """
    plain, shards = {}, {}
    for name, part in parts.items():
        rest = {}
        for key, tensor in part.tensors.items():
            if not is_spread(tensor):
                rest[key] = tensor
            elif (shard := _own(f"{name}/{key}", tensor)) is not None:
                shards[f"{name}/{key}"] = shard
        plain[name] = part._replace(tensors=rest)
    return Held(plain if rank == 0 else {}, shards, tuple(plain))


def is_spread(tensor: Any) -> bool:
    """Tell a DTensor without loading its module: where it is not, there is none."""
    module = sys.modules.get("torch.distributed.tensor")
    return module is not None and isinstance(tensor, module.DTensor)


def chunks_of(shards: Mapping[str, Shard]) -> Iterator[tensors.Chunk]:
    """Yield the bytes of a file of shards, tensor by tensor."""
    places = {
        name: {"saved_offsets": list(shard.offsets), "shape": list(shard.shape)}
        for name, shard in shards.items()
    }
    extra = {SHARDING: json.dumps(places), "DCP_VERSION": "1.0", "format": "pt"}
    chunks = iter(
        tensors.chunks_of({name: shard.tensor for name, shard in shards.items()})
    )
    # Offsets count from the end of the header: it may become longer.
    header = json.loads(bytes(next(chunks))[8:])
    text = json.dumps({"__metadata__": extra, **header}).encode()
    text += b" " * (-len(text) % 8)
    yield len(text).to_bytes(8, "little") + text
    yield from chunks


def _part_of(table: dict[str, Tensor]) -> "Part":
    from lehr.training.checkpoint.folder import Part

    return Part(None, table)


def _own(name: str, tensor: Any) -> Shard | None:
    """Return what this rank writes of a DTensor."""
    mesh, placements = tensor.device_mesh, tensor.placements
    place = mesh.get_coordinate()
    if place is None:
        return None
    if any(placement.is_partial() for placement in placements):
        raise TypeError(
            f"tensor {name!r} is a sum over ranks that is not made yet, {placements}; "
            "redistribute it before it is saved"
        )
    [item] = tensor.__create_write_items__(name, tensor)
    whole, chunk = item.tensor_data.size, item.tensor_data.chunk
    if whole.numel():
        mine = chunk.sizes.numel() > 0 and _is_chosen(name, tensor, place)
    else:  # nobody has a number of it: the first one says that it is
        mine = not any(place)
    if not mine:
        return None
    local = tensor.detach().to_local()
    if tuple(local.shape) != tuple(chunk.sizes):
        raise TypeError(f"tensor {name!r} is spread in a way that cannot be saved")
    return Shard(local, tuple(chunk.offsets), tuple(whole))


def _is_chosen(name: str, tensor: Any, place: tuple[int, ...]) -> bool:
    """Tell whether this rank is the one that writes, of those that hold the same."""
    number = zlib.crc32(name.encode())
    for placement, at, size in zip(
        tensor.placements, place, tensor.device_mesh.shape, strict=True
    ):
        if placement.is_replicate():
            number, chosen = divmod(number, size)
            if at != chosen:
                return False
    return True
