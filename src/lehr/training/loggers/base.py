"""The one contract that every logger obeys."""

import abc
from collections.abc import Mapping
from typing import Any

Record = Mapping[str, Any]


class Logger(abc.ABC):
    """Keeps records: flat mappings of names to numbers, each with its `update`.

    Records come in the order of their updates. A run that was killed is resumed at an
    earlier update than its last record: `open` forgets what will be written again, so
    that each update is there exactly once.
    """

    @abc.abstractmethod
    def open(self, updates: int) -> None:
        """Get ready; forget each record whose `update` is `updates` or more."""

    @abc.abstractmethod
    def log(self, record: Record) -> None:
        """Keep a record; after this returns, a killed process does not lose it."""

    def close(self) -> None:
        """Let go of what `open` took."""
        return
