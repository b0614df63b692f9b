"""A copy of a state in the host's memory, in buffers that the next copy takes over.

What nobody writes for a while need not be copied at once: a thread may do it while the
training computes the next gradients.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from lehr.training.checkpoint.folder import Part

SERIAL = 2**15
"""Elements up to which torch copies in the thread that asks."""


class Staging:
    """Holds one copy of a state; the memory stays until `clear`.

    >>> staging, weight = Staging(), torch.ones(2)
    >>> copy = staging.copy({"model": Part({}, {"w": weight})})["model"].tensors["w"]
    >>> weight += 1
    >>> again = staging.copy({"model": Part({}, {"w": weight})})["model"].tensors["w"]
    >>> copy is again, copy  # one copy at a time
    (True, tensor([2., 2.]))
    """

    def __init__(self) -> None:
        self._buffers: dict[tuple[str, str], Tensor] = {}

    def copy(self, parts: Mapping[str, Part]) -> dict[str, Part]:
        """Return the parts with copies of their tensors, whole when this returns."""
        copied, rest = self.begin(parts, ())
        rest.copy()
        return copied

    def begin(
        self, parts: Mapping[str, Part], steady: Iterable[Tensor]
    ) -> tuple[dict[str, Part], "Rest"]:
        """Return the parts with copies of their tensors, and what is left to be copied.

        Args:
            parts: of a state.
            steady: those of its tensors that nobody writes until the rest is copied.
        """
        buffers: dict[tuple[str, str], Tensor] = {}
        copied, rest, devices = {}, Rest(), set()
        marks = {_mark(tensor) for tensor in steady if _is_plain(tensor)}
        for name, part in parts.items():
            table = {}
            for key, tensor in part.tensors.items():
                source, place = tensor.detach(), (name, key)
                table[key] = buffers[place] = buffer = self._buffer(place, source)
                devices.add(source.device)
                if marks and _is_plain(tensor) and _mark(source) in marks:
                    rest.add(f"{name}: {key}", source, buffer)
                else:
                    buffer.copy_(source, non_blocking=source.is_cuda)
            copied[name] = Part(part.data, table)
        for device in devices:
            if device.type == "cuda":  # its work runs beside this thread
                torch.cuda.synchronize(device)
        self._buffers = buffers
        return copied, rest

    def clear(self) -> None:
        """Let the memory go."""
        self._buffers = {}

    def _buffer(self, place: tuple[str, str], tensor: Tensor) -> Tensor:
        buffer = self._buffers.get(place)
        if (
            buffer is not None
            and buffer.shape == tensor.shape
            and buffer.dtype == tensor.dtype
        ):
            return buffer
        pinned = tensor.is_cuda and tensor.numel() > 0
        return torch.empty(tensor.shape, dtype=tensor.dtype, pin_memory=pinned)


class _Pending(NamedTuple):
    name: str
    source: Tensor
    version: int
    buffer: Tensor


class Rest:
    """What is left to be copied, by any thread."""

    def __init__(self) -> None:
        self._pending: list[_Pending] = []

    def __len__(self) -> int:
        return len(self._pending)

    def add(self, name: str, source: Tensor, buffer: Tensor) -> None:
        """Note a tensor, as it is now, and where its copy goes."""
        self._pending.append(_Pending(name, source, source._version, buffer))

    def copy(self) -> None:
        """Copy it, and let it go.

        Raises:
            RuntimeError: some of it was written meanwhile, so the copy is of no state
                there ever was.
        """
        pending, self._pending = self._pending, []
        streams = {
            device: torch.cuda.Stream(device)  # type: ignore[no-untyped-call]  # torch
            for device in {one.source.device for one in pending if one.source.is_cuda}
        }
        for one in pending:
            if one.source.is_cuda:
                with torch.cuda.stream(streams[one.source.device]):
                    one.buffer.copy_(one.source, non_blocking=True)
            else:
                _fill(one.buffer, one.source)
        for stream in streams.values():
            stream.synchronize()
        changed = [one.name for one in pending if one.source._version != one.version]
        if changed:
            more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
            raise RuntimeError(
                f"{changed[0]!r}{more} changed while a checkpoint was being copied "
                "beside the training; call the store's wait_for_copy() before you "
                "change weights, or save with Checkpointing(overlapped=False)"
            )


def _fill(buffer: Tensor, source: Tensor) -> None:
    """Copy in this thread alone: torch's others are at work for the training."""
    lazy = source.is_conj() or source.is_neg()
    bare = source.is_cpu and source.is_contiguous() and not lazy
    if bare and source.numel() > SERIAL:
        _bytes_of(buffer)[:] = _bytes_of(source)
    else:
        buffer.copy_(source)


def _bytes_of(tensor: Tensor) -> Any:
    """Return its memory, as an array of NumPy."""
    return tensor.reshape(-1).view(torch.uint8).numpy()


def _is_plain(tensor: Tensor) -> bool:
    """Tell whether a tensor has memory of its own that notes when it is written."""
    known = type(tensor) in (Tensor, nn.Parameter) and tensor.layout is torch.strided
    return known and not tensor.is_inference()


def _mark(tensor: Tensor) -> tuple[int, int, torch.dtype]:
    """Return what a tensor and its detached alias share, and no other."""
    return tensor.data_ptr(), tensor.numel(), tensor.dtype
