"""Tensors that are spread over ranks: made whole, and spread again."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn, optim


def is_sharded(tensor: Any) -> bool:
    """Whether each rank has a part of a tensor only: it is torch's DTensor.

    >>> is_sharded(torch.ones(2))
    False
    """
    # Known by its method: importing its class takes a second, which few have use for.
    return hasattr(tensor, "full_tensor")


def whole(tensor: Any) -> Tensor:
    """Return all of a tensor; all ranks must ask for it together."""
    full: Tensor = tensor.full_tensor() if is_sharded(tensor) else tensor
    return full


def local(tensor: Any) -> Tensor:
    """Return the part of a tensor that is here."""
    part: Tensor = tensor.to_local() if is_sharded(tensor) else tensor
    return part


def mesh_of(tensor: Any) -> Any:
    """Return torch's mesh that a tensor is spread over, or None."""
    return tensor.device_mesh if is_sharded(tensor) else None


def spread_as(tensor: Tensor, model: Any) -> Tensor:
    """Return a whole tensor, which all ranks have, spread as another one is."""
    if not is_sharded(model) or is_sharded(tensor):
        return tensor
    from torch.distributed.tensor import distribute_tensor

    there = tensor.detach().to(model.device)
    # None: each rank has all of it, so nothing has to be sent.
    mesh, placements = model.device_mesh, model.placements
    return distribute_tensor(there, mesh, placements, src_data_rank=None)


def whole_state(state: Any) -> Any:
    """Return a state in which no tensor is spread; the others are the same objects."""
    if isinstance(state, Tensor):
        return whole(state.detach()) if is_sharded(state) else state
    if isinstance(state, Mapping):
        return {name: whole_state(part) for name, part in state.items()}
    if isinstance(state, tuple | list):
        return type(state)(whole_state(part) for part in state)
    return state


def load_model(model: nn.Module, state: Mapping[str, Any]) -> None:
    """Give a model, whose weights may be spread, a whole state."""
    own = model.state_dict()
    given = {
        name: spread_as(value, own[name])
        if name in own and isinstance(own[name], Tensor)
        else value
        for name, value in state.items()
    }
    model.load_state_dict(given)


def load_optimizer(optimizer: optim.Optimizer, state: Mapping[str, Any]) -> None:
    """Give an optimizer, whose parameters may be spread, a whole state.

    What has the shape of its parameter is spread as that one is.
    """
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    numbers = [n for group in state["param_groups"] for n in group["params"]]
    owners = dict(zip(numbers, parameters, strict=False))

    def spread(value: Any, owner: Tensor | None) -> Any:
        if owner is None or not isinstance(value, Tensor) or not value.ndim:
            return value
        return spread_as(value, owner) if value.shape == owner.shape else value

    parts = {}
    for number, part in state["state"].items():
        parts[number] = part
        if isinstance(part, Mapping):
            owner = owners.get(number)
            parts[number] = {name: spread(one, owner) for name, one in part.items()}
    optimizer.load_state_dict({**state, "state": parts})


def by_mesh(tensors: list[Tensor]) -> list[list[Tensor]]:
    """Return tensors in groups that torch can take together: one for each mesh.

    >>> len(by_mesh([torch.ones(1), torch.ones(2)]))
    1
    """
    meshes: dict[Any, list[Tensor]] = {}
    for tensor in tensors:
        meshes.setdefault(mesh_of(tensor), []).append(tensor)
    return list(meshes.values())


def total_norm(gradients: list[Tensor]) -> Tensor:
    """Return the norm of all gradients, which may be spread over several meshes."""
    groups = by_mesh(gradients)
    norms = [whole(nn.utils.get_total_norm(group)) for group in groups]
    norm: Tensor = torch.linalg.vector_norm(torch.stack(norms))
    return norms[0] if len(norms) == 1 else norm
