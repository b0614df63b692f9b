"""Files that are hashed while they are written, and verified while they are read."""

import contextlib
import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from lehr.training.checkpoint.digest import LARGE, Digest
from lehr.training.checkpoint.errors import (
    CheckpointCorruptError,
    CheckpointSecurityError,
)

Chunk = bytes | memoryview

PIECE = 2**23
"""Bytes that are given to the disk at once."""


@dataclass(frozen=True)
class FileRecord:
    """What a file must hold: its length, and the SHA-256 of its bytes."""

    bytes: int
    sha256: str


def write(path: Path, chunks: Iterable[Chunk]) -> FileRecord:
    """Write a new file, durable when this returns; return what it holds.

    Its bytes are hashed beside that, and the disk begins with the first of them.
    """
    size = 0
    with path.open("xb", buffering=0) as file, Digest() as digest:
        for piece in _pieces(chunks):
            digest.update(piece)
            left = piece
            while left:
                left = left[file.write(left) :]
            _begin_flush(file.fileno(), size, len(piece))
            size += len(piece)
        os.fsync(file.fileno())
    return FileRecord(size, digest.hexdigest())


def _pieces(chunks: Iterable[Chunk]) -> Iterator[memoryview]:
    """Yield the bytes in large pieces: small chunks together, large ones in parts."""
    small = bytearray()
    for chunk in chunks:
        view = memoryview(chunk).cast("B")
        if len(view) < LARGE:
            small += view
            if len(small) < PIECE:
                continue
            view = memoryview(b"")
        if small:
            yield memoryview(small)
            small = bytearray()
        for begin in range(0, len(view), PIECE):
            yield view[begin : begin + PIECE]
    if small:
        yield memoryview(small)


def _begin_flush(descriptor: int, begin: int, length: int) -> None:
    """Let the disk begin with what was written, and not only when it is waited for.

    Linux begins to write what it is told that nobody needs. It is a hint: whether all
    is on the disk, `fsync` tells.
    """
    if length >= LARGE and hasattr(os, "posix_fadvise"):
        with contextlib.suppress(OSError):
            os.posix_fadvise(descriptor, begin, length, os.POSIX_FADV_DONTNEED)


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
