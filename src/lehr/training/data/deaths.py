"""The death of a worker, told where a batch is asked for and nowhere else.

torch tells of it from a signal handler, which raises wherever the program happens to
be: inside an update, or in the middle of a save. A run ends more cleanly, and with the
batch and the worker named, if the word waits until the next batch is asked for.
"""

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from typing import Any

from torch.utils.data._utils import signal_handling

_ASKING: list[bool] = []
"""Not empty while a batch is being asked for."""

_HELD: list[RuntimeError] = []
"""What torch's handler raised at another time."""


class _Patient:
    """torch's handler, with what it raises kept until a batch is asked for."""

    def __init__(self, theirs: Callable[..., Any]) -> None:
        self.theirs = theirs

    def __call__(self, number: int, frame: Any) -> None:
        try:
            self.theirs(number, frame)
        except RuntimeError as error:
            if _ASKING:
                raise
            _HELD[:] = [error]


def wait_until_asked() -> None:
    """Let deaths wait, from now on; call it when workers have been started."""
    _HELD.clear()
    if threading.current_thread() is not threading.main_thread():
        return  # torch sets no handler there, and asks its workers now and then
    theirs: Any = signal.getsignal(signal.SIGCHLD)
    if getattr(theirs, "__module__", None) == signal_handling.__name__:
        signal.signal(signal.SIGCHLD, _Patient(theirs))


@contextlib.contextmanager
def asking() -> Iterator[None]:
    """Let a death raise inside the block, or at its start if it was held back."""
    _ASKING.append(True)
    try:
        if _HELD:
            raise _HELD.pop()
        yield
    finally:
        _ASKING.pop()
