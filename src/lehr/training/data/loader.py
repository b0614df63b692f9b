"""Batches of tensors held in memory, in an order that a resumed run continues."""

from collections.abc import Callable, Iterator

from torch import Tensor

from lehr.training.data.draws import Draws
from lehr.training.data.order import Order
from lehr.training.data.position import Position

Transform = Callable[[tuple[Tensor, ...], Draws], tuple[Tensor, ...]]


class Loader(Position):
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
        rank: number of this process, from 0.
        world_size: how many processes share each batch; `batch_size` is that of all
            together, and a multiple of it.

    Raises:
        ValueError: there is no sample, or the tensors differ in length, or
            `drop_last` would leave no batch, or `batch_size` or `seed` is out of range.

    >>> import torch
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
        rank: int = 0,
        world_size: int = 1,
    ) -> None:
        self.tensors = (tensors,) if isinstance(tensors, Tensor) else tuple(tensors)
        size = _samples(self.tensors)
        super().__init__(
            size,
            batch_size,
            seed=seed,
            drop_last=drop_last,
            rank=rank,
            world_size=world_size,
        )
        self.size: int = size
        self.shuffle = shuffle
        self.transform = transform

    def __iter__(self) -> Iterator[tuple[Tensor, ...]]:
        epoch, size = self.epoch, self.size
        order = Order(size, seed=self.seed, epoch=epoch, shuffle=self.shuffle)
        starts = self.starts(size)
        for start, cut in zip(starts, self.cuts(starts), strict=True):
            if not self.is_at(epoch, start):
                return
            chosen = order[cut]
            batch = tuple(tensor[chosen] for tensor in self.tensors)
            if self.transform is not None:
                batch = self.transform(batch, Draws(self.seed, epoch, chosen))
            self.samples = min(start + self.batch_size, size)
            yield batch
        if self.epoch == epoch:
            self.end_epoch()


def _samples(tensors: tuple[Tensor, ...]) -> int:
    """How many samples the tensors hold, if they agree and there are any."""
    lengths = {len(tensor) for tensor in tensors}
    if len(lengths) != 1:
        raise ValueError(f"tensors must be of one length, got {sorted(lengths)}")
    [size] = lengths
    if size == 0:
        raise ValueError("the data set is empty: tensors must hold at least 1 sample")
    return size
