"""Write what happens to the loggers."""

import contextlib
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from torch import Tensor

from lehr._checks import count
from lehr.training.callbacks.base import Callback
from lehr.training.callbacks.events import (
    EndContext,
    LogContext,
    RollBackContext,
    StartContext,
)
from lehr.training.loggers.base import Logger, Status
from lehr.training.loggers.printer import Printer
from lehr.training.loggers.store import RunStore
from lehr.training.result import FitResult

messages = logging.getLogger("lehr.training")

PLACE = ("update", "epoch")
"""What is in every record, whatever the filter."""


class LoggingCallback(Callback):
    """Gives every `log_interval`-th update to the loggers, one record for each.

    The first update, the last of each epoch, the last of the run and those followed by
    an evaluation are always logged. A logger that fails is reported once and left out
    from then on; training goes on. All records are handed over before a checkpoint is
    written, so that a run resumed from it lacks none.

    Values may be noted by hand as well: the first of each name, every `log_interval`-th
    epoch, and, once it is closed, the last.

    Args:
        log_interval: in updates, >= 1; in epochs for values noted by hand.
        loggers: where the records go; None: to a `RunStore` in the trainer's folder, or
            without a folder to the screen.
        metrics: names or patterns of what is logged, such as `("train_loss", "val_*")`;
            None logs all. A record of which nothing is left is not written. A pattern
            that has fitted nothing in the whole run is reported at its end.

    >>> callback = LoggingCallback(log_interval=2)
    >>> for epoch in range(4):
    ...     callback.log("lr", 0.1 / (epoch + 1), epoch)
    >>> callback.close()
    >>> callback.values("lr")
    [(0, 0.1), (2, 0.03333333333333333), (3, 0.025)]
    """

    order = 500
    main_only = True

    def __init__(
        self,
        log_interval: int = 50,
        loggers: Iterable[Logger] | None = None,
        *,
        metrics: Iterable[str] | None = None,
    ) -> None:
        if isinstance(metrics, str):
            raise TypeError(f"metrics must hold several names, got {metrics!r}")
        self.log_interval = count("log_interval", log_interval, minimum=1)
        self.loggers = None if loggers is None else tuple(loggers)
        self.metrics = None if metrics is None else tuple(metrics)
        self._working: list[Logger] = []
        self._values: dict[str, list[tuple[int, float]]] = {}
        self._last: dict[str, tuple[int, float]] = {}
        self._wanted: dict[str, bool] = {}

    def log(self, name: str, value: float, epoch: int) -> None:
        """Note a value by hand, if it is the first or its epoch is due."""
        due = count("epoch", epoch) % self.log_interval == 0
        if not self._wants(name):
            return
        noted = (epoch, float(value))
        self._last[name] = noted
        if due or name not in self._values:
            self._values.setdefault(name, []).append(noted)

    def values(self, name: str) -> list[tuple[int, float]]:
        """Return what was noted by hand under a name, as (epoch, value)."""
        return list(self._values.get(name, []))

    def close(self) -> None:
        """Note the last value of each name, due or not; the end of a run does so."""
        for name, noted in self._last.items():
            if self._values[name][-1] != noted:
                self._values[name].append(noted)

    def on_start(self, context: StartContext) -> None:
        """Open the loggers, without the records that will be written again."""
        trainer, folder = context.trainer, context.folder
        own = (Printer() if folder is None else RunStore(folder),)
        # Not kept: the next run of this callback may have another folder.
        self._working = list(own if self.loggers is None else self.loggers)
        facts = {
            "monitor": trainer.monitor,
            "mode": trainer.mode,
            "total_updates": context.total_updates,
        }
        self._each(lambda logger: logger.describe(facts))
        self._each(lambda logger: logger.open(trainer.updates))

    def on_log(self, context: LogContext) -> None:
        """Write the record, if it is due."""
        due = (context.update + 1) % self.log_interval == 0
        if due or context.notable or context.update == 0:
            record = self._filtered(context.record)
            if len(record) > len(PLACE):
                plain = {name: _plain(value) for name, value in record.items()}
                self._each(lambda logger: logger.log(plain))

    def on_roll_back(self, context: RollBackContext) -> None:
        """Let the loggers forget the records that will come again."""
        self._each(lambda logger: logger.open(context.updates))

    def on_end(self, context: EndContext) -> None:
        """Tell the loggers how it ended, and close them."""
        status = _status(context.result)
        self._each(lambda logger: logger.finish(status))
        self._each(lambda logger: logger.close())
        self._working = []
        self.close()
        for pattern in self.metrics or ():
            fits = (fnmatchcase(name, pattern) for name in self._wanted)
            if self._wanted and not any(fits):
                known = ", ".join(sorted(self._wanted))
                messages.warning("%r fits nothing that was logged: %s", pattern, known)

    def state_dict(self) -> dict[str, Any]:
        """Hand over all records, since a checkpoint is written; return the states."""
        self._each(lambda logger: logger.flush())
        states = {name: logger.state_dict() for name, logger in self._named()}
        return {name: state for name, state in states.items() if state}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Give the loggers their states."""
        for name, logger in self._named():
            if name in state:
                logger.load_state_dict(state[name])

    def _named(self) -> Iterator[tuple[str, Logger]]:
        """Yield each logger with its class name and its number among those."""
        seen = Counter[str]()
        for logger in self.loggers or ():
            name = type(logger).__name__
            seen[name] += 1
            yield (name if seen[name] == 1 else f"{name}-{seen[name]}"), logger

    def _filtered(self, record: Mapping[str, Any]) -> Mapping[str, Any]:
        if self.metrics is None:
            return record
        return {
            name: value
            for name, value in record.items()
            if name in PLACE or self._wants(name)
        }

    def _wants(self, name: str) -> bool:
        if self.metrics is None:
            return True
        if name not in self._wanted:
            self._wanted[name] = any(fnmatchcase(name, one) for one in self.metrics)
        return self._wanted[name]

    def _each(self, action: Callable[[Logger], None]) -> None:
        for logger in list(self._working):
            try:
                action(logger)
            except Exception as error:
                self._working.remove(logger)
                messages.warning(
                    "%r failed, logging goes on without: %s", logger, error
                )
                with contextlib.suppress(Exception):
                    logger.close()


def with_records(
    callbacks: Iterable[Callback], folder: object | None
) -> tuple[Callback, ...]:
    """Add one that keeps the records of a run with a folder, if none does.

    `LoggingCallback(loggers=[])` keeps none.
    """
    given = tuple(callbacks)
    if folder is None or any(isinstance(one, LoggingCallback) for one in given):
        return given
    return (*given, LoggingCallback())


def _status(result: FitResult | None) -> Status:
    if result is None:
        return "failed"
    return "interrupted" if result.exit_code else "finished"


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, Tensor) else value
