"""Where a loader is: the epoch, and how many of its samples the loop has received."""

import copy
from collections.abc import Iterator, Mapping
from typing import Any, Self

from lehr._checks import count


class Position:
    """The place of a loader in its data, and how batches are cut from there.

    A batch is the same samples for all ranks together, of which each rank gets its
    share. So the place counts samples of the whole, and holds for any number of ranks
    and workers, and any batch size.

    Args:
        size: samples in an epoch, or None where it is not known.
        batch_size: samples per batch, over all ranks together.
        seed: of the order, >= 0.
        drop_last: leave out the last batch of an epoch when it is not full.
        rank: number of this process, from 0.
        world_size: how many processes share each batch.

    Raises:
        ValueError: a number is out of range, or `batch_size` is no multiple of
            `world_size`, or the last batch has no sample for some rank, or
            `drop_last` would leave no batch.
    """

    def __init__(
        self,
        size: int | None,
        batch_size: int,
        *,
        seed: int,
        drop_last: bool,
        rank: int = 0,
        world_size: int = 1,
    ) -> None:
        self.size = size
        self.batch_size = count("batch_size", batch_size, 1)
        self.seed = count("seed", seed)
        self.drop_last = drop_last
        self.epoch = 0
        self.samples = 0
        self._belong_to(rank, world_size)
        if drop_last and size is not None and size < self.batch_size:
            raise ValueError(
                f"drop_last with batch_size {batch_size} leaves nothing of "
                f"{size} samples; use a batch_size <= {size}, or keep the last batch"
            )

    def _belong_to(self, rank: int, world_size: int) -> None:
        self.rank = count("rank", rank)
        self.world_size = count("world_size", world_size, 1)
        if self.rank >= self.world_size:
            raise ValueError(
                f"rank must be < world_size, which is {self.world_size}, got {rank}"
            )
        if self.batch_size % self.world_size:
            raise ValueError(
                f"batch_size counts the samples of all ranks together and must be a "
                f"multiple of world_size, which is {self.world_size}, got "
                f"{self.batch_size}"
            )
        self._require_shares(self.samples)

    def shard(self, rank: int, world_size: int) -> Self:
        """Return the same loader as one rank of several has it; this one stays.

        Args:
            rank: number of the process, from 0.
            world_size: how many processes share each batch.

        Raises:
            ValueError: as for `rank` and `world_size` of a new one.
        """
        mine = copy.copy(self)
        mine._belong_to(rank, world_size)
        return mine

    def can_shard(self, world_size: int) -> bool:
        """Whether so many ranks can share the batches of a whole epoch."""
        try:
            other = copy.copy(self)
            other.samples = 0
            other._belong_to(0, world_size)
        except ValueError:
            return False
        return True

    def __len__(self) -> int:
        """Batches in a whole epoch."""
        if self.size is None:
            raise TypeError("the length of this data is not known")
        full, rest = divmod(self.size, self.batch_size)
        return full + (rest > 0 and not self.drop_last)

    @property
    def batches_left(self) -> int | None:
        """Batches that are left of the epoch; None where its end is not known."""
        return None if self.size is None else len(self.starts(self.size))

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
        if self.size is not None and samples > self.size:
            raise ValueError(f"samples must be <= {self.size}, got {samples}")
        self._require_shares(samples)
        self.epoch, self.samples = epoch, samples

    def starts(self, size: int) -> range:
        """Return where the batches that are left of the epoch begin."""
        end = size - self.batch_size + 1 if self.drop_last else size
        return range(self.samples, end, self.batch_size)

    def cuts(self, starts: range) -> Iterator[slice]:
        """Return this rank's places in the order, of the batches that begin there."""
        return _cuts(
            starts, self.size or 0, self.batch_size, self.rank, self.world_size
        )

    def is_at(self, epoch: int, samples: int) -> bool:
        """Whether nobody has moved the position away from where a loop left it."""
        return self.epoch == epoch and self.samples == samples

    def end_epoch(self) -> None:
        """Go to the start of the next epoch."""
        self.set_epoch(self.epoch + 1)

    def _require_shares(self, samples: int) -> None:
        """Refuse a last batch from there that has nothing for some rank."""
        if self.size is None or self.drop_last:
            return
        last = (self.size - samples) % self.batch_size
        if 0 < last < self.world_size:
            raise ValueError(
                f"the last batch holds {last} samples for {self.world_size} ranks; "
                "use drop_last=True, or another batch_size"
            )


def _cuts(
    starts: range, size: int, batch_size: int, rank: int, world_size: int
) -> Iterator[slice]:
    for start in starts:
        first, last = share_of(min(batch_size, size - start), rank, world_size)
        yield slice(start + first, start + last)


def share_of(samples: int, rank: int, world_size: int) -> tuple[int, int]:
    """Return which of a batch's samples are a rank's: from, up to.

    >>> [share_of(5, rank, world_size=2) for rank in (0, 1)]
    [(0, 2), (2, 5)]
    """
    return rank * samples // world_size, (rank + 1) * samples // world_size
