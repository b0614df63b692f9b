"""The global random states while samples are read: the reader's own, then put back."""

import contextlib
import random
from collections.abc import Iterator

import numpy
import torch

from lehr.training.data.workers import in_worker


class States:
    """Random states of Python, NumPy and torch (CPU), apart from those of the training.

    Args:
        seed: where they begin.
    """

    def __init__(self, seed: int) -> None:
        with _restored():
            reseed(seed)
            self._inner = _capture()

    @contextlib.contextmanager
    def in_force(self) -> Iterator[None]:
        """Let the globals be these states, which move on by what is drawn."""
        with _restored():
            _restore(self._inner)
            yield
            self._inner = _capture()


@contextlib.contextmanager
def borrowed() -> Iterator[None]:
    """Put the global states back at the end, unless this is a worker of a loader.

    A worker's states are nobody else's.
    """
    if in_worker():
        yield
    else:
        with _restored():
            yield


def reseed(seed: int) -> None:
    """Seed the global generators of Python, NumPy and torch's CPU."""
    random.seed(seed)
    numpy.random.seed(seed % 2**32)
    torch.default_generator.manual_seed(seed)


def _capture() -> tuple[object, object, torch.Tensor]:
    return random.getstate(), numpy.random.get_state(), torch.get_rng_state()


def _restore(states: tuple[object, object, torch.Tensor]) -> None:
    python, of_numpy, of_torch = states
    random.setstate(python)  # type: ignore[arg-type]  # what getstate gave
    numpy.random.set_state(of_numpy)  # type: ignore[arg-type]  # what get_state gave
    torch.set_rng_state(of_torch)


@contextlib.contextmanager
def _restored() -> Iterator[None]:
    before = _capture()
    try:
        yield
    finally:
        _restore(before)
