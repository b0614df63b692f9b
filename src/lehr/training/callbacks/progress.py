"""Show how far the run is."""

import importlib.util
import sys
import time
from typing import Any

from lehr.training.callbacks.base import Callback
from lehr.training.callbacks.events import (
    EndContext,
    EvaluationContext,
    StartContext,
    UpdateContext,
)

REFRESH_SECONDS = 0.1


class ProgressBar(Callback):
    """A bar on the terminal; quiet where there is none, or where rich is not installed.

    Args:
        enabled: None decides by whether standard error is a terminal.
    """

    order = 400
    main_only = True

    def __init__(self, *, enabled: bool | None = None) -> None:
        self.enabled = enabled
        self._bar: Any = None
        self._task: Any = None
        self._metrics = ""
        self._next = 0.0

    def on_start(self, context: StartContext) -> None:
        """Begin the bar where the run begins."""
        wanted = sys.stderr.isatty() if self.enabled is None else self.enabled
        if not wanted or importlib.util.find_spec("rich") is None:
            return
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
        )
        from rich.table import Column

        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=None),
            MofNCompleteColumn(table_column=Column(no_wrap=True)),
            TimeRemainingColumn(
                compact=True, table_column=Column(no_wrap=True, min_width=5)
            ),
            TextColumn("{task.fields[shown]}", table_column=Column(no_wrap=True)),
            console=Console(stderr=True, force_terminal=self.enabled),
            transient=True,
            expand=True,
        )
        done = context.trainer.updates
        self._epochs = context.num_epochs
        self._task = self._bar.add_task(
            "training", total=context.total_updates, completed=done, shown=""
        )
        self._next = 0.0
        self._bar.start()

    def on_update(self, context: UpdateContext) -> None:
        """Move the bar, ten times a second at most."""
        if self._bar is None or (now := time.monotonic()) < self._next:
            return
        self._next = now + REFRESH_SECONDS
        of = f"/{self._epochs}" if self._epochs else ""
        self._bar.update(
            self._task,
            completed=context.update + 1,
            description=f"epoch {context.epoch + 1}{of}",
            shown=f"loss {context.loss.item():.4f}{self._metrics}",
        )

    def on_evaluate(self, context: EvaluationContext) -> None:
        """Show the first metric from here on: more would leave no room for the bar."""
        name, value = next(iter(context.metrics.items()))
        self._metrics = f"  {name} {value:.4f}"

    def on_end(self, context: EndContext) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.update(self._task, completed=context.trainer.updates)
            self._bar.stop()
            self._bar = None
