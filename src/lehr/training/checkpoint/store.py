"""A folder of checkpoints, each of which exists whole or not at all."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from torch import Tensor

from lehr.training.checkpoint.catalog import Entry
from lehr.training.checkpoint.errors import CheckpointWriteError
from lehr.training.checkpoint.folder import take_apart
from lehr.training.checkpoint.manifest import Manifest
from lehr.training.checkpoint.retention import Retention
from lehr.training.checkpoint.saved import SavedCheckpoints
from lehr.training.checkpoint.saving import Save, free_name
from lehr.training.checkpoint.shards import Ranks, ShardedSave, split
from lehr.training.checkpoint.staging import Staging
from lehr.training.checkpoint.writer import Saving


class CheckpointStore(SavedCheckpoints):
    """The checkpoints of one run.

    A state is a mapping of parts, such as `{"model": ..., "state": ...}`; each part is
    plain data and tensors. Its tensors are written in the safetensors format, the rest
    as JSON, so that nothing which is read can run code.

    `save` returns when the checkpoint is durable; `save_async` when the state has been
    copied, or what of it is not steady, and a thread does the rest. One is written at a
    time. Whatever lists, loads or sweeps waits for it first.

    Args:
        folder: made when the first checkpoint is written.

    >>> import tempfile, torch
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     store = CheckpointStore(Path(folder))
    ...     entry = store.save({"model": {"w": torch.ones(2)}}, updates=7)
    ...     print(entry.path.name, store.load(entry.path))
    update-000000000007 {'model': {'w': tensor([1., 1.])}}
    """

    def __init__(self, folder: str | Path) -> None:
        super().__init__(folder)
        self._staging = Staging()
        self._saving: Saving | None = None
        self._copying: Saving | None = None

    def save(
        self,
        state: Mapping[str, Any],
        *,
        updates: int,
        epochs: int = 0,
        metrics: Mapping[str, float] | None = None,
        retention: Retention | None = None,
        keep: bool = False,
    ) -> Entry:
        """Write a checkpoint, then drop those that `retention` does not keep.

        Args:
            state: plain data and tensors, by part.
            updates: done.
            epochs: done.
            metrics: of its evaluation.
            retention: which stay, of this run; None drops none.
            keep: mark it, so that no rule ever drops it.

        Raises:
            CheckpointWriteError: the disk refused; nothing of the new one is left. Or
                it had refused the one before, which was written in the background.
            TypeError: the state holds something that is neither plain data nor tensor.
        """
        self.wait()
        save = self._save(updates, epochs, metrics, retention, keep)
        return save.write(take_apart(state))

    def save_async(
        self,
        state: Mapping[str, Any],
        *,
        updates: int,
        epochs: int = 0,
        metrics: Mapping[str, float] | None = None,
        retention: Retention | None = None,
        keep: bool = False,
        then: Callable[[Entry], None] | None = None,
        steady: Iterable[Tensor] = (),
    ) -> Saving:
        """Copy a state, and write it while the caller goes on and changes it.

        The first copy takes as much memory of the host as the state has; the next ones
        reuse it. If one is still being written, this waits for it.

        Args:
            state: as for `save`.
            updates: as for `save`.
            epochs: as for `save`.
            metrics: as for `save`.
            retention: as for `save`.
            keep: as for `save`.
            then: called with the checkpoint when it is durable, in the writer's thread.
            steady: tensors of the state which nobody writes before `wait_for_copy` has
                returned: they are copied in the thread. If one is written before it was
                copied, the checkpoint is not made, and that is raised by the next save.

        Raises:
            CheckpointWriteError: the one before could not be written; this one is not
                begun.
            RuntimeError: a steady tensor of the one before was written too soon.
            TypeError: as `save`.

        >>> import tempfile, torch
        >>> weights, running_mean = torch.ones(2), torch.ones(2)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     store = CheckpointStore(Path(folder))
        ...     state = {"model": {"w": weights, "mean": running_mean}}
        ...     saving = store.save_async(state, updates=7, steady=[weights])
        ...     running_mean += 1  # the next forward pass
        ...     store.wait_for_copy()
        ...     weights += 1  # the next update
        ...     print(store.load(saving.wait().path)["model"])
        {'w': tensor([1., 1.]), 'mean': tensor([1., 1.])}
        """
        self.wait()
        save = self._save(updates, epochs, metrics, retention, keep)
        parts, rest = self._staging.begin(take_apart(state), steady)

        def write() -> Entry:
            entry = save.write(parts)
            if then is not None:
                then(entry)
            return entry

        self._copying = self._saving = Saving(save.target, write, rest.copy)
        return self._saving

    def save_sharded(
        self,
        state: Mapping[str, Any],
        ranks: Ranks,
        *,
        timeout: float,
        updates: int,
        epochs: int = 0,
        metrics: Mapping[str, float] | None = None,
        retention: Retention | None = None,
        keep: bool = False,
        then: Callable[[Entry], None] | None = None,
    ) -> Saving:
        """Copy what this rank holds of a state, and write it while training goes on.

        All ranks call it; each writes its own file, and rank 0 all that is not spread.

        Args:
            state: as for `save`; some of its tensors are torch's DTensors.
            ranks: all that hold the state.
            timeout: seconds that one waits for the others to have written.
            updates: as for `save_async`; of this and all that follow, rank 0's count.
            epochs: as for `save_async`.
            metrics: as for `save_async`.
            retention: as for `save_async`.
            keep: as for `save_async`.
            then: as for `save_async`.

        Raises:
            CheckpointWriteError: as `save_async`, on all ranks.
            TypeError: as `save_async`.
        """
        self.wait()
        held = split(take_apart(state), ranks.rank).copied(self._staging)
        save = self._save(updates, epochs, metrics, retention, keep)
        try:
            ranks.broadcast(lambda: self.folder.mkdir(parents=True, exist_ok=True))
        except OSError as error:
            raise CheckpointWriteError(save.target, error) from error
        together = ShardedSave.begin(save.target, ranks, timeout=timeout)

        def write() -> Entry:
            entry = save.write_together(together, held, first=ranks.rank == 0)
            if then is not None:
                then(entry)
            return entry

        self._saving = Saving(together.target, write, lambda: None)
        return self._saving

    def wait_for_copy(self) -> None:
        """Wait until the state of the last `save_async` is copied, and may change.

        A training loop calls it when the gradients are ready, and so does whoever
        changes weights outside of it. It costs nothing where there is nothing to wait
        for. What went wrong is raised by `wait`, or the next save.
        """
        if self._copying is not None:
            self._copying.wait_for_copy()
            self._copying = None

    def wait(self) -> Entry | None:
        """Wait for the checkpoint in the background, and return it, if there is one.

        Raises:
            CheckpointWriteError: it could not be written. It is raised once.
        """
        saving, self._saving = self._saving, None
        if saving is None:
            return None
        try:
            return saving.wait()
        except KeyboardInterrupt:  # while waiting: it may be waited for again
            self._saving = saving
            raise

    def close(self) -> None:
        """Wait as `wait` does, and let the memory of the copies go."""
        try:
            self.wait()
        finally:
            if self._saving is None:
                self._staging.clear()

    def _settle(self) -> None:
        """Wait for the writer; its failure stays, to be raised by `wait`."""
        if self._saving is not None:
            self._saving.join()

    def _save(
        self,
        updates: int,
        epochs: int,
        metrics: Mapping[str, float] | None,
        retention: Retention | None,
        keep: bool,
    ) -> Save:
        about = Manifest("", 0, updates, epochs, dict(metrics or {}), {})
        return Save(free_name(self.folder, updates), about, retention, keep)
