"""Puts objects back as they were: the same objects, with the same contents."""

import contextlib
import copy
import signal
import threading
from collections.abc import Iterable, Iterator
from typing import Any

import torch
from torch import Tensor, nn

from lehr.training import rng
from lehr.training.engine.sharded import local
from lehr.training.loaders import generators_of, random_state, set_random_state


class Keeper:
    """Notes what mappings, lists and tensors hold, however deep, to put it back.

    Modules and optimizers are mappings of their attributes. Each tensor is copied once,
    whoever holds it. What is none of these is only put back in its place.

    >>> weight = torch.ones(2)
    >>> keeper, box = Keeper(), {"rates": [1.0, 2.0], "weight": weight}
    >>> keeper.note(box)
    >>> box["rates"].append(3.0)
    >>> _ = box.pop("weight").zero_()
    >>> keeper.put_back()
    >>> box["rates"], box["weight"] is weight, weight.tolist()
    ([1.0, 2.0], True, [1.0, 1.0])
    """

    def __init__(self) -> None:
        self._seen: dict[int, Any] = {}
        self._tensors: list[tuple[Tensor, Tensor, Tensor]] = []
        self.leaves: list[Tensor] = []
        self._containers: list[tuple[Any, Any]] = []

    def note(self, value: Any) -> None:
        """Note a value, and all that it holds."""
        if id(value) in self._seen:
            return
        if isinstance(value, nn.Module | torch.optim.Optimizer):
            self.note(vars(value))
        elif isinstance(value, Tensor):
            here = _once(value)
            self._tensors.append((value, here, here.clone()))
            if value.is_leaf:
                self.leaves.append(value)
        elif isinstance(value, dict | list):
            self._containers.append((value, _contents(value)))
        self._seen[id(value)] = value  # held, so that no other gets its id
        if isinstance(value, dict | list | tuple):
            for inner in list(value.values() if isinstance(value, dict) else value):
                self.note(inner)

    def hold(self, value: Any) -> None:
        """Note which attributes an object has, and not what these hold."""
        if hasattr(value, "__dict__"):
            self._containers.append((vars(value), _contents(vars(value))))

    def put_back(self) -> None:
        """Put back what was noted."""
        for container, held in self._containers:
            now = _contents(container)
            if len(now) == len(held) and all(map(_same, now, held)):
                continue
            container.clear()
            if isinstance(container, list):
                container.extend(value for _, value in held)
            else:
                container.update(held)
        with torch.no_grad():
            for tensor, here, saved in self._tensors:
                here.copy_(saved)
                if _is_strided(here) and _once(tensor).data_ptr() != here.data_ptr():
                    tensor.data = here


def _once(tensor: Tensor) -> Tensor:
    """Return what this process holds of a tensor, without an expanded one's repeats."""
    here = local(tensor.detach())
    if not _is_strided(here):
        return tensor  # a sparse one shares nothing with what is detached from it
    for dimension, stride in enumerate(here.stride()):
        if stride == 0 and here.shape[dimension] > 1:
            here = here.narrow(dimension, 0, 1)
    return here


def _is_strided(tensor: Tensor) -> bool:
    return tensor.layout is torch.strided


def _contents(container: Any) -> list[tuple[Any, Any]]:
    """Return what a mapping or a list holds, in order; a mapping's with its keys."""
    if isinstance(container, dict):
        return list(container.items())
    return [(None, value) for value in container]


def _same(one: tuple[Any, Any], other: tuple[Any, Any]) -> bool:
    return one[0] is other[0] and one[1] is other[1]


@contextlib.contextmanager
def kept(
    model: nn.Module, objects: Iterable[Any], loaders: Iterable[Any]
) -> Iterator[None]:
    """Put all of it back at the end, whatever happens in between.

    That includes the random states of Python, torch, and NumPy where it is loaded.

    Args:
        model: its parameters, gradients, buffers, training flags and attributes.
        objects: models, lists, mappings and tensors; of any other, what its attributes
            hold of these.
        loaders: their places, and the random generators that they draw from.
    """
    loaders, back, keeper = list(loaders), contextlib.ExitStack(), Keeper()
    back.enter_context(rng.preserved(g for one in loaders for g in generators_of(one)))
    for loader in loaders:
        back.callback(set_random_state, loader, random_state(loader))
        if (place := _place_of(loader)) is not None:
            back.callback(loader.load_state_dict, place)
        else:
            keeper.hold(loader)  # accelerate's count their epochs, and whose turn it is
            keeper.hold(getattr(loader, "gradient_state", None))
    for one in (model, *objects):
        keeper.note(_noted(one))
    leaves = keeper.leaves.copy()
    gradients = [leaf.grad for leaf in leaves]
    keeper.note(gradients)
    back.callback(keeper.put_back)
    back.callback(_give_gradients, leaves, gradients.copy())
    try:
        for leaf in leaves:
            leaf.grad = None  # else they would be filled with others
        yield
    finally:
        with uninterrupted():
            back.close()


def _place_of(loader: Any) -> Any:
    """Return the state of a loader that can go back to it, or None."""
    if not hasattr(loader, "state_dict") or not hasattr(loader, "load_state_dict"):
        return None
    try:
        return copy.deepcopy(loader.state_dict())
    except AttributeError:  # accelerate's have the method, and may have no state
        return None


def _noted(value: Any) -> Any:
    """Return what stands for a value: itself, or its attributes."""
    if isinstance(value, nn.Module | torch.optim.Optimizer | Tensor | dict | list):
        return value
    if not hasattr(value, "__dict__"):
        raise TypeError(
            "restore must list models, lists, mappings, tensors or objects with "
            f"attributes, got {value!r}"
        )
    return vars(value)


def _give_gradients(
    leaves: Iterable[Tensor], gradients: Iterable[Tensor | None]
) -> None:
    for leaf, gradient in zip(leaves, gradients, strict=True):
        leaf.grad = gradient


@contextlib.contextmanager
def uninterrupted() -> Iterator[None]:
    """Let a Ctrl-C wait until this is done; only Python's main thread hears of one."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    waiting: list[Any] = []
    before = signal.signal(signal.SIGINT, lambda *given: waiting.append(given))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.SIG_DFL if before is None else before)
        if waiting and callable(before):
            before(*waiting[0])
