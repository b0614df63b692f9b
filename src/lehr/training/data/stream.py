"""Batches of a stream: data that can be read from its start only, or seek by itself."""

import itertools
import logging
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import torch
from torch.utils.data import default_collate

from lehr.training.data.draws import Draws
from lehr.training.data.position import Position, share_of
from lehr.training.data.states import States, borrowed, reseed
from lehr.training.data.workers import Workers, where

logger = logging.getLogger("lehr.training")

_WHOLE_EPOCH = -1  # the number of no sample: its draws are the stream's own


class StreamLoader(Position):
    """Deal a stream into batches, with a position that a resumed run goes on from.

    A stream is iterated from its start in each epoch: torch's IterableDataset, or
    anything else with `__iter__`. Where it has these, they are used:

    - `set_epoch(epoch)`, before it is iterated;
    - `state_dict()` and `load_state_dict(state)`: its place after what was read;
    - `seek(samples)`: the next iteration begins with sample number `samples`;
    - `len()`: samples in an epoch.

    Without `load_state_dict` and `seek` a resumed run reads the samples before its
    place again, and a warning says how many.

    Each worker and each rank iterates a copy of the whole stream and keeps the samples
    of its batches; so the batches are the same for any number of them. What costs time
    belongs in `transform`, which is called for kept samples alone. While the stream is
    read, the global random numbers are its own, drawn by the seed and the epoch; in
    `transform`, by the number of the sample besides.

    Args:
        stream: gives samples.
        batch_size: samples per batch, >= 1, over all ranks together; the last batch of
            an epoch may be smaller.
        transform: called with each sample that is kept, for instance to decode it.
        seed: of the random numbers, >= 0.
        drop_last: leave out the last batch of an epoch when it is not full.
        collate_fn: makes a batch of a list of samples; None: torch's default.
        num_workers: processes that read, 0: this one.
        pin_memory: let tensors come in page-locked memory, for a GPU.
        rank: number of this process, from 0.
        world_size: how many processes share each batch. A last batch with fewer samples
            is left out, and a warning says so.
        options: as for `DatasetLoader`.

    Raises:
        TypeError: `stream` is not iterable, or an iterator, which can be read once.
        ValueError: a number is out of range.

    >>> loader = StreamLoader(range(5), batch_size=2)
    >>> [batch.tolist() for batch in loader]
    [[0, 1], [2, 3], [4]]
    """

    def __init__(
        self,
        stream: Any,
        batch_size: int,
        *,
        transform: Callable[[Any], Any] | None = None,
        seed: int = 0,
        drop_last: bool = False,
        collate_fn: Callable[[list[Any]], Any] | None = None,
        num_workers: int = 0,
        pin_memory: bool = False,
        rank: int = 0,
        world_size: int = 1,
        **options: Any,
    ) -> None:
        if not hasattr(stream, "__iter__") or hasattr(stream, "__next__"):
            raise TypeError(
                f"stream must be iterable again and again, got {type(stream).__name__}"
            )
        super().__init__(
            None,
            batch_size,
            seed=seed,
            drop_last=drop_last,
            rank=rank,
            world_size=world_size,
        )
        self.stream = stream
        self._state: Any = None
        self._iterations = itertools.count()
        self._transform, self._collate = transform, collate_fn or default_collate
        reader = _Reading(stream, transform, self._collate, self)
        self._workers = Workers(reader, num_workers, pin_memory, options, alone=True)

    def __len__(self) -> int:
        """Batches in a whole epoch, where the stream has a length."""
        return self._batches_of(len(self.stream))

    @property
    def batches_left(self) -> int | None:
        """Batches that are left of the epoch, where the stream has a length."""
        try:
            whole = len(self.stream)
        except TypeError:
            return None
        return self._batches_of(max(0, whole - self.samples))

    def _batches_of(self, samples: int) -> int:
        full, rest = divmod(samples, self.batch_size)
        return full + (rest >= self.world_size and not self.drop_last)

    def __iter__(self) -> Iterator[Any]:
        epoch, start = self.epoch, self.samples
        place = _Place(next(self._iterations), epoch, start, self._state)
        self._warn_of_cost()
        starts = itertools.count(start, self.batch_size)
        answers = self._workers.answers((place, start) for start in starts)
        while self.is_at(epoch, start):
            note = f"while dealing batch {start // self.batch_size} of epoch {epoch}"
            samples, batch, state = self._workers.next(answers, note)
            if self._is_none(samples):
                break
            start = self.samples = start + samples
            self._state = state
            yield batch
            if samples < self.batch_size:
                break
        if self.is_at(epoch, start):
            self.end_epoch()

    def _belong_to(self, rank: int, world_size: int) -> None:
        super()._belong_to(rank, world_size)
        if hasattr(self, "_workers"):  # a copy for another rank
            self._workers = self._workers.with_reader(
                _Reading(self.stream, self._transform, self._collate, self)
            )

    def set_epoch(self, epoch: int) -> None:
        super().set_epoch(epoch)
        self._state = None

    def state_dict(self) -> dict[str, Any]:
        """Return the position, with the stream's own state where it has one."""
        return super().state_dict() | {"stream": self._state}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        super().load_state_dict(state)
        self._state = state["stream"]

    def _is_none(self, samples: int) -> bool:
        """Whether so many samples make no batch."""
        if 0 < samples < self.world_size and not self.drop_last:
            logger.warning(
                "the last %d samples of epoch %d are left out: there are %d ranks",
                samples,
                self.epoch,
                self.world_size,
            )
        short = samples < self.batch_size and self.drop_last
        return short or samples < self.world_size

    def _warn_of_cost(self) -> None:
        if self.samples and self._state is None and not hasattr(self.stream, "seek"):
            logger.warning(
                "%s has no load_state_dict and no seek: reading %d samples again to "
                "resume",
                type(self.stream).__name__,
                self.samples,
            )


