"""Files that are hashed while they are written, and verified while they are read."""

import hashlib
import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from lehr.training.checkpoint.errors import (
    CheckpointCorruptError,
    CheckpointSecurityError,
)

Chunk = bytes | memoryview


@dataclass(frozen=True)
class FileRecord:
    """What a file must hold: its length, and the SHA-256 of its bytes."""

    bytes: int
    sha256: str


def write(path: Path, chunks: Iterable[Chunk]) -> FileRecord:
    """Write a new file, durable when this returns; return what it holds."""
    digest, size = hashlib.sha256(), 0
    with path.open("xb", buffering=0) as file:
        for chunk in chunks:
            view = memoryview(chunk).cast("B")
            digest.update(view)
            size += len(view)
            while view:
                view = view[file.write(view) :]
        os.fsync(file.fileno())
    return FileRecord(size, digest.hexdigest())


def sync_folder(path: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read(path: Path, record: FileRecord) -> bytes:
    """Return the bytes of a file, once they are those that were written.

    Raises:
        CheckpointCorruptError: the file is missing, or its bytes are others.
    """
    data = read_unverified(path, record.bytes)
    if len(data) != record.bytes:
        raise CheckpointCorruptError(
            path.parent, f"{path.name} has {len(data)} bytes, not {record.bytes}"
        )
    if hashlib.sha256(data).hexdigest() != record.sha256:
        raise CheckpointCorruptError(
            path.parent, f"{path.name} has changed: its SHA-256 is another"
        )
    return data


def read_unverified(path: Path, limit: int) -> bytes:
    """Return at most `limit + 1` bytes of a plain file; follow no link."""
    if path.is_symlink():
        raise CheckpointSecurityError(path.parent, f"{path.name} is a link")
    try:
        with open(path, "rb", opener=open_plainly) as file:
            about = os.fstat(file.fileno())
            if not stat.S_ISREG(about.st_mode):
                raise CheckpointCorruptError(path.parent, f"{path.name} is no file")
            return file.read(min(limit, about.st_size) + 1)
    except OSError as error:
        reason = "is missing" if isinstance(error, FileNotFoundError) else str(error)
        raise CheckpointCorruptError(path.parent, f"{path.name} {reason}") from None


def open_plainly(path: str, flags: int) -> int:
    """Open a file, but no link, and a pipe without waiting for who writes to it."""
    return os.open(path, flags | os.O_NONBLOCK | os.O_NOFOLLOW)
