"""The order of an epoch: a pure function of its seed, its number and its size."""

import hashlib

import torch
from torch import Tensor

from lehr.training.data.draws import mixed

LARGE = 2**24
"""Above this size no list of the whole order is made: it would take seconds, and
8 bytes per sample."""

_BLOCK = 2**13
_ROUNDS = 8


class Order:
    """The numbers of all samples in the order of one epoch, to be read in slices.

    Up to `LARGE` samples it is a uniform permutation, drawn once. Beyond, each place is
    computed when it is asked for, so that any place costs the same, whatever the size.

    Args:
        size: how many samples there are.
        seed: of the run, >= 0.
        epoch: number of the epoch, from 0.
        shuffle: False: the samples' own order.

    >>> order = Order(10, seed=0, epoch=3)
    >>> sorted(order[0:10].tolist()) == list(range(10))
    True
    >>> Order(10**12, seed=0, epoch=3)[10**9 : 10**9 + 4].shape
    torch.Size([4])
    """

    def __init__(
        self, size: int, *, seed: int, epoch: int, shuffle: bool = True
    ) -> None:
        self.size = size
        digest = hashlib.sha256(f"{seed}:{epoch}".encode()).digest()
        self._key = int.from_bytes(digest[:7], "big")
        self._shuffle = shuffle
        self._whole: Tensor | None = None
        if shuffle and size <= LARGE:
            generator = torch.Generator().manual_seed(self._key)
            self._whole = torch.randperm(size, generator=generator)
        self._block, self._first = torch.empty(0, dtype=torch.int64), 0

    def __getitem__(self, places: slice) -> Tensor:
        """Return the numbers at some places, int64; the step of the slice is 1."""
        if self._whole is not None:
            return self._whole[places]
        start, stop, _ = places.indices(self.size)
        if not self._shuffle:
            return torch.arange(start, max(start, stop))
        if not self._first <= start <= stop <= self._first + len(self._block):
            last = min(max(stop, start + _BLOCK), self.size)
            self._first = start
            self._block = permuted(torch.arange(start, last), self.size, self._key)
        return self._block[start - self._first : stop - self._first]


def permuted(places: Tensor, size: int, key: int) -> Tensor:
    """Return where a permutation of `size` numbers takes some of them.

    A Feistel network permutes the numbers below the next power of two, and a number
    that lands beyond `size` is sent on until it does not.

    Args:
        places: int64 of shape (n,), each in [0, size).
        size: how many numbers are permuted, >= 2.
        key: which permutation.

    Source: Black and Rogaway, Ciphers with arbitrary finite domains, CT-RSA 2002.

    >>> sorted(permuted(torch.arange(6), 6, key=1).tolist())
    [0, 1, 2, 3, 4, 5]
    """
    bits = max((size - 1).bit_length(), 2)
    low = bits // 2
    keys = mixed(torch.arange(_ROUNDS) + key)
    result = _network(places, low, bits - low, keys)
    while len(beyond := torch.nonzero(result >= size).flatten()):
        result[beyond] = _network(result[beyond], low, bits - low, keys)
    return result


def _network(x: Tensor, low: int, high: int, keys: Tensor) -> Tensor:
    """Permute the numbers of `low + high` bits: each half masks the other in turn."""
    right, left = x & ((1 << low) - 1), x >> low
    for number, key in enumerate(keys):
        if number % 2:
            right = right ^ (mixed(left + key) & ((1 << low) - 1))
        else:
            left = left ^ (mixed(right + key) & ((1 << high) - 1))
    return left << low | right
