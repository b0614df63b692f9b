"""Batches of any iterable, of which each rank keeps its share."""

import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from torch import Tensor

from lehr.training import rng
from lehr.training.batches import changed, size_of

if TYPE_CHECKING:
    from lehr.training.data.states import States

logger = logging.getLogger("lehr.training")


class Cut:
    """Reads every batch, and keeps this rank's part of it.

    A batch is cut along the first dimension: each tensor whose first dimension is the
    number of samples; the rest of the batch stays. All else that the data can do, it
    can do here as well, such as `set_epoch` or `state_dict`.

    What draws random numbers while the data are read, such as shuffling, draws the same
    on all ranks: they are apart from those of the training.

    Args:
        data: an iterable of batches.
        rank, world_size: number of this process, and how many there are.
        states: random numbers that stay from epoch to epoch; None: the same each time,
            for an evaluation. There, a batch with fewer samples than ranks is whole
            on each rank, and `whole` is True: it counts once.

    Raises:
        ValueError: when a batch to train on has fewer samples than there are ranks.
    """

    def __init__(
        self, data: Any, rank: int, world_size: int, states: "States | None"
    ) -> None:
        self.data = data
        self._rank, self._ranks = rank, world_size
        self.states = states
        self.whole = False

    def __getattr__(self, name: str) -> Any:
        if name == "data":  # not there yet: while it is unpickled or copied
            raise AttributeError(name)
        return getattr(self.data, name)

    def __len__(self) -> int:
        return len(self.data)

    def __iter__(self) -> Iterator[Any]:
        from lehr.training.data.states import States

        states = self.states or States(0)
        with states.in_force():
            iterator = iter(self.data)
        return self._dealt(iterator, states)

    def _dealt(self, iterator: Iterator[Any], states: "States") -> Iterator[Any]:
        while True:
            with states.in_force():
                try:
                    batch = next(iterator)
                except StopIteration:
                    return
            yield self._share(batch)

    def _share(self, batch: Any) -> Any:
        from lehr.training.data.position import share_of

        size = size_of(batch)
        self.whole = size < self._ranks
        if self.whole and self.states is None:
            return batch
        if self.whole:
            raise ValueError(
                f"a batch of {size} samples cannot be shared by {self._ranks} ranks; "
                "use drop_last=True, or another batch_size"
            )
        first, last = share_of(size, self._rank, self._ranks)

        def part(tensor: Tensor) -> Tensor:
            is_of_samples = tensor.ndim > 0 and tensor.shape[0] == size
            return tensor[first:last] if is_of_samples else tensor

        return changed(batch, part)

    def random_state(self) -> dict[str, Any] | None:
        """Return the random states that the data draw from."""
        if self.states is None:
            return None
        with self.states.in_force():
            return rng.capture()

    def set_random_state(self, state: Any) -> None:
        """Go back to random states of `random_state`."""
        if self.states is not None:
            with self.states.in_force():
                rng.restore(state)


def shared(
    data: Any, rank: int, world_size: int, states: "States | None", *, cut: bool
) -> Any:
    """Return a rank's part of data for training, or with no states, for evaluation.

    Raises:
        ValueError: they are shared already, but for other ranks; or lehr's loader
            cannot be shared by so many.
    """
    from lehr.training.data.position import Position

    train = states is not None
    if isinstance(data, Position):
        if data.world_size > 1:
            if (data.rank, data.world_size) == (rank, world_size):
                return data
            raise ValueError(
                f"the loader is that of rank {data.rank} of {data.world_size}, this is "
                f"rank {rank} of {world_size}; leave out rank and world_size"
            )
        if train:
            return data.shard(rank, world_size)
        if data.size is not None and data.can_shard(world_size):
            return data.shard(rank, world_size)
    elif not cut or deals_itself_out(data):
        return data
    if train:
        logger.info(
            "%s is read as a whole by each of %d ranks, which keep their shares of "
            "each batch; lehr's loaders, or a DistributedSampler, read the shares only",
            type(data).__name__,
            world_size,
        )
    return Cut(data, rank, world_size, states)


def deals_itself_out(data: Any) -> bool:
    """Whether a loader gives each rank its own samples, by torch's sampler."""
    from torch.utils.data.distributed import DistributedSampler

    samplers = (
        getattr(data, "sampler", None),
        getattr(getattr(data, "batch_sampler", None), "sampler", None),
    )
    return any(isinstance(one, DistributedSampler) for one in samplers)


def batch_size_of(data: Any, world_size: int) -> int | None:
    """Return the samples of a batch of all ranks together, where the data say so."""
    size = getattr(data, "batch_size", None)
    if not isinstance(size, int):
        return None
    return size * world_size if deals_itself_out(data) else size