class _Place(NamedTuple):
    """Where an iteration over the stream begins."""

    iteration: int
    epoch: int
    samples: int
    state: Any


class _Reading:
    """A copy of the stream under way, here or in a worker."""

    def __init__(
        self,
        stream: Any,
        transform: Callable[[Any], Any] | None,
        collate: Callable[[list[Any]], Any],
        position: Position,
    ) -> None:
        self.stream, self.transform, self.collate = stream, transform, collate
        self.seed, self.batch_size = position.seed, position.batch_size
        self.rank, self.world_size = position.rank, position.world_size
        self._iteration: int | None = None
        self._at = 0

    def __getitem__(self, request: tuple[_Place, int]) -> tuple[int, Any, Any]:
        """Return how many samples the batch has in all, this rank's, and the state."""
        place, start = request
        is_new = place.iteration != self._iteration
        if is_new:
            self._states = States(self._seeds(place.epoch, [_WHOLE_EPOCH])[0])
        with self._states.in_force():
            try:
                if is_new:
                    self._open(place)
                self._skip(start - self._at)
                samples = list(itertools.islice(self._iterator, self.batch_size))
            except Exception as error:
                error.add_note(
                    f"while reading the stream after sample {self._at} of epoch "
                    f"{place.epoch}{where()}"
                )
                raise
            self._at += len(samples)
            has_state = hasattr(self.stream, "load_state_dict")
            state = self.stream.state_dict() if has_state else None
        size = len(samples)
        first, last = share_of(size, self.rank, self.world_size)
        if first == last:
            return size, None, None
        numbers = list(range(start + first, start + last))
        return size, self._batch(place.epoch, numbers, samples[first:last]), state

    def _open(self, place: _Place) -> None:
        """Begin where an iteration begins."""
        stream = self.stream
        if hasattr(stream, "set_epoch"):
            stream.set_epoch(place.epoch)
        self._at = place.samples
        if place.state is not None:
            stream.load_state_dict(place.state)
        elif hasattr(stream, "seek"):
            stream.seek(place.samples)
        else:
            self._at = 0
        self._iterator = iter(stream)
        self._iteration = place.iteration
        skipped = place.samples - self._at
        if self._skip(skipped) < skipped:
            raise ValueError(
                f"the stream ended after {self._at} samples; the position is after "
                f"{place.samples}: the data has changed"
            )

    def _skip(self, samples: int) -> int:
        """Read so many samples and keep none; return how many there were."""
        found = sum(1 for _ in itertools.islice(self._iterator, samples))
        self._at += found
        return found

    def _batch(self, epoch: int, numbers: list[int], samples: list[Any]) -> Any:
        with borrowed():
            if self.transform is not None:
                seeds = self._seeds(epoch, numbers)
                for place, (number, seed) in enumerate(
                    zip(numbers, seeds, strict=True)
                ):
                    reseed(seed)
                    try:
                        samples[place] = self.transform(samples[place])
                    except Exception as error:
                        error.add_note(
                            f"while transforming sample {number} of epoch "
                            f"{epoch}{where()}"
                        )
                        raise
            return self.collate(samples)

    def _seeds(self, epoch: int, numbers: list[int]) -> list[int]:
        return Draws(self.seed, epoch, torch.tensor(numbers)).seeds()
