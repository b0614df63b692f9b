"""Signals that ask a run to save and stop: the handler only sets a flag."""

import contextlib
import logging
import signal
import threading
from types import FrameType
from typing import Any, Self

logger = logging.getLogger("lehr.training")

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupts(contextlib.AbstractContextManager["Interrupts"]):
    """Notes SIGINT and SIGTERM while it is entered, and restores their handlers.

    The first signal is noted in `received`. A second one quits at once, by
    `KeyboardInterrupt`. Outside the main thread, where Python allows no handlers,
    nothing is noted.
    """

    def __init__(self) -> None:
        self.received: int | None = None
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is not threading.main_thread():
            logger.warning("not in the main thread: signals will not save and stop")
            return self
        for number in SIGNALS:
            self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(self, *exception: object) -> None:
        for number, handler in self._before.items():
            # None: the handler was not set from Python, and cannot be set back.
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
        self._before.clear()

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.received is not None:
            raise KeyboardInterrupt
        self.received = number
