"""A folder of checkpoints, each of which exists whole or not at all."""

import json
import logging
import os
import re
import shutil
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lehr.training.checkpoint import files
from lehr.training.checkpoint.errors import (
    CheckpointCorruptError,
    CheckpointNotFoundError,
    CheckpointWriteError,
)
from lehr.training.checkpoint.folder import (
    STAGE,
    read_checkpoint,
    write_checkpoint,
)
from lehr.training.checkpoint.manifest import Manifest, read_manifest
from lehr.training.checkpoint.retention import Retention

logger = logging.getLogger("lehr.training")

ENTRY = re.compile(r"update-\d{12}(-\d+)?")
RUN_FILE = "run.json"


@dataclass(frozen=True)
class Entry:
    """A checkpoint in its folder, its manifest verified and its files not yet."""

    path: Path
    manifest: Manifest

    @property
    def serial(self) -> int:
        """Number of the save."""
        return self.manifest.serial

    @property
    def metrics(self) -> Mapping[str, float]:
        """Metrics of its evaluation."""
        return self.manifest.metrics


class CheckpointStore:
    """The checkpoints of one run.

    A state is a mapping of parts, such as `{"model": ..., "state": ...}`; each part is
    plain data and tensors. Its tensors are written in the safetensors format, the rest
    as JSON, so that nothing which is read can run code.

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

    def save(
        self,
        state: Mapping[str, Any],
        *,
        updates: int,
        epochs: int = 0,
        metrics: Mapping[str, float] | None = None,
        retention: Retention | None = None,
    ) -> Entry:
        """Write a checkpoint, then drop those that `retention` does not keep.

        Raises:
            CheckpointWriteError: the disk refused; nothing of the new one is left.
            TypeError: the state holds something that is neither plain data nor tensor.
        """
        entries = self.entries()
        serial = max((entry.serial for entry in entries), default=0) + 1
        name = _name_of(updates)
        target = self.folder / name
        while os.path.lexists(target):
            target = target.with_name(f"{name}-{serial}")
            serial += 1
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            written = write_checkpoint(
                target,
                state,
                run=self._run(),
                serial=serial,
                updates=updates,
                epochs=epochs,
                metrics=metrics or {},
            )
        except OSError as error:
            raise CheckpointWriteError(target, error) from error
        entry = Entry(target, written)
        if retention is not None:
            self._rotate([*entries, entry], retention)
        return entry

    def entries(self) -> list[Entry]:
        """Return the checkpoints, oldest first; `damaged` tells which have no manifest.

        Foreign folders, links and unfinished ones are ignored.
        """
        self.damaged = []
        found = []
        for path in self._folders():
            try:
                found.append(Entry(path, self._manifest_of(path)))
            except CheckpointCorruptError as error:
                self.damaged.append(error)
        return sorted(found, key=lambda entry: entry.serial)

    @property
    def is_empty(self) -> bool:
        """Whether no checkpoint is there, damaged ones included."""
        return not self._folders()

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

    def sweep(self) -> None:
        """Remove what unfinished saves left; call it while the folder is locked."""
        if self.folder.is_dir():
            for path in self.folder.glob(f"{STAGE}*"):
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    path.unlink(missing_ok=True)

    def _folders(self) -> list[Path]:
        if not self.folder.is_dir():
            return []
        return [
            path
            for path in sorted(self.folder.iterdir())
            if ENTRY.fullmatch(path.name) and path.is_dir() and not path.is_symlink()
        ]

    def _manifest_of(self, path: Path) -> Manifest:
        about = read_manifest(path)
        if not path.name.startswith(name := _name_of(about.updates)):
            raise CheckpointCorruptError(path, f"its manifest is that of {name}")
        return about

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

    def _rotate(self, entries: list[Entry], retention: Retention) -> None:
        run = entries[-1].manifest.run
        mine = [entry for entry in entries if entry.manifest.run == run]
        kept = retention.kept(mine)
        for entry in mine:
            if entry.serial not in kept:
                _remove(entry.path)


def _name_of(updates: int) -> str:
    return f"update-{updates:012d}"


def _remove(path: Path) -> None:
    """Delete a checkpoint; killed half-way, it leaves a name that is swept."""
    doomed = path.with_name(f"{STAGE}del-{path.name}-{time.time_ns()}")
    try:
        path.rename(doomed)
        shutil.rmtree(doomed)
    except OSError as error:
        logger.warning("cannot remove the old checkpoint %s: %s", path, error)
