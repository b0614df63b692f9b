"""What may stand for a model: a module, or its parameters as torch takes them."""

from collections.abc import Iterable, Mapping
from typing import Any

from torch import Tensor, nn

from lehr.bindings.torch.groups.parameters import Named as Named
from lehr.bindings.torch.groups.parameters import named_parameters as named_parameters
from lehr.bindings.torch.groups.parameters import other_names as other_names


def check_model(parameters: Any) -> None:
    """Refuse what is neither a module nor holds parameters.

    Raises:
        TypeError: it is none of these.
    """
    if isinstance(parameters, nn.Module):
        return
    if isinstance(parameters, Mapping | str) or not isinstance(parameters, Iterable):
        raise TypeError(
            "model must be a module or an iterable of parameters, got "
            f"{type(parameters).__name__}; the order is build_optimizer(model, config)"
        )
    if isinstance(parameters, Tensor):
        raise TypeError("model must be an iterable of parameters; put it in a list")


def as_torch_takes(parameters: Iterable[Any]) -> list[Any]:
    """Return parameters, pairs of name and parameter, or groups, for an optimizer."""
    # torch writes its defaults into the groups that it is given.
    return [dict(each) if isinstance(each, Mapping) else each for each in parameters]
