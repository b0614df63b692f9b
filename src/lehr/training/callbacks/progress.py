"""Show how far the run is."""

import importlib.util
import sys
import time
from collections import deque
from typing import Any

from lehr._checks import count
from lehr.training.callbacks.base import Callback
from lehr.training.callbacks.events import (
    EndContext,
    StartContext,
    UpdateContext,
)

REFRESH_SECONDS = 0.1
SPEED_REFRESHES = 50


class ProgressBar(Callback):
    """A bar on the terminal; quiet where there is none, or where rich is not installed.

    It shows the time left, the loss, the rate and the speed: of the last seconds,
    evaluations and checkpoints included.

    Args:
        enabled: None decides by whether standard error is a terminal.
        tokens_per_sample: such as the length of a sequence: the speed is in tokens.
    """

    order = 400
    main_only = True

    def __init__(
        self, *, enabled: bool | None = None, tokens_per_sample: int | None = None
    ) -> None:
        self.enabled = enabled
        self.tokens_per_sample = (
            None
            if tokens_per_sample is None
            else count("tokens_per_sample", tokens_per_sample, minimum=1)
        )
        self._bar: Any = None
        self._task: Any = None
        self._next = 0.0
        self._seen: deque[tuple[float, int]] = deque(maxlen=SPEED_REFRESHES)

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
        self._seen.clear()
        self._seen.append((time.monotonic(), context.trainer.samples))
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
            shown=f"loss {context.loss.item():.4f}  lr {float(context.rates[0]):.1e}  "
            f"{self._speed(now, context.trainer.samples)}",
        )

    def _speed(self, now: float, samples: int) -> str:
        """Return how fast it goes, over the last refreshes."""
        since, before = self._seen[0]
        self._seen.append((now, samples))
        per_second = (samples - before) / max(now - since, 1e-9)
        unit = "samples" if self.tokens_per_sample is None else "tok"
        return f"{_short(per_second * (self.tokens_per_sample or 1))} {unit}/s"

    def on_end(self, context: EndContext) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.update(self._task, completed=context.trainer.updates)
            self._bar.stop()
            self._bar = None


def _short(number: float) -> str:
    """Return a number in few characters: 0.5, 12.3, 4.57k, 1.2M."""
    for size, mark in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if number >= size:
            return f"{number / size:.3g}{mark}"
    return f"{number:.3g}"
