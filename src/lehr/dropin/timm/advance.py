"""The short way of a step: all that it does in one function, where nothing is odd."""

from collections.abc import Callable, Sequence
from typing import Any

import torch

Groups = list[dict[str, Any]]
Advance = Callable[[int, Groups, list[float]], bool]
Writer = Callable[[Groups, str, Any], None]


def advance_of(
    find: Callable[[int], Any],
    shared: bool,
    known: Groups,
    field: str,
    bases: Sequence[float],
) -> Advance | None:
    """Return what writes `find(t)` into these groups, or None if they are mixed.

    It returns False where the groups or their starting values are others by now, and
    has then done nothing. Those who put tensors in the place of numbers do it to all
    groups, so it looks at the first.

    Args:
        find: the value of all groups, or one for each.
        shared: whether it is one for all.
        known: the groups.
        field: what is written.
        bases: their starting values.
    """
    held = type(known[0].get(field))
    if (held, shared) not in _WRITERS:
        return None
    if not all(_is_plain(group.get(field), held) for group in known):
        return None
    width, write = len(known), _WRITERS[held, shared]

    def advance(t: int, groups: Groups, base_values: list[float]) -> bool:
        if (
            groups is not known
            or len(groups) != width
            or base_values != bases
            or type(t) is not int
            or type(groups[0][field]) is not held
        ):
            return False
        write(groups, field, find(t))
        return True

    return advance


def _is_plain(value: Any, held: type) -> bool:
    return type(value) is held and not getattr(value, "requires_grad", False)


def _one_float(groups: Groups, field: str, value: float) -> None:
    for group in groups:
        if "lr_scale" in group:
            group[field] = value * group["lr_scale"]
        else:
            group[field] = value


def _floats(groups: Groups, field: str, values: list[float]) -> None:
    # `strict=` would take longer than a group, and they have been counted.
    for group, value in zip(groups, values):  # noqa: B905  (as said above)
        if "lr_scale" in group:
            group[field] = value * group["lr_scale"]
        else:
            group[field] = value


def _one_tensor(groups: Groups, field: str, value: float) -> None:
    _tensors(groups, field, [value] * len(groups))


def _tensors(groups: Groups, field: str, values: list[float]) -> None:
    for group, value in zip(groups, values):  # noqa: B905  (as said above)
        group[field].fill_(value * group.get("lr_scale", 1.0))


_WRITERS: dict[tuple[type, bool], Writer] = {
    (float, True): _one_float,
    (float, False): _floats,
    (torch.Tensor, True): _one_tensor,
    (torch.Tensor, False): _tensors,
}
