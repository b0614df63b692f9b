"""The one contract that every logger obeys."""

import abc
from collections.abc import Mapping
from importlib.util import find_spec
from numbers import Real
from typing import Any, Literal

Record = Mapping[str, Any]
Status = Literal["finished", "interrupted", "failed"]


class Logger(abc.ABC):
    """Keeps records: flat mappings of names to numbers, each with its `update`.

    Records come in the order of their updates. A run that was killed is resumed at an
    earlier update than its last record: `open` forgets what will be written again, so
    that each update is there exactly once. A logger whose tool cannot forget leaves out
    what comes again instead.

    In a run, `describe`, `open`, many times `log`, `finish` and `close` are called in
    this order, and `flush` before each checkpoint.
    """

    def describe(self, facts: Mapping[str, Any]) -> None:
        """Take note of the run: its `monitor`, `mode` and `total_updates`, or None."""
        return

    @abc.abstractmethod
    def open(self, updates: int) -> None:
        """Get ready; forget each record whose `update` is `updates` or more.

        0 begins a new run.
        """

    @abc.abstractmethod
    def log(self, record: Record) -> None:
        """Keep a record; a killed process loses none, or those of the last second."""

    def flush(self) -> None:
        """Hand over all records that were not yet, so that a killed process has them.

        A checkpoint is only written after this: what it counts as done is logged.
        """
        return

    def finish(self, status: Status) -> None:
        """Note how the run ended: "interrupted" if it was saved to be resumed."""
        return

    def close(self) -> None:
        """Let go of what `open` took."""
        return

    def state_dict(self) -> dict[str, Any]:
        """Return what a checkpoint must hold, such as the run's name in a tool."""
        return {}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take back what `state_dict` gave; `open` comes after."""
        return


def require(module: str, extra: str) -> None:
    """Refuse to build a logger whose library is not installed; import nothing."""
    if find_spec(module) is None:
        raise ImportError(
            f"{module} is not installed: pip install 'lehr[{extra}]'", name=module
        )


def numbers(record: Record) -> dict[str, Any]:
    """Return what is a number in a record, but for its `update`.

    >>> numbers({"update": 3, "loss": 0.5, "note": "warm", "done": True})
    {'loss': 0.5, 'done': True}
    """
    return {
        name: value
        for name, value in record.items()
        if name != "update" and isinstance(value, Real)
    }


class RunLogger(Logger):
    """A logger whose tool has runs with numbered steps, and forgets none of them.

    What `open` begins is in `_run`; steps below `_has` are there already.
    """

    def __init__(self) -> None:
        self._run: Any = None
        self._has = 0

    def log(self, record: Record) -> None:
        """Log a record at the step of its update, if the tool has not got it."""
        if self._run is None:
            self.open(int(record["update"]))
        if record["update"] >= self._has:
            self._run.log(numbers(record), step=int(record["update"]))

    def close(self) -> None:
        """End the run, if nobody said how it ended."""
        self.finish("finished")
