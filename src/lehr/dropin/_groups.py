"""What drop-ins do with param groups: read numbers, fill tensors, hear of updates."""

import weakref
from typing import Any, Protocol

import torch


def number(value: Any) -> float:
    """Return a rate, which may be a tensor of one, as a number."""
    return float(value.item() if isinstance(value, torch.Tensor) else value)


def taken(held: Any) -> Any:
    """Return what a group holds as it is now; a later change does not touch it."""
    return held.detach().clone() if isinstance(held, torch.Tensor) else held


def put(group: dict[str, Any], value: Any, field: str = "lr") -> None:
    """Write a value; a tensor keeps its identity, dtype and device."""
    held = group.get(field)
    if not isinstance(held, torch.Tensor):
        group[field] = value
        return
    if isinstance(value, torch.Tensor):
        value = value.reshape(())
    if held.requires_grad:
        with torch.no_grad():
            held.fill_(value)
    else:
        held.fill_(value)


class Owner(Protocol):
    """A scheduler that looks at its groups before each update."""

    def _before_update(self) -> None: ...


def look_before_each_update(owner: Owner, optimizer: torch.optim.Optimizer) -> None:
    """Let `owner` look at the groups before each update, for as long as it lives."""
    here = weakref.ref(owner)  # the optimizer must not keep its scheduler alive

    def about_to_step(*_: Any) -> None:
        if (alive := here()) is not None:
            alive._before_update()

    innermost = optimizer
    while isinstance(inner := getattr(innermost, "optimizer", None), _Optimizer):
        innermost = inner  # a framework's wrapper has no hooks of its own
    handle = innermost.register_step_pre_hook(about_to_step)
    weakref.finalize(owner, handle.remove).atexit = False


_Optimizer = torch.optim.Optimizer
