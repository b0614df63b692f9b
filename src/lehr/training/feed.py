"""The place of a run in its training data: windows of batches, and how to resume."""

import logging
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from lehr.training import rng
from lehr.training.engine.cut import Cut
from lehr.training.errors import EmptyDataError
from lehr.training.loaders import (
    generators_of,
    length_of,
    random_state,
    set_epoch,
    set_generators,
    set_random_state,
    start_workers,
)

logger = logging.getLogger("lehr.training")


class Feed:
    """Deals the batches of an epoch in windows, one window per optimizer update.

    A loader with `state_dict` and `load_state_dict` is resumed by going to its saved
    position. Any other is read again from the start of the epoch, with the random
    states of that start, so that it deals what it dealt before.

    Args:
        loader: any iterable of batches; `len`, `set_epoch` are used where present.
        window: batches per update, >= 1; the last window of an epoch may be shorter.
        state: where to go on, from `state_dict`.
    """

    def __init__(
        self, loader: Any, window: int = 1, state: Mapping[str, Any] | None = None
    ) -> None:
        if not hasattr(loader, "__iter__"):
            raise TypeError(
                f"train_data must be an iterable of batches, got "
                f"{type(loader).__name__}; wrap a data set in a loader"
            )
        self.loader = loader
        self.window = window
        self.length = length_of(loader)
        self.batches = 0 if state is None else int(state["batches"])
        self.epoch_over = False
        self._pending = state
        self._begin: dict[str, Any] = {}
        self._next: list[Any] = []
        self._ahead: dict[str, Any] | None = None
        self._seeks = hasattr(loader, "state_dict") and hasattr(
            loader, "load_state_dict"
        )
        if self.length == 0:
            raise EmptyDataError(
                "train_data holds no batch: it is empty, or smaller than one batch "
                "with drop_last"
            )

    @property
    def updates_per_epoch(self) -> int | None:
        """Windows in a whole epoch, where the loader knows its length."""
        return None if self.length is None else -(-self.length // self.window)

    def windows(self, epoch: int) -> Iterator[list[Any]]:
        """Deal the rest of an epoch; `epoch_over` is True with its last window.

        Of a loader that knows no length, one batch is read ahead.
        """
        state, self._pending = self._pending, None
        self.epoch_over = False
        self._next, self._ahead = [], None
        iterator = self._fresh(epoch) if state is None else self._resumed(epoch, state)
        window: list[Any] = []
        for batch in self._dealt(iterator):
            self.batches += 1
            window.append(batch)
            if self.epoch_over:
                break
            if len(window) == self.window:
                yield window
                window = []
        if not self.batches:
            raise EmptyDataError(
                f"train_data gave no batch in epoch {epoch}"
                + ("; an iterator can be read once: pass a loader" if epoch else "")
            )
        self.epoch_over = True
        if window:
            yield window

    def _dealt(self, iterator: Iterator[Any]) -> Iterator[Any]:
        """Yield the batches; set `epoch_over` before the last one.

        Where the length is not known, one batch is read ahead for that.
        """
        if self.length is not None:
            for batch in iterator:
                if self.batches + 1 == self.length:
                    self._require_end(iterator)
                    self.epoch_over = True
                yield batch
            return
        found = self._next or list(islice(iterator, 1))
        while found:
            self._ahead = self._moment()
            self._next = list(islice(iterator, 1))
            if not self._next:
                self._ahead, self.epoch_over = None, True
            yield found[0]
            found = self._next

    def _moment(self) -> dict[str, Any]:
        """Return the states from which the next batch is read."""
        if self._seeks:
            return {"loader": self.loader.state_dict()}
        return {
            "random": random_state(self.loader),
            "generators": [g.get_state() for g in generators_of(self.loader)],
        }

    def next_epoch(self) -> None:
        """Count from the start of the next epoch."""
        self.batches, self.epoch_over = 0, False

    def state_dict(self) -> dict[str, Any]:
        """Return the position after the windows dealt so far."""
        if self._pending is not None:  # none was dealt yet
            return dict(self._pending)
        ahead = self._ahead or {}
        state = {
            "batches": self.batches,
            "over": self.epoch_over,
            "length": self.length,
            "batch_size": _batch_size(self.loader),
            "loader": self.loader.state_dict() if self._seeks else None,
            "begin": self._begin,
            "generators": [g.get_state() for g in generators_of(self.loader)],
            **({"ahead": ahead} if "random" in ahead else ahead),
        }
        if isinstance(self.loader, Cut):
            state["shared"] = self.loader.random_state()
        return state

    def _fresh(self, epoch: int) -> Iterator[Any]:
        self.batches = 0
        set_epoch(self.loader, epoch)
        if not self._seeks:
            start_workers(self.loader)
            self._begin = {
                "random": random_state(self.loader),
                "generators": [g.get_state() for g in generators_of(self.loader)],
            }
        return iter(self.loader)

    def _resumed(self, epoch: int, state: Mapping[str, Any]) -> Iterator[Any]:
        """Go on where the state was taken; the global random states stay."""
        if state.get("over", self.batches and self.batches == self.length):
            # Taken between the last window and the end of its epoch: nothing is left,
            # and a loader that seeks stands at the start of the next epoch already.
            return self._ended(state)
        if isinstance(self.loader, Cut) and state.get("shared") is not None:
            self.loader.set_random_state(state["shared"])
        if self._seeks:
            if state["loader"] is not None:
                self.loader.load_state_dict(state["loader"])
            if not self.batches:
                return self._fresh(epoch)
            left = getattr(self.loader, "batches_left", None)
            if self.length is not None and left is not None:
                # Its batches may have another size than they had.
                self.batches = self.length - left
            with rng.preserved():
                iterator: Iterator[Any] = iter(self.loader)
                self._read_ahead(iterator)
            return iterator
        if not self.batches:
            set_generators(self.loader, state["generators"])
            return self._fresh(epoch)
        self._require_same_batches(state)
        self._begin = state["begin"]
        with rng.preserved():
            iterator = self._replayed(epoch)
            if "ahead" in state:
                set_random_state(self.loader, state["ahead"]["random"])
                set_generators(self.loader, state["ahead"]["generators"])
                self._read_ahead(iterator)
        set_generators(self.loader, state["generators"])
        return iterator

    def _require_same_batches(self, state: Mapping[str, Any]) -> None:
        """Refuse other batches than those that were counted, in the middle of an epoch.

        To read as many of them again would leave out samples, or deal them twice.
        """
        now = {"length": self.length, "batch_size": _batch_size(self.loader)}
        had = {name: state.get(name, value) for name, value in now.items()}
        for name, what in (("batch_size", "samples in a batch"), ("length", "batches")):
            if None not in (had[name], now[name]) and had[name] != now[name]:
                raise ValueError(
                    f"train_data has {now[name]} {what}, and had {had[name]} when the "
                    f"state was saved, after {self.batches} batches of an epoch; it "
                    "cannot seek, so its place in the epoch is not known. Go on with "
                    "the batches as they were, from the end of an epoch, or with a "
                    "loader of lehr.training.data"
                )

    def _read_ahead(self, iterator: Iterator[Any]) -> None:
        """Read the batch that had been read when the state was taken."""
        if self.length is None:
            self._next = list(islice(iterator, 1))

    def _ended(self, state: Mapping[str, Any]) -> Iterator[Any]:
        """Leave the loader as it was at the end of an epoch; deal nothing."""
        if self._seeks and state["loader"] is not None:
            self.loader.load_state_dict(state["loader"])
        set_generators(self.loader, state["generators"])
        return iter(())

    def _replayed(self, epoch: int) -> Iterator[Any]:
        once = hasattr(self.loader, "__next__")
        logger.log(
            logging.WARNING if once else logging.INFO,
            "train_data cannot seek: reading %d batches again to resume%s",
            self.batches,
            "; it is an iterator, which must begin where it began before" * once,
        )
        start_workers(self.loader)
        set_random_state(self.loader, self._begin["random"])
        set_generators(self.loader, self._begin["generators"])
        set_epoch(self.loader, epoch)
        iterator: Iterator[Any] = iter(self.loader)
        for number in range(self.batches):
            try:
                next(iterator)
            except StopIteration:
                raise EmptyDataError(
                    f"train_data ended after {number} batches of epoch {epoch}; the "
                    f"checkpoint was made after {self.batches}: the data has changed"
                ) from None
        return iterator

    def _require_end(self, iterator: Iterator[Any]) -> None:
        """Read past the last batch, so that the loader knows its epoch is over."""
        for _ in iterator:
            raise ValueError(
                f"len(train_data) is {self.length}, but it gave one more batch; "
                "correct its __len__, or remove it"
            )


def _batch_size(loader: Any) -> int | None:
    size = getattr(loader, "batch_size", None)
    return size if isinstance(size, int) else None


def require_rereadable(val_data: Any, train_data: Any) -> None:
    """Refuse data for evaluation that is empty, or that cannot be read each time."""
    if val_data is None:
        return
    if isinstance(val_data, Mapping):
        if not val_data:
            raise EmptyDataError("val_data names no data; leave it out, or fill it")
        for one in val_data.values():
            require_rereadable(one, train_data)
        return
    if val_data is train_data and hasattr(val_data, "load_state_dict"):
        raise ValueError(
            "val_data is the loader of train_data, which has one position: evaluating "
            "would move it in the middle of an epoch; build a second loader"
        )
    if not hasattr(val_data, "__iter__"):
        raise TypeError(
            f"val_data must be an iterable of batches, got {type(val_data).__name__}"
        )
    if hasattr(val_data, "__next__"):
        raise ValueError(
            "val_data is an iterator, which can be read once; pass a list or a loader"
        )
    if hasattr(val_data, "__len__") and len(val_data) == 0:
        raise EmptyDataError("val_data holds no batch; leave it out, or fill it")
