"""Checkpoints: whole or not at all, verified, and free of code. Start at `store.py`.

Names are loaded on first use: to list and to verify checkpoints needs no torch.
"""

from typing import TYPE_CHECKING

from lehr._lazy import on_first_use

if TYPE_CHECKING:
    from lehr.training.checkpoint.catalog import Entry
    from lehr.training.checkpoint.errors import (
        CheckpointCorruptError,
        CheckpointError,
        CheckpointNotFoundError,
        CheckpointSecurityError,
        CheckpointVersionError,
        CheckpointWriteError,
        FolderLockedError,
        FolderNotEmptyError,
    )
    from lehr.training.checkpoint.folder import (
        load_model,
        read_checkpoint,
        write_checkpoint,
    )
    from lehr.training.checkpoint.lock import FolderLock
    from lehr.training.checkpoint.retention import Retention
    from lehr.training.checkpoint.store import CheckpointStore
    from lehr.training.checkpoint.writer import Saving

__all__ = [
    "CheckpointCorruptError",
    "CheckpointError",
    "CheckpointNotFoundError",
    "CheckpointSecurityError",
    "CheckpointStore",
    "CheckpointVersionError",
    "CheckpointWriteError",
    "Entry",
    "FolderLock",
    "FolderLockedError",
    "FolderNotEmptyError",
    "Retention",
    "Saving",
    "load_model",
    "read_checkpoint",
    "write_checkpoint",
]

_ON_FIRST_USE = {
    "catalog": ("Entry",),
    "errors": (
        "CheckpointCorruptError",
        "CheckpointError",
        "CheckpointNotFoundError",
        "CheckpointSecurityError",
        "CheckpointVersionError",
        "CheckpointWriteError",
        "FolderLockedError",
        "FolderNotEmptyError",
    ),
    "folder": ("load_model", "read_checkpoint", "write_checkpoint"),
    "lock": ("FolderLock",),
    "retention": ("Retention",),
    "store": ("CheckpointStore",),
    "writer": ("Saving",),
}
_HOME = {name: home for home, names in _ON_FIRST_USE.items() for name in names}

__getattr__ = on_first_use(
    __name__, {name: f"{__name__}.{home}" for name, home in _HOME.items()}
)
