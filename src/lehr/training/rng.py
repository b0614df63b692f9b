"""The state of all random number generators that a training step may draw from."""

import contextlib
import random
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import torch


def seed_all(seed: int) -> None:
    """Seed Python, torch (all devices), and NumPy where it is loaded."""
    random.seed(seed)
    torch.manual_seed(seed)
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed(seed % 2**32)


def capture() -> dict[str, Any]:
    """Return all states, as tensors and plain data.

    >>> before = capture()
    >>> first = torch.rand(2)
    >>> restore(before)
    >>> torch.equal(torch.rand(2), first)
    True
    """
    version, numbers, gauss = random.getstate()
    state: dict[str, Any] = {
        "python": [version, torch.tensor(numbers, dtype=torch.int64), gauss],
        "torch": torch.get_rng_state(),
    }
    if numpy := sys.modules.get("numpy"):
        name, keys, *rest = numpy.random.get_state()
        state["numpy"] = [name, torch.tensor(keys.tolist()), *rest]
    if torch.cuda.is_initialized():  # type: ignore[no-untyped-call]  # torch: no types
        state["cuda"] = torch.cuda.get_rng_state_all()
    return state


def restore(state: Mapping[str, Any]) -> None:
    """Go back to captured states; a device that is not there is left out."""
    version, numbers, gauss = state["python"]
    random.setstate((version, tuple(numbers.tolist()), gauss))
    torch.set_rng_state(state["torch"])
    if "numpy" in state:
        import numpy

        name, keys, *rest = state["numpy"]
        numpy.random.set_state((name, keys.numpy().astype("uint32"), *rest))
    if "cuda" in state and torch.cuda.is_available():
        for device, one in enumerate(state["cuda"][: torch.cuda.device_count()]):
            torch.cuda.set_rng_state(one, device)


@contextlib.contextmanager
def preserved(own: Iterable[torch.Generator] = ()) -> Iterator[None]:
    """Put all states back at the end, and those of one's own generators."""
    before, states = capture(), [(one, one.get_state()) for one in own]
    try:
        yield
    finally:
        restore(before)
        for generator, state in states:
            generator.set_state(state)
