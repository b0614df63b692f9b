"""The checkpoints that are in a folder: found, marked, removed. Needs no torch."""

import logging
import os
import re
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lehr.training.checkpoint import manifest
from lehr.training.checkpoint.errors import CheckpointCorruptError
from lehr.training.checkpoint.manifest import Manifest, read_manifest

logger = logging.getLogger("lehr.training")

ENTRY = re.compile(r"update-\d{12}(-\d+)?")
STAGE = ".stage-"
KEEP = "KEEP"
"""A file of this name in a checkpoint says that no rule drops it.

It may be empty or hold a note; nothing reads it.
"""


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
    def updates(self) -> int:
        """Updates done when it was made."""
        return self.manifest.updates

    @property
    def epochs(self) -> int:
        """Epochs done when it was made."""
        return self.manifest.epochs

    @property
    def metrics(self) -> Mapping[str, float]:
        """Metrics of its evaluation."""
        return self.manifest.metrics

    @property
    def finite(self) -> bool:
        """Whether no weight is NaN or infinite."""
        return self.manifest.finite

    @property
    def pinned(self) -> bool:
        """Whether it is marked to be kept for ever."""
        return is_pinned(self.path)


def name_of(updates: int) -> str:
    """Return the name of the folder of a checkpoint after so many updates."""
    return f"update-{updates:012d}"


def folders(folder: Path) -> list[Path]:
    """Return what has the name of a checkpoint and is a folder; links are not."""
    if not folder.is_dir():
        return []
    return [
        path
        for path in sorted(folder.iterdir())
        if ENTRY.fullmatch(path.name) and path.is_dir() and not path.is_symlink()
    ]


def entries(folder: Path) -> tuple[list[Entry], list[CheckpointCorruptError]]:
    """Return the checkpoints, oldest first, and what is wrong with those left out.

    Raises:
        CheckpointVersionError: a newer version wrote one of them.
    """
    found, damaged = [], []
    for path in folders(folder):
        try:
            found.append(read_entry(path))
        except CheckpointCorruptError as error:
            damaged.append(error)
    return sorted(found, key=lambda entry: entry.serial), damaged


def read_entry(path: Path) -> Entry:
    """Read the manifest of a checkpoint, which must be that of its folder's name.

    Raises:
        CheckpointCorruptError, CheckpointVersionError: as `read_manifest`.
    """
    about = read_manifest(path)
    name = name_of(about.updates)
    if ENTRY.fullmatch(path.name) and not path.name.startswith(name):
        raise CheckpointCorruptError(path, f"its manifest is that of {name}")
    return Entry(path, about)


def strangers(path: Path, about: Manifest) -> list[str]:
    """Return the names in a checkpoint's folder that do not belong to it."""
    known = {manifest.NAME, *about.files}
    if is_pinned(path):
        known.add(KEEP)
    return sorted({one.name for one in path.iterdir()} - known)


def is_pinned(path: Path) -> bool:
    """Tell whether a checkpoint is marked to be kept for ever."""
    mark = path / KEEP
    return mark.is_file() and not mark.is_symlink()


def remove(path: Path) -> None:
    """Delete a checkpoint; killed half-way, it leaves a name that is swept.

    Raises:
        OSError: it cannot be deleted, or not all of it.
    """
    doomed = path.with_name(f"{STAGE}del-{path.name}-{os.getpid()}-{time.time_ns()}")
    path.rename(doomed)
    shutil.rmtree(doomed)


def drop(entry: Entry) -> None:
    """Delete an old checkpoint; one that cannot be deleted is told to the log."""
    try:
        remove(entry.path)
    except OSError as error:
        logger.warning("cannot remove the old checkpoint %s: %s", entry.path, error)


def sweep(folder: Path) -> None:
    """Remove what unfinished saves and deletions left."""
    if folder.is_dir():
        for path in folder.glob(f"{STAGE}*"):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
