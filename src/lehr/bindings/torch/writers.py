"""Write scheduled values into the param groups, each kind by its fastest right way.

A writer is made for the groups as they are; groups are found by their place in the list
that is passed in, so a writer never keeps a group alive or writes to a stale one.
"""

import ctypes
import math
from collections.abc import Callable, Iterable

import torch

from lehr.bindings.torch import slots
from lehr.bindings.torch.fields import Field
from lehr.bindings.torch.position import CLOCKS
from lehr.bindings.torch.rules import Rule
from lehr.bindings.torch.slots import Groups
from lehr.schedules.base import Schedule

Advance = Callable[[Groups], float]  # writes; returns the update of the next change
Forget = Callable[[], None]  # the next advance writes, whatever was written before
Store = Callable[[Groups, float], None]
Target = tuple[int, float]  # a group's place and its base, 1.0 for absolute rules

_CELLS: dict[torch.dtype, type[ctypes.c_float] | type[ctypes.c_double]] = {
    torch.float32: ctypes.c_float,
    torch.float64: ctypes.c_double,
}


def compile_writer(
    fields: Iterable[Field], groups: Groups, clock: list[int]
) -> tuple[Advance, Forget]:
    """Return the writer of all fields, and how to make it write at its next call."""
    pairs = [
        _follow(rule, bound, targets, groups, clock)
        for bound in fields
        for rule, targets in _tracks(bound).items()
    ]
    if len(pairs) == 1:
        return pairs[0]
    advances = [advance for advance, _ in pairs]

    def advance_all(groups: Groups) -> float:
        until = math.inf
        for advance in advances:
            change = advance(groups)
            if change < until:
                until = change
        return until

    def forget_all() -> None:
        for _, forget in pairs:
            forget()

    return advance_all, forget_all


def require_own_tensors(bound: Field, groups: Groups) -> None:
    """Refuse groups that share one tensor and follow different schedules."""
    owner: dict[int, int] = {}
    for index, rule in enumerate(bound.rules):
        value = slots.held(groups[index], bound.name)
        if isinstance(value, torch.Tensor):
            first = owner.setdefault(id(value), index)
            same_base = bound.bases[first] == bound.bases[index]
            relative = rule is not None and rule.relative
            if rule != bound.rules[first] or (relative and not same_base):
                raise ValueError(
                    f"param_groups[{first}] and param_groups[{index}] share one "
                    f"{bound.name} tensor but not its schedule; give each its own: "
                    f"group[{bound.name!r}] = group[{bound.name!r}].clone()"
                )


def _tracks(bound: Field) -> dict[Rule, list[Target]]:
    """Collect the groups that follow the same rule, so that it is computed once."""
    tracks: dict[Rule, list[Target]] = {}
    lists: dict[int, list[Target]] = {}
    for index, rule in enumerate(bound.rules):
        if rule is not None:
            if id(rule) not in lists:  # hashing a large schedule costs; once is enough
                lists[id(rule)] = tracks.setdefault(rule, [])
            base = bound.bases[index] if rule.relative else 1.0
            lists[id(rule)].append((index, base))
    return tracks


def _follow(
    rule: Rule, bound: Field, targets: list[Target], groups: Groups, clock: list[int]
) -> tuple[Advance, Forget]:
    """Return the writer of one rule; it does nothing while the value stays."""
    schedule, hand, name = rule.schedule, CLOCKS.index(rule.clock), bound.name
    floats = [i for i, _ in targets if _kind(groups[i], name) is float]
    everywhere = len(floats) == len(groups)
    if everywhere and not rule.relative and hand == 0:
        return _follow_plainly(schedule, name, clock)
    value_at, next_change = schedule._scalar(), schedule.next_change
    store = _store(name, targets, groups, everywhere and rule.relative)
    last, until = math.nan, -math.inf

    def advance(groups: Groups) -> float:
        nonlocal last, until
        t = clock[hand]
        if t >= until:
            value = value_at(t)
            if value == last:
                until = next_change(t)
            else:
                last = value
                store(groups, value)
        return -math.inf if hand else until

    def forget() -> None:
        nonlocal last, until
        last, until = math.nan, -math.inf

    return advance, forget


def _follow_plainly(
    schedule: Schedule, name: str, clock: list[int]
) -> tuple[Advance, Forget]:
    """Return the writer of one number in all groups: each call saved is a quarter."""
    value_at, next_change = schedule._scalar(), schedule.next_change
    last = math.nan

    def advance(groups: Groups) -> float:
        nonlocal last
        t = clock[0]
        value = value_at(t)
        if value == last:
            return next_change(t)
        last = value
        key = name  # a local is found faster, which the loop feels
        for group in groups:
            group[key] = value
        return -math.inf

    def forget() -> None:
        nonlocal last
        last = math.nan

    return advance, forget


def _kind(group: slots.Group, name: str) -> type:
    """Return `float` for a number under its own key, else what holds it."""
    if slots.locate(group, name)[1] is not None:
        return tuple
    return torch.Tensor if isinstance(group.get(name), torch.Tensor) else float


def _store(name: str, targets: list[Target], groups: Groups, all_scaled: bool) -> Store:
    if all_scaled:
        bases = [base for _, base in targets]

        def scaled(groups: Groups, value: float) -> None:
            key = name
            for group, base in zip(groups, bases, strict=True):
                group[key] = value * base

        return scaled
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

    def store(groups: Groups, value: float) -> None:
        for index, base, tensor, pointer, cell in cells:
            group = groups[index]
            # The memory is the tensor's as long as it says so; else do it slowly.
            if group[name] is tensor and tensor.data_ptr() == pointer:
                cell.value = value * base
            else:
                slots.write(group, name, value * base)

    return store
