"""Write one value into the param groups, each kind of number by its fastest right way.

A store is made for the groups as they are; groups are found by their place in the list
that is passed in, so a store never keeps a group alive or writes to a stale one.
"""

import ctypes
from collections.abc import Callable

import torch

from lehr.bindings.torch import slots
from lehr.bindings.torch.slots import Groups

Store = Callable[[Groups, float], None]
Target = tuple[int, float]  # a group's place and its base, 1.0 for absolute rules
Cell = ctypes.c_float | ctypes.c_double

_CELLS: dict[torch.dtype, type[Cell]] = {
    torch.float32: ctypes.c_float,
    torch.float64: ctypes.c_double,
}


def _kind(group: slots.Group, name: str) -> type:
    """Return `float` for a number under its own key, else what holds it."""
    if slots.locate(group, name)[1] is not None:
        return tuple
    return torch.Tensor if isinstance(group.get(name), torch.Tensor) else float


def all_floats(name: str, groups: Groups) -> bool:
    """Whether each group holds the field as a plain number of its own key."""
    return all(_kind(group, name) is float for group in groups)


def store_for(name: str, targets: list[Target], groups: Groups) -> Store:
    """Return the writer of a factor into `targets`, for the groups as they are."""
    if len(targets) == len(groups) and all_floats(name, groups):
        return _store_everywhere(name, [base for _, base in targets])
    kinds: dict[str, list[Target]] = {"float": [], "cell": [], "other": []}
    for target in targets:
        group = groups[target[0]]
        is_float = _kind(group, name) is float
        kind = "float" if is_float else "cell" if _has_cell(group, name) else "other"
        kinds[kind].append(target)
    stores: list[Store] = []
    if kinds["float"]:
        stores.append(_store_floats(name, kinds["float"]))
    if kinds["cell"]:
        stores.append(_store_cells(name, kinds["cell"], groups))
    if kinds["other"]:
        stores.append(_store_others(name, kinds["other"]))
    if len(stores) == 1:
        return stores[0]

    def every(groups: Groups, value: float) -> None:
        for store in stores:
            store(groups, value)

    return every


def _store_everywhere(name: str, bases: list[float]) -> Store:
    def store(groups: Groups, value: float) -> None:
        key = name
        # `strict=` would take longer than a group, and the caller has counted them.
        for group, base in zip(groups, bases):  # noqa: B905  (as said above)
            group[key] = value * base

    return store


def _store_floats(name: str, targets: list[Target]) -> Store:
    def store(groups: Groups, value: float) -> None:
        for index, base in targets:
            groups[index][name] = value * base

    return store


def _store_others(name: str, targets: list[Target]) -> Store:
    def store(groups: Groups, value: float) -> None:
        for index, base in targets:
            slots.write(groups[index], name, value * base)

    return store


def _has_cell(group: slots.Group, name: str) -> bool:
    """Whether the value may be written straight into a tensor's memory.

    `fill_` costs twenty times as much. It is needed off the CPU, and where autograd
    watches: writing to memory does not move a tensor's version.
    """
    value = group.get(name)
    return (
        type(value) is torch.Tensor
        and value.device.type == "cpu"
        and value.layout is torch.strided
        and value.dtype in _CELLS
        and not value.requires_grad
        and not group.get("differentiable")
    )


def _store_cells(name: str, targets: list[Target], groups: Groups) -> Store:
    cells = []
    for index, base in targets:
        tensor = groups[index][name]
        pointer = tensor.data_ptr()
        cell = _CELLS[tensor.dtype].from_address(pointer)
        cells.append((index, base, tensor, pointer, cell))

    if len(cells) == 1:
        return _store_cell(name, *cells[0])

    def store(groups: Groups, value: float) -> None:
        for index, base, tensor, pointer, cell in cells:
            group = groups[index]
            # The memory is the tensor's as long as it says so; else do it slowly.
            if group[name] is tensor and tensor.data_ptr() == pointer:
                cell.value = value * base
            else:
                slots.write(group, name, value * base)

    return store


def _store_cell(
    name: str, index: int, base: float, tensor: torch.Tensor, pointer: int, cell: Cell
) -> Store:
    data_ptr = tensor.data_ptr

    def store(groups: Groups, value: float) -> None:
        group = groups[index]
        if group[name] is tensor and data_ptr() == pointer:
            cell.value = value * base
        else:
            slots.write(group, name, value * base)

    return store
