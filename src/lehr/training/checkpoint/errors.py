"""What can be wrong with a checkpoint or its folder.

CheckpointError
 +-- CheckpointNotFoundError    there is none where one is needed
 +-- CheckpointCorruptError     bytes are missing, changed or too many
 |    +-- CheckpointSecurityError    a name or link leads out of the checkpoint
 +-- CheckpointVersionError     a newer version of lehr wrote it
 +-- CheckpointWriteError       the disk refused; the older ones are untouched
 +-- FolderNotEmptyError        a new run in the folder of another one
 +-- FolderLockedError          another process trains in this folder
"""

import os
import shutil
from pathlib import Path

from lehr.training.errors import TrainingError


class CheckpointError(TrainingError):
    """Something is wrong with a checkpoint or its folder."""


class CheckpointNotFoundError(CheckpointError, FileNotFoundError):
    """There is no checkpoint where one is needed."""


class CheckpointCorruptError(CheckpointError):
    """A checkpoint does not hold what was written to it."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"checkpoint {path} is damaged: {reason}")
        self.path, self.reason = path, reason


class CheckpointSecurityError(CheckpointCorruptError):
    """A checkpoint names or links to something outside itself."""


class CheckpointVersionError(CheckpointError):
    """A checkpoint is whole, and of a format that only a newer version reads.

    Attributes:
        path: of the checkpoint.
        format: its number.
    """

    def __init__(self, path: Path, number: int, readable: int) -> None:
        super().__init__(
            f"checkpoint {path} has format {number}, and this version of lehr reads "
            f"up to {readable}; install the version that wrote it, or a newer one"
        )
        self.path, self.format = path, number


class CheckpointWriteError(CheckpointError, OSError):
    """A checkpoint could not be written; those before it are untouched."""

    def __init__(self, path: Path, cause: OSError) -> None:
        available = _free_bytes(path)
        reason = os.strerror(cause.errno) if cause.errno else str(cause)
        free = "unknown" if available is None else f"{available:,}"
        super().__init__(
            f"cannot write checkpoint {path}: {reason} (free bytes there: {free}); "
            "older checkpoints are untouched"
        )
        self.path, self.errno, self.free = path, cause.errno, available

    def __str__(self) -> str:
        return str(self.args[0])


class FolderNotEmptyError(CheckpointError):
    """A new run would mix with the checkpoints of another one."""


class FolderLockedError(CheckpointError):
    """Another process trains in this folder."""


def _free_bytes(path: Path) -> int | None:
    for folder in (path, *path.parents):
        try:
            return shutil.disk_usage(folder).free
        except OSError:
            continue
    return None
