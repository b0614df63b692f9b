"""Batches of a data set of any kind, read by workers, from any place at once."""

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch.utils.data import IterableDataset, default_collate

from lehr.training.data.draws import Draws
from lehr.training.data.order import Order
from lehr.training.data.position import Position
from lehr.training.data.states import borrowed, reseed
from lehr.training.data.workers import Workers, where

Collate = Callable[[list[Any]], Any]
_Request = tuple[int, list[int]]  # the epoch, the numbers of the samples


class DatasetLoader(Position):
    """Deal the samples of a data set into batches, each epoch in an order of its own.

    The data set has `len` and gives a sample for a number, as a list or torch's map
    data sets do. The order is that of `Loader`; the position (epoch, samples dealt) is
    the whole state, and resuming reads no sample that was dealt before. What workers
    have read ahead does not count as dealt.

    While a sample is read, the global random numbers of Python, NumPy and torch are
    its own: drawn by the seed, the epoch and the sample's number. So a random
    augmentation gives the same in any worker, for any number of workers, after any
    resume, and the random numbers of the training are left alone.

    Args:
        dataset: has `len(dataset)` and `dataset[number]`.
        batch_size: samples per batch, >= 1, over all ranks together; the last batch of
            an epoch may be smaller.
        shuffle: deal in random order; False: in the order of the data set.
        seed: of the order and of the samples' random numbers, >= 0.
        drop_last: leave out the last batch of an epoch when it is not full.
        collate_fn: makes a batch of a list of samples; None: torch's default.
        seeded: give each sample random numbers of its own, which costs about 13
            microseconds a sample. False: leave the random states alone, and read by
            `dataset.__getitems__` where there is one; a data set that draws random
            numbers then cannot be resumed exactly.
        num_workers: processes that read, 0: this one.
        pin_memory: let tensors come in page-locked memory, for a GPU.
        rank: number of this process, from 0.
        world_size: how many processes share each batch.
        options: `prefetch_factor`, `persistent_workers` (True unless given), `timeout`,
            `multiprocessing_context`, `worker_init_fn`: as in torch's DataLoader.

    Raises:
        TypeError: `dataset` cannot be read by number.
        ValueError: the data set is empty, or a number is out of range.

    >>> squares = [number**2 for number in range(5)]  # any data set with len and [...]
    >>> loader = DatasetLoader(squares, batch_size=2, shuffle=False)
    >>> [batch.tolist() for batch in loader]
    [[0, 1], [4, 9], [16]]
    >>> loader.state_dict()
    {'seed': 0, 'size': 5, 'epoch': 1, 'samples': 0}
    """

    def __init__(
        self,
        dataset: Any,
        batch_size: int,
        *,
        shuffle: bool = True,
        seed: int = 0,
        drop_last: bool = False,
        collate_fn: Collate | None = None,
        seeded: bool = True,
        num_workers: int = 0,
        pin_memory: bool = False,
        rank: int = 0,
        world_size: int = 1,
        **options: Any,
    ) -> None:
        size = _size_of(dataset)
        super().__init__(
            size,
            batch_size,
            seed=seed,
            drop_last=drop_last,
            rank=rank,
            world_size=world_size,
        )
        self.size: int = size
        self.dataset = dataset
        self.shuffle = shuffle
        reader = _Samples(
            dataset, collate_fn or default_collate, self.seed if seeded else None
        )
        self._workers = Workers(reader, num_workers, pin_memory, options)

    def __iter__(self) -> Iterator[Any]:
        epoch, starts = self.epoch, self.starts(self.size)
        if starts:
            order = Order(self.size, seed=self.seed, epoch=epoch, shuffle=self.shuffle)
            requests = _requests(self.cuts(starts), epoch, order)
            answers = self._workers.answers(requests)
        for start in starts:
            if not self.is_at(epoch, start):
                return
            note = f"while dealing batch {start // self.batch_size} of epoch {epoch}"
            batch = self._workers.next(answers, note)
            self.samples = min(start + self.batch_size, self.size)
            yield batch
        if self.epoch == epoch:
            self.end_epoch()


def _requests(cuts: Iterator[slice], epoch: int, order: Order) -> Iterator[_Request]:
    # Not a method: what refers to the loader would keep its workers from ending early.
    for cut in cuts:
        yield epoch, order[cut].tolist()


class _Samples:
    """Reads the samples of a batch, here or in a worker."""

    def __init__(self, dataset: Any, collate: Collate, seed: int | None) -> None:
        self.dataset = dataset
        self.collate = collate
        self.seed = seed

    def __getitem__(self, request: _Request) -> Any:
        epoch, numbers = request
        if self.seed is None:
            return self.collate(self._unseeded(epoch, numbers))
        seeds = Draws(self.seed, epoch, torch.tensor(numbers)).seeds()
        with borrowed():
            samples = []
            for number, seed in zip(numbers, seeds, strict=True):
                reseed(seed)
                samples.append(self._sample(epoch, number))
            return self.collate(samples)

    def _unseeded(self, epoch: int, numbers: list[int]) -> list[Any]:
        if hasattr(self.dataset, "__getitems__"):
            samples: list[Any] = self.dataset.__getitems__(numbers)
            return samples
        return [self._sample(epoch, number) for number in numbers]

    def _sample(self, epoch: int, number: int) -> Any:
        try:
            return self.dataset[number]
        except Exception as error:
            error.add_note(f"while reading sample {number} of epoch {epoch}{where()}")
            raise


def _size_of(dataset: Any) -> int:
    if isinstance(dataset, IterableDataset) or not (
        hasattr(dataset, "__getitem__") and hasattr(dataset, "__len__")
    ):
        raise TypeError(
            "dataset must have len(dataset) and dataset[number], got "
            f"{type(dataset).__name__}; for what can only be read from its start there "
            "is StreamLoader"
        )
    if not len(dataset):
        raise ValueError("the data set is empty: it must hold at least 1 sample")
    return len(dataset)
