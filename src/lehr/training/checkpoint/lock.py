"""One run per folder: a lock that the kernel frees when its process ends."""

import contextlib
import fcntl
import json
import os
import socket
from pathlib import Path
from typing import Self

from lehr.training.checkpoint.errors import FolderLockedError

NAME = ".lock"


class FolderLock(contextlib.AbstractContextManager["FolderLock"]):
    """Holds a folder while it is entered; a second holder is refused, naming the first.

    The lock is on the open file, not its existence, so none outlives its process, even
    where children that it forked, such as the workers of a loader, live on.

    Raises:
        FolderLockedError: it is held already, on entering.
        OSError: the folder cannot be written, or its file system has no locks.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / NAME
        self._descriptor: int | None = None

    def __enter__(self) -> Self:
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(descriptor, 1000, 0)
            os.close(descriptor)
            raise FolderLockedError(
                f"{self.path.parent} is in use by {_described(holder)}; wait for it to "
                "end, or give this run another folder"
            ) from None
        except OSError:  # a file system without locks, for one
            os.close(descriptor)
            raise
        me = {"pid": os.getpid(), "host": socket.gethostname()}
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(me).encode(), 0)
        self._descriptor = descriptor
        _HELD.add(self)
        return self

    def __exit__(self, *exception: object) -> None:
        self._close()

    def _close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
        _HELD.discard(self)


_HELD: set[FolderLock] = set()


def _leave_to_the_parent() -> None:
    """Close what a forked child was given: the lock is its parent's, and ends so."""
    for lock in tuple(_HELD):
        lock._close()


os.register_at_fork(after_in_child=_leave_to_the_parent)


def _described(holder: bytes) -> str:
    try:
        data = json.loads(holder)
        return f"process {data['pid']} on {data['host']}"
    except (ValueError, KeyError, TypeError):
        return "another process"
