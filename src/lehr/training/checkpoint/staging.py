"""A copy of a state in the host's memory, in buffers that the next copy takes over."""

from collections.abc import Mapping

import torch
from torch import Tensor

from lehr.training.checkpoint.folder import Part


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
        buffers: dict[tuple[str, str], Tensor] = {}
        copied = {}
        devices = set()
        for name, part in parts.items():
            table = {}
            for key, tensor in part.tensors.items():
                place = name, key
                table[key] = buffers[place] = self._filled(place, tensor.detach())
                devices.add(tensor.device)
            copied[name] = Part(part.data, table)
        for device in devices:
            if device.type == "cuda":  # its copies run beside this thread
                torch.cuda.synchronize(device)
        self._buffers = buffers
        return copied

    def clear(self) -> None:
        """Let the memory go."""
        self._buffers = {}

    def _filled(self, place: tuple[str, str], tensor: Tensor) -> Tensor:
        buffer = self._buffers.get(place)
        if (
            buffer is None
            or buffer.shape != tensor.shape
            or buffer.dtype != tensor.dtype
        ):
            pinned = tensor.is_cuda and tensor.numel() > 0
            buffer = torch.empty(tensor.shape, dtype=tensor.dtype, pin_memory=pinned)
        buffer.copy_(tensor, non_blocking=tensor.is_cuda)
        return buffer
