"""Checkpoints: whole or not at all, verified, and free of code. Start at `store.py`."""

from lehr.training.checkpoint.errors import (
    CheckpointCorruptError,
    CheckpointError,
    CheckpointNotFoundError,
    CheckpointSecurityError,
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
from lehr.training.checkpoint.store import CheckpointStore, Entry

__all__ = [
    "CheckpointCorruptError",
    "CheckpointError",
    "CheckpointNotFoundError",
    "CheckpointSecurityError",
    "CheckpointStore",
    "CheckpointWriteError",
    "Entry",
    "FolderLock",
    "FolderLockedError",
    "FolderNotEmptyError",
    "Retention",
    "load_model",
    "read_checkpoint",
    "write_checkpoint",
]
