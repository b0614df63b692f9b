"""What `lehr train` prints: the plan before, a line per epoch, the summary after."""

import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from lehr.config.run_document import Run
from lehr.plotting.terminal import draw
from lehr.training import FitResult, read_json_lines
from lehr.training.callbacks.base import Callback
from lehr.training.callbacks.events import EpochEndContext, StartContext

FACTS = (
    "stopped_by",
    "epochs",
    "updates",
    "planned_updates",
    "seconds",
    "best_epoch",
    "val_loss",
    "val_accuracy",
    "test_accuracy",
)
"""What the summary for people is made of."""

Points = list[tuple[int, float]]


def announcement(run: Run, folder: Path, *, resumed: bool) -> str:
    """Return the plan of a run and its schedules, drawn."""
    start = "continued in" if resumed else "goes to"
    parts = [f'run "{run.config.name}" {start} {folder}']
    parts.append(run.plan.table(run.schedules["lr"]))
    for name, schedule in run.schedules.items():
        written = run.config.schedules[name]
        text = repr(schedule) if isinstance(written, dict) else str(written)
        parts.append(draw(schedule, title=f"{name} = {text}", steps=run.plan.updates))
    return "\n\n".join(parts) + "\n"


class EpochLines(Callback):
    """Prints a line per epoch; a bar on the terminal moves below them."""

    def __init__(self) -> None:
        self._goal = ""

    def on_start(self, context: StartContext) -> None:
        self._goal = f"/{context.num_epochs}" if context.num_epochs else ""

    def on_epoch_end(self, context: EpochEndContext) -> None:
        row = context.row
        print(
            f"epoch {row['epoch'] + 1}{self._goal}  loss {row['train_loss']:.4f}  "
            f"validation {row['val_loss']:.4f}  "
            f"accuracy {100 * row['val_accuracy']:.2f} %  lr {row['lr']:.3g}",
            flush=True,
        )


def interruption(result: FitResult, folder: Path) -> str:
    """Return what to say when a signal or the time stopped a run that was saved."""
    how = "interrupted" if result.signal is not None else "stopped by the time limit"
    return (
        f"{how} after update {result.updates} (epoch {result.epochs + 1}); "
        f"saved in {result.checkpoint}\n"
        f"go on with: lehr train --resume --run-dir {shlex.quote(str(folder))}"
    )


def read_metrics(file: Path) -> tuple[Points, dict[str, Points]]:
    """Return the rates applied and the losses, each with its update."""
    rates: Points = []
    losses: dict[str, Points] = {"training": [], "validation": []}
    for record in read_json_lines(file):
        update = record["update"]
        for name, points in (
            ("lr", rates),
            ("loss", losses["training"]),
            ("val_loss", losses["validation"]),
        ):
            if isinstance(record.get(name), float | int):
                points.append((update, record[name]))
    return rates, losses


def summary(
    run: Run, result: FitResult, test: Mapping[str, float], folder: Path
) -> dict[str, Any]:
    """Return how a run ended, as plain data."""
    best = result.best
    row: dict[str, Any] = next(
        (r for r in result.history if best and r["epoch"] == best.epoch), {}
    )
    return {
        "stopped_by": result.stopped_by,
        "epochs": result.epochs,
        "updates": result.updates,
        "planned_updates": run.plan.updates,
        "samples": result.samples,
        "seconds": result.seconds,
        "best_epoch": best.epoch if best else None,
        "val_loss": best.value if best else None,
        "val_accuracy": row.get("val_accuracy"),
        "test_loss": test["val_loss"],
        "test_accuracy": test["val_accuracy"],
        "folder": str(folder),
    }


def summary_table(facts: Mapping[str, Any]) -> str:
    """Return the summary for people, a line per fact."""
    rows = list(_rows(facts))
    width = max(len(name) for name, _ in rows)
    return "\n" + "\n".join(f"{name.ljust(width)}  {value}" for name, value in rows)


def _rows(facts: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    whole = facts["updates"] == facts["planned_updates"]
    of = "" if whole else f" of {facts['planned_updates']} planned"
    yield "stopped by", facts["stopped_by"]
    yield "updates", f"{facts['updates']}{of}, {facts['epochs']} epochs"
    if facts["best_epoch"] is not None:
        yield "best epoch", f"{facts['best_epoch'] + 1}"
        yield "val loss", f"{facts['val_loss']:.4f}"
    if facts["val_accuracy"] is not None:
        yield "val accuracy", f"{100 * facts['val_accuracy']:.2f} %"
    yield "test accuracy", f"{100 * facts['test_accuracy']:.2f} %  (best weights)"
    yield "time", f"{facts['seconds']:.1f} s"
    yield "run folder", facts["folder"]
