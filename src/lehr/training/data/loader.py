"""Batches of tensors held in memory, in an order that a resumed run continues."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import torch
from torch import Tensor

from lehr._checks import count
from lehr.training.data.draws import Draws

Transform = Callable[[tuple[Tensor, ...], Draws], tuple[Tensor, ...]]


class Loader:
    """Deal the samples of an epoch into batches, each epoch in an order of its own.

    The order is a pure function of the seed and the epoch, so the position (epoch,
    samples dealt) is the whole state, and going to it costs the same anywhere.
    Samples count as dealt when the loop receives their batch. Iterating deals the rest
    of the current epoch; at its end the position moves to the start of the next.

    Args:
        tensors: one tensor or several, whose first dimension counts the samples.
        batch_size: samples per batch, >= 1; the last batch of an epoch may be smaller.
        shuffle: deal in random order; False: in the order of the tensors.
        seed: of the order and of the transform's draws, >= 0.
        drop_last: leave out the last batch of an epoch when it is not full.
        transform: `(batch, draws) -> batch`, for instance a random augmentation that
            takes its random numbers from `draws`.

    Raises:
        ValueError: there is no sample, or the tensors differ in length, or
            `drop_last` would leave no batch, or `batch_size` or `seed` is out of range.

    >>> loader = Loader(torch.arange(5), batch_size=2, shuffle=False)
    >>> [batch.tolist() for (batch,) in loader]
    [[0, 1], [2, 3], [4]]
    >>> loader.state_dict()
    {'seed': 0, 'size': 5, 'epoch': 1, 'samples': 0}
    """

    def __init__(
        self,
        tensors: Tensor | tuple[Tensor, ...],
        batch_size: int,
        *,
        shuffle: bool = True,
        seed: int = 0,
        drop_last: bool = False,
        transform: Transform | None = None,
    ) -> None:
        self.tensors = (tensors,) if isinstance(tensors, Tensor) else tuple(tensors)
        self.size = _samples(self.tensors)
        self.batch_size = count("batch_size", batch_size, 1)
        self.shuffle = shuffle
        self.seed = count("seed", seed)
        self.drop_last = drop_last
        self.transform = transform
        self.epoch = 0
        self.samples = 0
        if drop_last and self.size < self.batch_size:
            raise ValueError(
                f"drop_last with batch_size {batch_size} leaves nothing of "
                f"{self.size} samples; use a batch_size <= {self.size}, or keep the "
                "last batch"
            )

    def __len__(self) -> int:
        """Batches in a whole epoch."""
        full, rest = divmod(self.size, self.batch_size)
        return full + (rest > 0 and not self.drop_last)

    def __iter__(self) -> Iterator[tuple[Tensor, ...]]:
        epoch, order = self.epoch, self._order(self.epoch)
        last = len(self) * self.batch_size
        while self.epoch == epoch and self.samples < min(last, self.size):
            chosen = order[self.samples : self.samples + self.batch_size]
            if self.drop_last and len(chosen) < self.batch_size:
                break  # a position that another batch size left
            batch = tuple(tensor[chosen] for tensor in self.tensors)
            if self.transform is not None:
                batch = self.transform(batch, Draws(self.seed, epoch, chosen))
            self.samples += len(chosen)
            yield batch
        if self.epoch == epoch:
            self.epoch, self.samples = epoch + 1, 0

    def set_epoch(self, epoch: int) -> None:
        """Go to the start of an epoch."""
        self.epoch, self.samples = count("epoch", epoch), 0

    def state_dict(self) -> dict[str, Any]:
        """Return the position, with the seed and size that give it its meaning."""
        return {
            "seed": self.seed,
            "size": self.size,
            "epoch": self.epoch,
            "samples": self.samples,
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go to a saved position.

        Raises:
            ValueError: the position belongs to another seed or number of samples.
        """
        for name, mine in (("seed", self.seed), ("size", self.size)):
            if state[name] != mine:
                raise ValueError(
                    f"the saved position has {name} {state[name]}, this loader {mine}: "
                    "the order would be another; build the loader as it was"
                )
        epoch = count("epoch", state["epoch"])
        samples = count("samples", state["samples"])
        if samples > self.size:
            raise ValueError(f"samples must be <= {self.size}, got {samples}")
        self.epoch, self.samples = epoch, samples

    def _order(self, epoch: int) -> Tensor:
        """Return the numbers of all samples in the order of an epoch."""
        if not self.shuffle:
            return torch.arange(self.size)
        digest = hashlib.sha256(f"{self.seed}:{epoch}".encode()).digest()
        generator = torch.Generator().manual_seed(int.from_bytes(digest[:7], "big"))
        return torch.randperm(self.size, generator=generator)


def _samples(tensors: tuple[Tensor, ...]) -> int:
    """How many samples the tensors hold, if they agree and there are any."""
    lengths = {len(tensor) for tensor in tensors}
    if len(lengths) != 1:
        raise ValueError(f"tensors must be of one length, got {sorted(lengths)}")
    [size] = lengths
    if size == 0:
        raise ValueError("the data set is empty: tensors must hold at least 1 sample")
    return size
