"""A thread that copies the rest of a state and writes it: one checkpoint at a time."""

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from lehr.training.checkpoint.catalog import Entry

logger = logging.getLogger("lehr.training")


class Saving:
    """A checkpoint that is being written beside the training.

    Attributes:
        path: where it will be.
    """

    def __init__(
        self, path: Path, write: Callable[[], Entry], copy: Callable[[], None]
    ) -> None:
        self.path = path
        self._copied = threading.Event()
        self._entry: Entry | None = None
        self._failure: BaseException | None = None
        # Not `Thread.join`: interrupted, it takes the thread for ended (Python < 3.13).
        self._over = threading.Event()
        # No daemon: the interpreter waits for it before it ends.
        # It forgets its arguments when it is done, and what was copied with them.
        self._thread = threading.Thread(target=self._run, args=(write, copy))
        self._thread.start()

    @property
    def done(self) -> bool:
        """Whether it has been written, or has failed."""
        return self._over.is_set()

    def wait_for_copy(self) -> None:
        """Wait until what it writes is copied, or cannot be."""
        self._copied.wait()

    def join(self) -> None:
        """Wait until it is done, however it ended."""
        self._over.wait()

    def wait(self) -> Entry:
        """Return the checkpoint, once it is durable.

        Raises:
            CheckpointWriteError: the disk refused.
        """
        self.join()
        if self._failure is not None:
            raise self._failure
        if self._entry is None:
            raise RuntimeError(f"the writer of {self.path} ended before its work")
        return self._entry

    def _run(self, write: Callable[[], Entry], copy: Callable[[], None]) -> None:
        try:
            try:
                copy()
            finally:
                self._copied.set()
            self._entry = write()
        except BaseException as error:
            self._failure = error
            # Told at once as well: the process may end before anyone asks.
            logger.warning("in the background: %s", error)
        finally:
            self._over.set()
