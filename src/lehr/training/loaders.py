"""What can be asked of a loader of any make: its length, epoch and random states."""

from collections.abc import Mapping
from typing import Any

import torch

from lehr.training import rng
from lehr.training.engine.cut import Cut


def length_of(loader: Any) -> int | None:
    """Return the batches of an epoch, where the loader knows them."""
    try:
        return len(loader)
    except TypeError:
        return None


def _parts(loader: Any) -> list[Any]:
    """Return the loader and its samplers, which may hold a generator or an epoch."""
    batch_sampler = getattr(loader, "batch_sampler", None)
    parts = [
        loader,
        getattr(loader, "sampler", None),
        batch_sampler,
        getattr(batch_sampler, "sampler", None),
    ]
    return [part for part in parts if part is not None]


def set_epoch(loader: Any, epoch: int) -> None:
    """Tell the loader and its samplers the epoch, where they want to know it."""
    for part in _parts(loader):
        if hasattr(part, "set_epoch"):
            part.set_epoch(epoch)


def random_state(loader: Any) -> Any:
    """Return the random states that a loader draws from."""
    return loader.random_state() if isinstance(loader, Cut) else rng.capture()


def set_random_state(loader: Any, state: Mapping[str, Any]) -> None:
    """Go back to random states of `random_state`."""
    if isinstance(loader, Cut):
        loader.set_random_state(state)
    else:
        rng.restore(state)


def start_workers(loader: Any) -> None:
    """Let workers that stay be there, so that each epoch draws alike.

    The first iterator of such a loader draws a seed for them, the others do not.
    """
    if isinstance(loader, Cut):
        loader = loader.data
    stay = getattr(loader, "persistent_workers", False)
    if stay and getattr(loader, "_iterator", None) is None:
        with rng.preserved(generators_of(loader)):
            iter(loader)


def generators_of(loader: Any) -> list[torch.Generator]:
    """Return the random generators that a loader or its samplers have of their own."""
    found: dict[int, torch.Generator] = {}
    for part in _parts(loader):
        generator = getattr(part, "generator", None)
        if isinstance(generator, torch.Generator):
            found[id(generator)] = generator
    return list(found.values())


def set_generators(loader: Any, states: list[torch.Tensor]) -> None:
    """Give the generators of `generators_of` their states.

    Raises:
        ValueError: there are more or fewer of them.
    """
    generators = generators_of(loader)
    if len(generators) != len(states):
        raise ValueError(
            f"train_data has {len(generators)} random generators of its own, and had "
            f"{len(states)} when the state was saved; build the loader as it was"
        )
    for generator, state in zip(generators, states, strict=True):
        generator.set_state(state)
