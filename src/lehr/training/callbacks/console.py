"""Tell on the terminal how the run goes: nothing, a bar, or a line per epoch."""

from typing import Any

from lehr.training.callbacks.base import Callback
from lehr.training.callbacks.events import (
    EndContext,
    EpochEndContext,
    EvaluationContext,
    StartContext,
    UpdateContext,
)
from lehr.training.callbacks.progress import ProgressBar

BOOKKEEPING = ("epoch", "updates", "samples", "lr", "seconds")


class EpochLines(Callback):
    """Prints a line per epoch to standard output: losses and metrics, rate, time.

    Losses and metrics have 4 decimals, rates 3 digits, times 2 decimals.
    """

    order = 400
    main_only = True

    def __init__(self) -> None:
        self._goal = ""
        self._before = 0.0

    def on_start(self, context: StartContext) -> None:
        """Note the goal, and when the first epoch begins."""
        self._goal = f"/{context.num_epochs}" if context.num_epochs else ""
        self._before = context.trainer.seconds

    def on_epoch_end(self, context: EpochEndContext) -> None:
        """Print the line."""
        seconds = context.row["seconds"]
        print(epoch_line(context.row, self._goal, seconds - self._before), flush=True)
        self._before = seconds


def epoch_line(row: dict[str, Any], goal: str, seconds: float) -> str:
    """Return a line for people from a row of the history.

    >>> row = {"epoch": 2, "train_loss": 0.5, "val_loss": 0.25, "lr": 1e-3}
    >>> epoch_line(row, "/10", 1.5)
    'epoch 3/10  train_loss 0.5000  val_loss 0.2500  lr 0.001  1.50 s'
    """
    shown = [f"{n} {v:.4f}" for n, v in row.items() if n not in BOOKKEEPING]
    parts = [f"epoch {row['epoch'] + 1}{goal}", *shown, f"lr {row['lr']:.3g}"]
    return "  ".join([*parts, f"{seconds:.2f} s"])


class ConsoleLog(Callback):
    """Tells so much on the terminal: nothing, a bar, or a line per epoch.

    Args:
        verbose: 0 nothing; 1 a `ProgressBar`, quiet where there is no terminal; 2 a
            line per epoch, as `EpochLines`.

    Raises:
        ValueError: `verbose` is none of these.
    """

    order = 400
    main_only = True

    def __init__(self, verbose: int = 1) -> None:
        if verbose not in (0, 1, 2):
            raise ValueError(
                "verbose must be 0 (nothing), 1 (a bar) or 2 (a line per epoch), "
                f"got {verbose!r}"
            )
        self.verbose = verbose
        self._teller = (Callback, ProgressBar, EpochLines)[verbose]()

    def on_start(self, context: StartContext) -> None:
        """Begin to tell."""
        self._teller.on_start(context)

    def on_update(self, context: UpdateContext) -> None:
        """Move the bar, if it is one."""
        self._teller.on_update(context)

    def on_evaluate(self, context: EvaluationContext) -> None:
        """Show a metric beside the bar, if it is one."""
        self._teller.on_evaluate(context)

    def on_epoch_end(self, context: EpochEndContext) -> None:
        """Print the line, if it is lines."""
        self._teller.on_epoch_end(context)

    def on_end(self, context: EndContext) -> None:
        """Take the bar away."""
        self._teller.on_end(context)
