"""SHA-256 of what is written, found in a thread beside the writing of it."""

import contextlib
import hashlib
import queue
import threading
from typing import Self

LARGE = 2**20
"""Bytes from which on it is worth a thread."""

AHEAD = 4
"""Pieces that may wait to be hashed: they may be copies, and take memory."""


class Digest(contextlib.AbstractContextManager["Digest"]):
    """The hash of all pieces that it is given, in their order; whole at the end.

    A thread is begun with the first large piece; hashing leaves the interpreter to
    others meanwhile.

    >>> with Digest() as digest:
    ...     for piece in (b"a", bytes(LARGE), b"c"):
    ...         digest.update(memoryview(piece))
    >>> digest.hexdigest() == hashlib.sha256(b"a" + bytes(LARGE) + b"c").hexdigest()
    True
    """

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self._pieces: queue.Queue[memoryview | None] = queue.Queue(AHEAD)
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        if self._thread is not None:
            self._pieces.put(None)
            self._thread.join()

    def update(self, piece: memoryview) -> None:
        """Add a piece, which must not change before the end."""
        if self._thread is None and len(piece) >= LARGE:
            self._begin()
        if self._thread is None:
            self._hash.update(piece)
        else:
            self._pieces.put(piece)

    def hexdigest(self) -> str:
        """Return the hash; call it after the end."""
        return self._hash.hexdigest()

    def _begin(self) -> None:
        thread = threading.Thread(target=self._run)
        # An interpreter that is about to end waits for us, but begins no thread.
        with contextlib.suppress(RuntimeError):
            thread.start()
            self._thread = thread

    def _run(self) -> None:
        while (piece := self._pieces.get()) is not None:
            self._hash.update(piece)
