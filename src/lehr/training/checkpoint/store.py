"""A folder of checkpoints, each of which exists whole or not at all."""

import json
import logging
import os
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from lehr.training.checkpoint import catalog, files
from lehr.training.checkpoint.catalog import KEEP, STAGE, Entry
from lehr.training.checkpoint.errors import (
    CheckpointCorruptError,
    CheckpointNotFoundError,
    CheckpointWriteError,
)
from lehr.training.checkpoint.folder import (
    Part,
    read_checkpoint,
    take_apart,
    write_parts,
)
from lehr.training.checkpoint.manifest import Manifest
from lehr.training.checkpoint.retention import Retention
from lehr.training.checkpoint.staging import Staging
from lehr.training.checkpoint.writer import Saving

logger = logging.getLogger("lehr.training")

RUN_FILE = "run.json"


class CheckpointStore:
    """The checkpoints of one run.

    A state is a mapping of parts, such as `{"model": ..., "state": ...}`; each part is
    plain data and tensors. Its tensors are written in the safetensors format, the rest
    as JSON, so that nothing which is read can run code.

    `save` returns when the checkpoint is durable; `save_async` when the state has been
    copied, and a thread does the rest. One is written at a time. Whatever lists, loads
    or sweeps waits for it first.

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
        self.folder = Path(folder)
        self.damaged: list[CheckpointCorruptError] = []
        self._staging = Staging()
        self._saving: Saving | None = None

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
        about = Manifest("", 0, updates, epochs, dict(metrics or {}), {})
        target = self._target(updates)
        return self._write(target, take_apart(state), about, retention, keep)

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

        Raises:
            CheckpointWriteError: the one before could not be written; this one is not
                begun.
            TypeError: as `save`.
        """
        self.wait()
        parts = self._staging.copy(take_apart(state))
        about = Manifest("", 0, updates, epochs, dict(metrics or {}), {})
        target = self._target(updates)

        def write() -> Entry:
            entry = self._write(target, parts, about, retention, keep)
            if then is not None:
                then(entry)
            return entry

        self._saving = Saving(target, write)
        return self._saving

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

    def entries(self) -> list[Entry]:
        """Return the checkpoints, oldest first; `damaged` tells which have no manifest.

        Foreign folders, links and unfinished ones are ignored.

        Raises:
            CheckpointVersionError: a newer version wrote one of them.
        """
        self._settle()
        found, self.damaged = catalog.entries(self.folder)
        return found

    @property
    def is_empty(self) -> bool:
        """Whether no checkpoint is there, damaged ones included."""
        self._settle()
        return not catalog.folders(self.folder)

    def newest(self) -> tuple[Entry, dict[str, Any]]:
        """Return the newest checkpoint that is whole, with its state.

        Damaged ones before it are reported to the log and in `damaged`, and left where
        they are.

        Raises:
            CheckpointNotFoundError: there is no checkpoint.
            CheckpointCorruptError: there are, but none is whole.
        """
        entries = self.entries()
        for entry in reversed(entries):
            try:
                state = self.load(entry.path)
            except CheckpointCorruptError as error:
                self.damaged.append(error)
                continue
            for damage in self.damaged:
                logger.warning("%s; going back to %s", damage, entry.path.name)
            return entry, state
        if self.damaged:
            raise self.damaged[-1]
        raise CheckpointNotFoundError(f"there is no checkpoint in {self.folder}")

    def best(self, retention: Retention) -> Entry | None:
        """Return the best checkpoint by the retention's metric, if one has it."""
        ranked = retention.ranked(self.entries())
        return ranked[0] if ranked else None

    def load(self, path: str | Path) -> dict[str, Any]:
        """Return the state of the checkpoint at `path`, once every byte is verified."""
        return read_checkpoint(Path(path))

    def keep(self, path: str | Path, note: str = "") -> None:
        """Mark a checkpoint, so that no rule ever drops it.

        Args:
            path: of its folder, in which a file `KEEP` is the mark; remove it to undo.
            note: what stands in the file.

        Raises:
            CheckpointCorruptError: there is no checkpoint at `path`, or a damaged one.
        """
        entry = catalog.read_entry(Path(path))
        if not entry.pinned:
            files.write(entry.path / KEEP, [note.encode()])
            files.sync_folder(entry.path)

    def sweep(self) -> None:
        """Remove what unfinished saves left; call it while the folder is locked."""
        self._settle()
        catalog.sweep(self.folder)

    def _settle(self) -> None:
        """Wait for the writer; its failure stays, to be raised by `wait`."""
        if self._saving is not None:
            self._saving.join()

    def _target(self, updates: int) -> Path:
        """Return a name that is free."""
        target = self.folder / catalog.name_of(updates)
        if not os.path.lexists(target):
            return target
        number = _next_serial(catalog.entries(self.folder)[0])
        while os.path.lexists(numbered := target.with_name(f"{target.name}-{number}")):
            number += 1
        return numbered

    def _write(
        self,
        target: Path,
        parts: Mapping[str, Part],
        about: Manifest,
        retention: Retention | None,
        keep: bool,
    ) -> Entry:
        """Write a checkpoint and rotate; this may run beside the training."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            entries, _ = catalog.entries(self.folder)
            named = replace(about, run=self._run(), serial=_next_serial(entries))
            entry = Entry(target, write_parts(target, parts, named, pinned=keep))
        except OSError as error:
            raise CheckpointWriteError(target, error) from error
        if retention is not None:
            _rotate([*entries, entry], retention)
        return entry

    def _run(self) -> str:
        """Return the identity of the run, made with its first checkpoint."""
        path = self.folder / RUN_FILE
        try:
            return str(json.loads(path.read_bytes())["run"])
        except FileNotFoundError:
            run = uuid.uuid4().hex
        except (ValueError, KeyError, TypeError):
            raise CheckpointCorruptError(
                path, "it does not hold the run's identity; remove it to go on"
            ) from None
        stage = self.folder / f"{STAGE}{RUN_FILE}-{os.getpid()}"
        stage.unlink(missing_ok=True)
        files.write(stage, [json.dumps({"run": run}).encode()])
        stage.rename(path)
        return run


def _next_serial(entries: list[Entry]) -> int:
    return max((entry.serial for entry in entries), default=0) + 1


def _rotate(entries: list[Entry], retention: Retention) -> None:
    """Drop what is not kept of the run that the last of the entries belongs to."""
    mine = [one for one in entries if one.manifest.run == entries[-1].manifest.run]
    kept = retention.kept(mine)
    for entry in mine:
        if entry.serial not in kept:
            catalog.drop(entry)
