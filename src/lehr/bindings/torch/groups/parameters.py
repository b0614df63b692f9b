"""The parameters of a model: those that train, each once, with name and owner."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from torch import nn
from torch.nn.modules.batchnorm import _NormBase

_WRAPPERS = "_orig_mod.", "_checkpoint_wrapped_module.", "_fsdp_wrapped_module."
"""What torch puts into names where it has wrapped an inner module."""

_NORMS = (_NormBase, nn.LayerNorm, nn.GroupNorm)


@dataclass(frozen=True)
class Named:
    """A parameter of a model.

    Args:
        name: its full name, as in `model.named_parameters()` before any wrapping.
        value: the parameter.
        owner: the module that holds it.
        others: its further names, where it is shared.
    """

    name: str
    value: nn.Parameter
    owner: nn.Module
    others: tuple[str, ...] = ()

    @property
    def trains(self) -> bool:
        """Whether it is not frozen."""
        return self.value.requires_grad

    @property
    def is_vector_or_norm(self) -> bool:
        """Whether it has at most one dimension, is a bias, or belongs to a norm."""
        is_bias = self.name.rpartition(".")[2] == "bias"
        return self.value.ndim <= 1 or is_bias or _is_norm(self.owner)


def _is_norm(module: nn.Module) -> bool:
    # Other libraries' norms share no class with torch's, only the name.
    named = re.fullmatch(r"\w*Norm([1-3]d)?", type(module).__name__)
    return isinstance(module, _NORMS) or named is not None


def plain(name: str) -> str:
    """Return a name as it is without torch's wrappers of inner modules.

    >>> plain("blocks.0._orig_mod.weight")
    'blocks.0.weight'
    """
    for wrapper in _WRAPPERS:
        name = name.replace(wrapper, "")
    return name


def unwrapped(model: nn.Module) -> nn.Module:
    """Return the model inside DataParallel, DistributedDataParallel, torch.compile."""
    while True:
        if isinstance(model, nn.DataParallel | nn.parallel.DistributedDataParallel):
            model = model.module
        elif isinstance(inner := getattr(model, "_orig_mod", None), nn.Module):
            model = inner
        else:
            return model


def named_parameters(model: nn.Module) -> list[Named]:
    """Return the parameters in the order of registration; a shared one stands once.

    Raises:
        ValueError: there are none, or all are frozen.
    """
    model = unwrapped(model)
    others = other_names(model)
    found = [
        Named(
            used := plain(name),
            value,
            model.get_submodule(name.rpartition(".")[0]),
            tuple(other for other, first in others.items() if first == used),
        )
        for name, value in model.named_parameters()
    ]
    if not found:
        raise ValueError(f"model has no parameters, got {type(model).__name__}")
    if not any(each.trains for each in found):
        raise ValueError(
            f"model has nothing to train: its {len(found)} parameters are all frozen; "
            "set requires_grad of those that shall train"
        )
    return found


def shared_with(search: Callable[[str], object], found: Sequence[Named]) -> str:
    """Return a hint, where what is searched for is another name of a parameter."""
    for one in found:
        if other := next(filter(search, one.others), ""):
            return f"{other} is another name of {one.name}, which counts; "
    return ""


def other_names(model: nn.Module) -> dict[str, str]:
    """Return the further names of shared parameters, each with the one that is used."""
    model = unwrapped(model)
    first = {id(value): plain(name) for name, value in model.named_parameters()}
    every = model.named_parameters(remove_duplicate=False)
    names = {plain(name): first[id(value)] for name, value in every}
    return {name: used for name, used in names.items() if name != used}
