"""Random numbers by counter: each a pure function of seed, epoch and sample."""

from dataclasses import dataclass

import torch
from torch import Tensor

_GOLDEN = -7046029254386353131  # 0x9E3779B97F4A7C15 as a signed number
_FIRST = -4658895280553007687  # 0xBF58476D1CE4E5B9
_SECOND = -7723592293110705685  # 0x94D049BB133111EB


@dataclass(frozen=True, eq=False)
class Draws:
    """The random numbers that belong to some samples in one epoch.

    They do not depend on the batch, the order, or what was drawn before; so a run
    that starts again in the middle of an epoch draws what it would have drawn.

    Args:
        seed: the run's seed.
        epoch: number of the epoch, from 0.
        indices: numbers of the samples in their data set, int64, shape (batch,).

    >>> few = Draws(seed=0, epoch=2, indices=torch.tensor([7]))
    >>> many = Draws(seed=0, epoch=2, indices=torch.tensor([3, 7]))
    >>> bool((few.uniform(4)[0] == many.uniform(4)[1]).all())
    True
    """

    seed: int
    epoch: int
    indices: Tensor

    def uniform(self, count: int) -> Tensor:
        """Draw `count` numbers in [0, 1) per sample, float32, shape (batch, count)."""
        key = mixed(mixed(torch.tensor(self.seed)) + self.epoch)
        column = torch.arange(count)
        bits = mixed(mixed(key + self.indices).unsqueeze(1) + column)
        return _shifted(bits, 40).to(torch.float32) * 2.0**-24

    def seeds(self) -> list[int]:
        """Return a seed per sample, in [0, 2**63), for generators of other kinds."""
        key = mixed(mixed(torch.tensor(self.seed)) + self.epoch)
        seeds: list[int] = _shifted(mixed(mixed(key + self.indices) - 1), 1).tolist()
        return seeds


def sample_rng(seed: int, epoch: int, index: int) -> torch.Generator:
    """Return a generator that belongs to one sample in one epoch.

    What is drawn from it is the same in any worker, at any batch size, after any
    resume.

    Args:
        seed: the run's seed.
        epoch: number of the epoch, from 0.
        index: number of the sample in its data set.

    >>> first, again = (sample_rng(0, 2, 7) for _ in range(2))
    >>> bool((torch.rand(3, generator=first) == torch.rand(3, generator=again)).all())
    True
    """
    [drawn] = Draws(seed, epoch, torch.tensor([index])).seeds()
    return torch.Generator().manual_seed(drawn)


def mixed(x: Tensor) -> Tensor:
    """Hash each 64-bit number well (the step of splitmix64).

    Source: Steele, Lea and Flood, Fast splittable pseudorandom number generators,
        OOPSLA 2014, and Vigna's constants for it.
    """
    x = x + _GOLDEN
    x = (x ^ _shifted(x, 30)) * _FIRST
    x = (x ^ _shifted(x, 27)) * _SECOND
    return x ^ _shifted(x, 31)


def _shifted(x: Tensor, places: int) -> Tensor:
    """Return `x >> places` with zeros coming in, which signed numbers lack."""
    return (x >> places) & ((1 << (64 - places)) - 1)
