"""The parameters of a model: those that train, each once, with name and owner."""

import re
from dataclasses import dataclass

from torch import nn
from torch.nn.modules.batchnorm import _NormBase

_NORMS = (_NormBase, nn.LayerNorm, nn.GroupNorm)


@dataclass(frozen=True)
class Named:
    """A parameter of a model.

    Args:
        name: its full name, as in `model.named_parameters()`.
        value: the parameter.
        owner: the module that holds it.
    """

    name: str
    value: nn.Parameter
    owner: nn.Module

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
    found = [
        Named(name, value, model.get_submodule(name.rpartition(".")[0]))
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


def other_names(model: nn.Module) -> dict[str, str]:
    """Return the further names of shared parameters, each with the one that is used."""
    model = unwrapped(model)
    first = {id(value): name for name, value in model.named_parameters()}
    every = model.named_parameters(remove_duplicate=False)
    names = {name: first[id(value)] for name, value in every}
    return {name: used for name, used in names.items() if name != used}
