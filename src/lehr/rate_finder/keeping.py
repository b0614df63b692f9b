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
        self._containers: list[tuple[Any, Any]] = []

    def note(self, value: Any) -> None:
        """Note a value, and all that it holds."""
        if id(value) in self._seen:
            return
        if isinstance(value, nn.Module | torch.optim.Optimizer):
            self.note(vars(value))
        elif isinstance(value, Tensor):
            here = local(value.detach())
            self._tensors.append((value, here, here.clone()))
        elif isinstance(value, dict | list):
            self._containers.append((value, _contents(value)))
        self._seen[id(value)] = value  # held, so that no other gets its id
        if isinstance(value, dict | list | tuple):
            for inner in list(value.values() if isinstance(value, dict) else value):
                self.note(inner)

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
                if local(tensor.detach()).data_ptr() != here.data_ptr():
                    tensor.data = here


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
        objects: by their attributes, all that these hold.
        loaders: their places, and the random generators that they draw from.
    """
    loaders, back = list(loaders), contextlib.ExitStack()
    back.enter_context(rng.preserved(g for one in loaders for g in generators_of(one)))
    for loader in loaders:
        back.callback(set_random_state, loader, random_state(loader))
        if hasattr(loader, "state_dict") and hasattr(loader, "load_state_dict"):
            back.callback(loader.load_state_dict, copy.deepcopy(loader.state_dict()))
    keeper = Keeper()
    objects = list(objects)
    keeper.note(model)
    for one in objects:
        keeper.note(vars(one))
    parameters = _parameters(model, objects)
    gradients = [parameter.grad for parameter in parameters]
    keeper.note([parameters, gradients, list(model.buffers())])
    back.callback(keeper.put_back)
    back.callback(_give_gradients, parameters, list(gradients))
    try:
        for parameter in parameters:
            parameter.grad = None  # else they would be filled with others
        yield
    finally:
        with uninterrupted():
            back.close()


def _parameters(model: nn.Module, objects: Iterable[Any]) -> list[nn.Parameter]:
    """Return the parameters of the model, and those that only an optimizer holds."""
    groups = (g for one in objects for g in getattr(one, "param_groups", ()))
    held = (parameter for group in groups for parameter in group["params"])
    return list(dict.fromkeys((*model.parameters(), *held)))


def _give_gradients(
    parameters: Iterable[nn.Parameter], gradients: Iterable[Tensor | None]
) -> None:
    for parameter, gradient in zip(parameters, gradients, strict=True):
        parameter.grad = gradient


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
