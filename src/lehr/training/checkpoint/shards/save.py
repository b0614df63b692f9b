"""One checkpoint that several ranks write together, each its own files."""

import contextlib
import os
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lehr.training.checkpoint import files
from lehr.training.checkpoint.catalog import STAGE
from lehr.training.checkpoint.errors import CheckpointWriteError
from lehr.training.checkpoint.files import FileRecord
from lehr.training.checkpoint.manifest import Manifest, read_manifest
from lehr.training.checkpoint.shards import records
from lehr.training.checkpoint.shards.header import file_of
from lehr.training.checkpoint.shards.held import Held, chunks_of, split
from lehr.training.checkpoint.shards.ranks import Ranks

TIMEOUT = 600.0
"""Seconds to wait for other ranks, if nothing else is said."""


class ShardedSave:
    """A checkpoint that is being written by several ranks.

    `begin` is called by all of them, in the thread that trains: rank 0 makes the stage
    and tells its name. `write` asks no other process anything, so it may run beside the
    training: each rank writes and flushes its own files, and says so in a record in the
    stage. Rank 0 waits for these, writes the manifest, and gives the stage its name.
    The others return when that has happened. A rank that fails, dies or hangs makes it
    an error on rank 0, which names it; then there is no checkpoint, and the older ones
    are as they were.

    Attributes:
        target: where the checkpoint will be.
        stage: where it is until then.

    >>> import tempfile, torch
    >>> from lehr.training.checkpoint.folder import read_checkpoint, take_apart
    >>> from lehr.training.checkpoint.shards import Alone, split
    >>> held = split(take_apart({"model": {"w": torch.ones(2)}}))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save = ShardedSave.begin(Path(folder, "update-000000000007"), Alone())
    ...     made = save.write(held, Manifest("run", 1, 7, 0, {}, {}))
    ...     print(sorted(made.files), read_checkpoint(save.target))
    ['model.json', 'model.safetensors'] {'model': {'w': tensor([1., 1.])}}
    """

    def __init__(
        self, target: Path, stage: Path, ranks: Ranks, timeout: float = TIMEOUT
    ) -> None:
        self.target, self.stage = target, stage
        self._rank, self._world_size = ranks.rank, ranks.world_size
        self._timeout = timeout

    @classmethod
    def begin(
        cls, target: Path, ranks: Ranks, *, timeout: float = TIMEOUT
    ) -> "ShardedSave":
        """Make the stage, on rank 0; tell all ranks where it is.

        Args:
            target: where the checkpoint will be; the name on rank 0 counts, and the
                folder, which is there, on each rank.
            ranks: all that write.
            timeout: seconds that a rank waits for the others to have written.

        Raises:
            CheckpointWriteError: the disk refused, or a rank does not see the folder
                of rank 0. It is raised on all ranks.
        """
        name, stage, failure = ranks.broadcast(lambda: _made_stage(target))
        save = cls(target.with_name(name), target.with_name(stage), ranks, timeout)
        if failure is not None:
            raise CheckpointWriteError(save.target, OSError(*failure))
        seen = ranks.gather(save.stage.is_dir())
        if not all(seen):
            if ranks.rank == 0:
                save.abandon()
            blind = [rank for rank, sees in enumerate(seen) if not sees]
            raise CheckpointWriteError(
                save.target,
                OSError(f"ranks {blind} do not see the folder of rank 0; share it"),
            )
        return save

    def write(self, held: Held, about: Manifest, *, pinned: bool = False) -> Manifest:
        """Write what this rank holds; return the manifest when all is durable.

        Args:
            held: as `split` returns it on this rank.
            about: what the checkpoint is; that of rank 0 counts.
            pinned: whether it is marked to be kept; that of rank 0 counts.

        Raises:
            CheckpointWriteError: the disk refused here or on another rank, or a rank
                has not written in time.
        """
        try:
            if self._rank == 0:
                return self._write_first(held, about, pinned=pinned)
            return self._write_other(held)
        except CheckpointWriteError:
            raise
        except OSError as error:
            gone = isinstance(error, FileNotFoundError)
            if self._rank and gone and not os.path.lexists(self.stage):
                raise CheckpointWriteError(self.target, records.given_up()) from error
            raise CheckpointWriteError(self.target, error) from error

    def abandon(self) -> None:
        """Remove the stage; whoever still writes there, or waits, finds it gone."""
        doomed = self.stage.with_name(f"{STAGE}del-{self.stage.name.lstrip('.')}")
        with contextlib.suppress(OSError):
            self.stage.rename(doomed)
        shutil.rmtree(doomed, ignore_errors=True)

    def _write_first(self, held: Held, about: Manifest, *, pinned: bool) -> Manifest:
        from lehr.training.checkpoint.folder import commit, write_tables

        try:
            written = write_tables(self.stage, held.parts) | self._write_shards(held)
            finite = held.finite()
            others, their_finite = records.gathered(
                self.stage, self._world_size, self._timeout
            )
            records.remove(self.stage, self._world_size)
            return commit(
                self.stage,
                self.target,
                about,
                written | others,
                finite=finite and their_finite,
                pinned=pinned,
            )
        except BaseException:
            self.abandon()
            raise

    def _write_other(self, held: Held) -> Manifest:
        try:
            written = self._write_shards(held)
            records.tell(self.stage, self._rank, written, finite=held.finite())
        except BaseException as error:
            with contextlib.suppress(OSError):
                records.tell(self.stage, self._rank, {}, failure=repr(error))
            raise
        records.await_commit(self.stage, self.target, self._timeout)
        return read_manifest(self.target)

    def _write_shards(self, held: Held) -> dict[str, FileRecord]:
        if not held.shards:
            return {}
        name = file_of(self._rank, self._world_size)
        record = files.write(self.stage / name, chunks_of(held.shards))
        files.sync_folder(self.stage)
        return {name: record}


def write_sharded(
    target: str | Path,
    state: Mapping[str, Any],
    about: Manifest,
    ranks: Ranks,
    *,
    pinned: bool = False,
    timeout: float = TIMEOUT,
) -> Manifest:
    """Write a checkpoint folder of a state that ranks hold; return when it is durable.

    All ranks call it.

    Args:
        target: the folder, which must not be there; its parent is.
        state: plain data and tensors, by part; some of them are DTensors.
        about: as for `ShardedSave.write`.
        ranks: as for `ShardedSave.begin`.
        pinned: as for `ShardedSave.write`.
        timeout: as for `ShardedSave.begin`.

    Raises:
        CheckpointWriteError: as `ShardedSave`.
        TypeError: the state holds something that is neither plain data nor tensor.

    >>> import tempfile, torch
    >>> from lehr.training.checkpoint.shards import Alone, read_sharded
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path, state = Path(folder, "one"), {"model": {"w": torch.ones(2)}}
    ...     made = write_sharded(path, state, Manifest("", 0, 0, 0, {}, {}), Alone())
    ...     print(read_sharded(path))
    {'model': {'w': tensor([1., 1.])}}
    """
    from lehr.training.checkpoint.folder import take_apart

    held = split(take_apart(state), ranks.rank)
    save = ShardedSave.begin(Path(target), ranks, timeout=timeout)
    return save.write(held, about, pinned=pinned)


def _made_stage(target: Path) -> list[Any]:
    """Return the name of the target, of its stage, and why there is none."""
    name = f"{STAGE}{target.name}-{os.getpid()}-{time.time_ns()}"
    try:
        target.with_name(name).mkdir()
    except OSError as error:
        # A number first: the error has the text of its number, as it was here.
        return [target.name, name, [error.errno, str(error)]]
    return [target.name, name, None]
