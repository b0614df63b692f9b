"""What is wrong with a checkpoint: every byte read, every fault told; without torch."""

import hashlib
import os
import stat
from pathlib import Path

from lehr.training.checkpoint import catalog, manifest
from lehr.training.checkpoint.errors import CheckpointCorruptError
from lehr.training.checkpoint.files import FileRecord, open_plainly

_CHUNK = 2**20


def problems_of(path: Path) -> list[str]:
    """Return what is wrong with a checkpoint, a line per fault that names its file.

    Unlike `read_checkpoint` it goes on after the first fault, and holds no file whole.

    Raises:
        CheckpointVersionError: a newer version wrote it, and its files are not known.
    """
    try:
        about = catalog.read_entry(path).manifest
    except CheckpointCorruptError as error:
        return [error.reason]
    found = [f"{name} does not belong to it" for name in catalog.strangers(path, about)]
    for name, record in sorted(about.files.items()):
        if fault := fault_of(path / name, record):
            found.append(f"{name} {fault}")
    return found


def size_of(path: Path, about: manifest.Manifest) -> int:
    """Return the bytes of a checkpoint, as its manifest tells them."""
    own = os.stat(path / manifest.NAME).st_size
    return own + sum(record.bytes for record in about.files.values())


def fault_of(path: Path, record: FileRecord) -> str | None:
    """Return what is wrong with a file, or None; it is never in memory as a whole."""
    if path.is_symlink():
        return "is a link"
    try:
        with open(path, "rb", buffering=0, opener=open_plainly) as file:
            about = os.fstat(file.fileno())
            if not stat.S_ISREG(about.st_mode):
                return "is no file"
            if about.st_size != record.bytes:
                return f"has {about.st_size} bytes, not {record.bytes}"
            digest = hashlib.sha256()
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    except FileNotFoundError:
        return "is missing"
    except OSError as error:
        return f"cannot be read: {error.strerror or error}"
    if digest.hexdigest() != record.sha256:
        return "has changed: its SHA-256 is another"
    return None
