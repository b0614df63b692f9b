"""A logger whose records are written by a thread, so that training does not wait."""

import abc
import contextlib
import threading
from collections import deque
from collections.abc import Sequence

from lehr.training.loggers.base import Logger, Record

INTERVAL = 0.5
"""Seconds between two writes: what a killed process loses at most."""


class BackgroundLogger(Logger):
    """Collects records, and writes those of half a second at once, in a thread.

    A failure to write is raised by the next call; nothing is written after it.
    """

    def __init__(self) -> None:
        self._pending: deque[Record] = deque()
        self._writing = threading.RLock()
        self._over = threading.Event()
        self._thread: threading.Thread | None = None
        self._error: Exception | None = None

    @abc.abstractmethod
    def _begin(self, updates: int) -> None:
        """Open what is written to; forget records from `updates` on."""

    @abc.abstractmethod
    def _write(self, records: Sequence[Record]) -> None:
        """Write some records, in any thread, one call at a time."""

    def _end(self) -> None:
        """Close what is written to."""
        return

    def open(self, updates: int) -> None:
        """Open what is written to, without what will be written again."""
        self.close()
        self._pending.clear()
        self._error = None
        self._begin(updates)
        self._over.clear()
        self._thread = threading.Thread(
            target=self._keep_writing, name=f"lehr {self!r}", daemon=True
        )
        self._thread.start()

    def log(self, record: Record) -> None:
        """Collect a record."""
        if self._thread is None:
            self.open(int(record["update"]))
        if self._error is not None:
            raise self._error
        self._pending.append(dict(record))

    def flush(self) -> None:
        """Write what was collected."""
        self._write_pending()
        if self._error is not None:
            raise self._error

    def close(self) -> None:
        """Write what was collected, and end the thread."""
        if self._thread is None:
            return
        try:
            self.flush()
        finally:
            self._over.set()
            self._thread.join()
            self._thread = None
            self._end()

    def _keep_writing(self) -> None:
        while not self._over.wait(INTERVAL):
            self._write_pending()

    def _write_pending(self) -> None:
        with self._writing:
            records = list[Record]()
            with contextlib.suppress(IndexError):
                while True:
                    records.append(self._pending.popleft())
            if not records or self._error is not None:
                return
            try:
                self._write(records)
            except Exception as error:
                self._error = error
