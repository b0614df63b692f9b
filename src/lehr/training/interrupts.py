"""Signals that ask a run to save, and to stop or not: the handler only sets a flag."""

import contextlib
import logging
import signal
import threading
from types import FrameType
from typing import Any, Self

logger = logging.getLogger("lehr.training")

STOPPING = (signal.SIGINT, signal.SIGTERM)
SAVING = getattr(signal, "SIGUSR1", None)  # not on Windows


class Interrupts(contextlib.AbstractContextManager["Interrupts"]):
    """Notes SIGINT, SIGTERM and SIGUSR1 while it is entered; restores their handlers.

    The first signal to stop is noted in `received`. A second one quits at once, by
    `KeyboardInterrupt`. SIGUSR1 asks for a checkpoint, and training goes on. Outside
    the main thread, where Python allows no handlers, nothing is noted.
    """

    def __init__(self) -> None:
        self.received: int | None = None
        self._save = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is not threading.main_thread():
            logger.warning("not in the main thread: signals will not save and stop")
            return self
        for number in STOPPING:
            self._before[number] = signal.signal(number, self._note)
        if SAVING is not None:
            self._before[SAVING] = signal.signal(SAVING, self._note_save)
        return self

    def __exit__(self, *exception: object) -> None:
        for number, handler in self._before.items():
            # None: the handler was not set from Python, and cannot be set back.
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
        self._before.clear()

    def take_save(self) -> bool:
        """Tell whether a checkpoint was asked for since this was last called."""
        wanted, self._save = self._save, False
        return wanted

    def _note_save(self, number: int, frame: FrameType | None) -> None:
        self._save = True

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.received is not None:
            raise KeyboardInterrupt
        self.received = number
