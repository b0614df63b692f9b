"""Write what happens to the loggers."""

import logging
from collections.abc import Callable, Iterable
from typing import Any

from torch import Tensor

from lehr._checks import count
from lehr.training.callbacks.base import Callback
from lehr.training.callbacks.events import EndContext, LogContext, StartContext
from lehr.training.loggers.base import Logger

messages = logging.getLogger("lehr.training")


class LoggingCallback(Callback):
    """Gives every `log_interval`-th update to the loggers, one record for each.

    The first update, the last of each epoch, the last of the run and those followed by
    an evaluation are always logged. A logger that fails is reported once and left out
    from then on; training goes on.

    Args:
        log_interval: in updates, >= 1.
        loggers: where the records go.

    >>> callback = LoggingCallback(log_interval=1)
    >>> for epoch in range(2):
    ...     callback.log("lr", 0.1 / (epoch + 1), epoch)
    >>> callback.values("lr")
    [(0, 0.1), (1, 0.05)]
    """

    order = 500

    def __init__(self, log_interval: int = 50, loggers: Iterable[Logger] = ()) -> None:
        self.log_interval = count("log_interval", log_interval, minimum=1)
        self.loggers = tuple(loggers)
        self._working: list[Logger] = []
        self._values: dict[str, list[tuple[int, float]]] = {}

    def log(self, name: str, value: float, epoch: int) -> None:
        """Note a value by hand, for every `log_interval`-th epoch."""
        if count("epoch", epoch) % self.log_interval == 0:
            self._values.setdefault(name, []).append((epoch, float(value)))

    def values(self, name: str) -> list[tuple[int, float]]:
        """Return what was noted by hand under a name, as (epoch, value)."""
        return list(self._values.get(name, []))

    def on_start(self, context: StartContext) -> None:
        """Open the loggers, without the records that will be written again."""
        self._working = list(self.loggers)
        updates = context.trainer.updates
        self._each(lambda logger: logger.open(updates))

    def on_log(self, context: LogContext) -> None:
        """Write the record, if it is due."""
        due = (context.update + 1) % self.log_interval == 0
        if due or context.notable or context.update == 0:
            record = {name: _plain(value) for name, value in context.record.items()}
            self._each(lambda logger: logger.log(record))

    def on_end(self, context: EndContext) -> None:
        """Close the loggers."""
        self._each(lambda logger: logger.close())
        self._working = []

    def _each(self, action: Callable[[Logger], None]) -> None:
        for logger in list(self._working):
            try:
                action(logger)
            except Exception as error:
                self._working.remove(logger)
                messages.warning(
                    "%r failed, logging goes on without: %s", logger, error
                )


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, Tensor) else value
