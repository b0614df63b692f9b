"""The tensors that a model and its optimizer want their saved ones in."""

import re
from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn, optim

from lehr.training.checkpoint.shards.held import is_spread
from lehr.training.checkpoint.shards.reading import Saved

_MOMENT = re.compile(r"state/optimizer\.state\.(\d+)\.(?!step$)")


def templates_for(
    model: nn.Module, optimizer: optim.Optimizer | None = None
) -> Callable[[str, Saved], Tensor | None]:
    """Return the templates to read the state of a run for a model that is spread.

    The weights are those of the model itself: reading writes them. The state of the
    optimizer has no tensors before its first update. Those as large as their parameter
    are spread as it is; `load_state_dict` takes them over. So is what has the name and
    the shape of a weight elsewhere in the state, as an average of the weights has. All
    else is plain and whole.

    Args:
        model: saved as `{"model": model.state_dict()}`.
        optimizer: of its parameters in the same order as when it was saved, as
            `{"state": {"optimizer": optimizer.state_dict()}}`.

    >>> model = nn.Linear(1, 1)
    >>> template = templates_for(model)
    >>> template("model/bias", Saved(torch.float32, (1,))).fill_(3.0)
    tensor([3.])
    >>> model.bias.item(), template("state/random", Saved(torch.uint8, (16,)))
    (3.0, None)
    """
    weights = {
        f"model/{name}": tensor
        for name, tensor in model.state_dict().items()
        if isinstance(tensor, Tensor)
    }
    groups = [] if optimizer is None else optimizer.param_groups
    parameters: list[Tensor] = [one for group in groups for one in group["params"]]

    def owner_of(name: str) -> Tensor | None:
        moment = _MOMENT.match(name)
        if moment is not None:
            number = int(moment[1])
            return parameters[number] if number < len(parameters) else None
        return next((weights[one] for one in _endings(name) if one in weights), None)

    def template(name: str, saved: Saved) -> Tensor | None:
        if name in weights:
            return weights[name]
        owner = owner_of(name)
        if owner is None or tuple(owner.shape) != saved.shape or not is_spread(owner):
            return None
        return torch.empty_like(owner.detach(), dtype=saved.dtype)

    return template


def _endings(name: str) -> Iterator[str]:
    """Yield the names of weights that a name may end in, longest first."""
    _, _, rest = name.partition("/")
    while "." in rest:
        _, _, rest = rest.partition(".")
        yield f"model/{rest}"
