"""The rate of one param group: whether it is what was written last, and a new one."""

import ctypes
from typing import Any

import torch

from lehr.dropin._groups import put, taken

Group = dict[str, Any]

_CELLS: dict[torch.dtype, Any] = {
    torch.float32: ctypes.c_float,
    torch.float64: ctypes.c_double,
}


def like(held: Any, value: Any) -> Any:
    """Return a number as the kind that a group holds, no tensor of the group's own."""
    if isinstance(held, torch.Tensor):
        with torch.no_grad():
            return held.detach().clone().fill_(value)
    return value


def rates_of(optimizer: torch.optim.Optimizer) -> list[Any]:
    """Return the rates of all groups as they are now."""
    return [taken(group["lr"]) for group in optimizer.param_groups]


class Number:
    """A rate that is a number of Python's."""

    __slots__ = ("last",)

    def __init__(self, group: Group, value: float) -> None:
        self.last: Any = value

    def holds(self, group: Group) -> bool:
        """Whether the group still has the last value."""
        held = group["lr"]
        if held is self.last:
            return True
        return not isinstance(held, torch.Tensor) and bool(held == self.last)

    def read(self, group: Group) -> Any:
        """Return the value that is there."""
        return group["lr"]

    def set(self, group: Group, value: float) -> None:
        """Write a value, and remember it as the last one."""
        self.last = value
        put(group, value)

    def expect(self, value: float) -> None:
        """Remember a value as the last one, though another was written."""
        self.last = value


class Cell:
    """A rate in a tensor of the CPU: its memory is read and written directly.

    `fill_` costs ten times as much, and so does `item`.
    """

    __slots__ = ("cell", "kind", "last", "pointer", "tensor")

    def __init__(self, group: Group, value: float) -> None:
        self.tensor: torch.Tensor = group["lr"]
        self.kind = _CELLS[self.tensor.dtype]
        self.pointer = self.tensor.data_ptr()
        self.cell = self.kind.from_address(self.pointer)
        self.expect(value)

    # The memory is the tensor's as long as it says so.

    def holds(self, group: Group) -> bool:
        """Whether the group still has the last value."""
        tensor = self.tensor
        return (
            group["lr"] is tensor
            and tensor.data_ptr() == self.pointer
            and bool(self.cell.value == self.last)
        )

    def read(self, group: Group) -> Any:
        """Return the value that is there, as a number."""
        tensor = self.tensor
        if group["lr"] is tensor and tensor.data_ptr() == self.pointer:
            return self.cell.value
        return group["lr"]

    def set(self, group: Group, value: float) -> None:
        """Write a value, and remember it as the last one."""
        tensor = self.tensor
        if group["lr"] is tensor and tensor.data_ptr() == self.pointer:
            self.cell.value = value
            self.last = self.cell.value  # rounded as the tensor rounds
        else:
            put(group, value)

    def expect(self, value: float) -> None:
        """Remember a value as the last one, though another was written."""
        self.last = self.kind(value).value


class Versioned:
    """A rate in another tensor: reading it might wait for a device, so it is counted.

    Each writing in place moves a tensor's version.
    """

    __slots__ = ("tensor", "version")

    def __init__(self, group: Group, value: float) -> None:
        self.tensor: torch.Tensor = group["lr"]
        same = torch.full_like(self.tensor, value).equal(self.tensor)
        self.version = self.tensor._version if same else -1

    def holds(self, group: Group) -> bool:
        """Whether the group still has the last value."""
        return group["lr"] is self.tensor and self.tensor._version == self.version

    def read(self, group: Group) -> Any:
        """Return the tensor that is there."""
        return group["lr"]

    def set(self, group: Group, value: Any) -> None:
        """Write a value, and remember it as the last one."""
        put(group, value)
        self.version = self.tensor._version

    def expect(self, value: float) -> None:
        """Give up: what is there now is known to the device only."""
        self.version = -1


Place = Number | Cell | Versioned


def place(group: Group, value: float) -> Place:
    """Return the place of a group's rate, expected to hold `value`."""
    held = group["lr"]
    if not isinstance(held, torch.Tensor):
        return Number(group, value)
    direct = (
        type(held) is torch.Tensor
        and held.device.type == "cpu"
        and held.layout is torch.strided
        and held.numel() == 1
        and held.dtype in _CELLS
        and not held.requires_grad
        and not group.get("differentiable")
    )
    return Cell(group, value) if direct else Versioned(group, value)
