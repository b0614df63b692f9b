"""The checkpoints that a folder holds: listed, read, marked, swept."""

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from lehr.training.checkpoint import catalog, files
from lehr.training.checkpoint.catalog import KEEP, Entry
from lehr.training.checkpoint.errors import (
    CheckpointCorruptError,
    CheckpointNotFoundError,
)
from lehr.training.checkpoint.folder import read_checkpoint
from lehr.training.checkpoint.retention import Retention

logger = logging.getLogger("lehr.training")


class SavedCheckpoints:
    """Reads what is there; the store, which derives from it, writes.

    Args:
        folder: it need not be there.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self.damaged: list[CheckpointCorruptError] = []

    def wait_for_copy(self) -> None:
        """Wait until what is being saved is copied; here, nothing is."""

    def _settle(self) -> None:
        """Wait for what is being written; here, nothing is."""

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

    def newest(
        self,
        entries: Sequence[Entry] | None = None,
        load: Callable[[Path], dict[str, Any]] | None = None,
    ) -> tuple[Entry, dict[str, Any]]:
        """Return the newest checkpoint that is whole, with its state.

        Damaged ones before it are reported to the log and in `damaged`, and left where
        they are.

        Args:
            entries: as `entries` returns them; None lists them.
            load: gives the state at a path, once it is verified; None: `self.load`.

        Raises:
            CheckpointNotFoundError: there is no checkpoint.
            CheckpointCorruptError: there are, but none is whole.
        """
        for entry in reversed(self.entries() if entries is None else entries):
            try:
                state = (load or self.load)(entry.path)
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
        self.wait_for_copy()  # whoever loads will change weights
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
