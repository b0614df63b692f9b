"""A live optimizer's facts: its kind, its settings, and what its groups hold."""

from collections.abc import Mapping
from typing import Any

from lehr.linting.base import Optimizer

_FIELDS = ("lr", "momentum", "weight_decay", "eps", "alpha", "rho")


def optimizer_facts(optimizer: Any) -> Optimizer:
    """Return what a rule may know of a live optimizer; it is only read.

    Args:
        optimizer: torch's, or one with `param_groups`; a wrapper's is looked through.
    """
    inner = innermost(optimizer)
    groups = getattr(inner, "param_groups", None)
    if not groups:
        return Optimizer()
    group = groups[0]
    values = {k: v for k in _FIELDS if (v := number(group.get(k))) is not None}
    betas = group.get("betas")
    if isinstance(betas, tuple | list):
        for index, value in enumerate(betas[:2], 1):
            beta = number(value)
            values |= {} if beta is None else {f"beta{index}": beta}
    return Optimizer(type(inner).__name__.lower(), values)


def innermost(optimizer: Any) -> Any:
    """Return the optimizer that accelerate's and others' wrap."""
    for _ in range(4):
        inner = getattr(optimizer, "optimizer", None)
        if inner is None or not hasattr(inner, "param_groups"):
            break
        optimizer = inner
    return optimizer


def number(value: Any) -> float | None:
    """Return a number out of a group: one in a tensor as well; None if it is none."""
    if isinstance(value, bool | str) or value is None:
        return None
    if isinstance(value, int | float):
        return float(value)
    if is_tensor(value) and getattr(value, "numel", lambda: 0)() == 1:
        return float(value.detach())
    return None


def is_tensor(value: Any) -> bool:
    """Return whether a value is a torch tensor, without importing torch."""
    return any(kind.__module__ == "torch" for kind in type(value).__mro__)


def updates_made(optimizer: Any) -> int | None:
    """Return how many updates an optimizer has made, by its own count.

    None if it keeps none (SGD does not), or its parameters have different ones.
    """
    inner = innermost(optimizer)
    state = getattr(inner, "state", None)
    if not isinstance(state, Mapping):
        return None
    if not state:
        return 0 if "adam" in type(inner).__name__.lower() else None
    found = {
        number(each.get("step")) for each in state.values() if isinstance(each, Mapping)
    }
    count = next(iter(found)) if len(found) == 1 else None
    return None if count is None else round(count)
