"""What `lehr train` prints: the plan, a line per epoch or evaluation, the summary."""

import math
import shlex
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from lehr.config.run_document import Run
from lehr.plotting.terminal import draw
from lehr.training import FitResult, read_json_lines
from lehr.training.callbacks.base import Callback
from lehr.training.callbacks.events import LogContext, StartContext
from lehr.training.tasks import Task

FACTS = (
    "stopped_by",
    "epochs",
    "updates",
    "planned_updates",
    "seconds",
    "best_epoch",
    "val_loss",
    "test_loss",
)
"""What every summary has. Metrics have two more, such as `val_accuracy`."""

_SHOWN: dict[str, tuple[str, Callable[[float], str]]] = {
    "accuracy": ("accuracy", lambda share: f"{100 * share:.2f} %"),
    "bits_per_byte": ("bits per byte", lambda bits: f"{bits:.3f}"),
}
"""Each metric of a task: its name and its value for people."""

Points = list[tuple[int, float]]


def announcement(run: Run, task: Task, folder: Path, *, resumed: bool) -> str:
    """Return the plan of a run and its schedules, drawn."""
    start = "continued in" if resumed else "goes to"
    parts = [f'run "{run.config.name}" {start} {folder}']
    if task.text is not None:
        size = len(task.text.train) / 1e6
        parts[0] += f"\n{size:.3g} MB to learn from {task.text.source}"
    parts.append(run.plan.table(run.schedules["lr"]))
    for name, schedule in run.schedules.items():
        written = run.config.schedules[name]
        text = repr(schedule) if isinstance(written, dict) else str(written)
        parts.append(draw(schedule, title=f"{name} = {text}", steps=run.plan.updates))
    return "\n\n".join(parts) + "\n"


class ProgressLines(Callback):
    """Prints a line per epoch and per evaluation; a bar moves below them."""

    def __init__(self) -> None:
        self._epochs = self._updates = ""

    def on_start(self, context: StartContext) -> None:
        self._epochs = f"/{context.num_epochs}" if context.num_epochs else ""
        self._updates = f"/{context.total_updates}" if context.total_updates else ""

    def on_log(self, context: LogContext) -> None:
        record = context.record
        if not {"train_loss", "val_loss"} & record.keys():
            return
        if "train_loss" in record:
            place = f"epoch {context.epoch + 1}{self._epochs}"
        else:
            place = f"update {context.update + 1}{self._updates}"
        loss = record.get("train_loss", record.get("loss", math.nan))
        parts = [f"{place}  loss {float(loss):.4f}"]
        if "val_loss" in record:
            parts.append(f"validation {record['val_loss']:.4f}")
        for name, (word, shown) in _SHOWN.items():
            if f"val_{name}" in record:
                parts.append(f"{word} {shown(record[f'val_{name}'])}")
        parts.append(f"lr {float(context.trainer.rates[0]):.3g}")
        print("  ".join(parts), flush=True)


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
    at_best: dict[str, Any] = next(
        (row for row in result.evaluations if best and row["update"] == best.update), {}
    )
    metrics = [name.removeprefix("val_") for name in test if name != "val_loss"]
    return {
        "stopped_by": result.stopped_by,
        "epochs": result.epochs,
        "updates": result.updates,
        "planned_updates": run.plan.updates,
        "samples": result.samples,
        "seconds": result.seconds,
        "best_epoch": best.epoch if best else None,
        "best_update": best.update if best else None,
        "val_loss": best.value if best else None,
        **{f"val_{name}": at_best.get(f"val_{name}") for name in metrics},
        "test_loss": test["val_loss"],
        **{f"test_{name}": test[f"val_{name}"] for name in metrics},
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
    epochs = facts["epochs"]
    done = f", {epochs} epoch{'' if epochs == 1 else 's'}" if epochs else ""
    yield "stopped by", facts["stopped_by"]
    yield "updates", f"{facts['updates']}{of}{done}"
    best = facts["best_epoch"]
    if best is not None and best < epochs:
        yield "best epoch", f"{best + 1}"
    elif facts.get("best_update") is not None:
        yield "best after", f"{facts['best_update'] + 1} updates"
    if facts["val_loss"] is not None:
        yield "val loss", f"{facts['val_loss']:.4f}"
    for part, note in (("val", ""), ("test", "  (best weights)")):
        found = [name for name in _SHOWN if facts.get(f"{part}_{name}") is not None]
        for name in found:
            word, shown = _SHOWN[name]
            yield f"{part} {word}", f"{shown(facts[f'{part}_{name}'])}{note}"
        if part == "test" and not found:
            yield "test loss", f"{facts['test_loss']:.4f}{note}"
    if "test_bits_per_byte" in facts:
        perplexity = math.exp(facts["test_loss"])
        yield "perplexity", f"{perplexity:.3f}, {facts['test_loss']:.4f} nats per byte"
    yield "time", f"{facts['seconds']:.1f} s"
    yield "run folder", facts["folder"]
