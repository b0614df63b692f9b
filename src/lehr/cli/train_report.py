"""What `lehr train` prints: the plan, a line per epoch or evaluation, the summary."""

import math
import shlex
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from lehr.cli.train_start import Start
from lehr.config.run_document import Run
from lehr.config.sections.groups import DEFAULT
from lehr.plotting.terminal import draw
from lehr.training import FitResult
from lehr.training.callbacks.base import Callback
from lehr.training.callbacks.events import LogContext, StartContext
from lehr.training.loggers import read_run
from lehr.training.result import TEMPORARY_FAILURE

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


def beginning(start: Start, ranks: int = 1) -> str:
    """Return which run begins or goes on, where, on what."""
    run, text = start.run, start.task.text
    where = "is continued in" if start.resume else "goes to"
    lines = [f'run "{run.config.name}" {where} {start.folder.path}']
    if ranks > 1:
        how = "FSDP" if run.config.train.strategy == "fsdp" else "DDP"
        each = run.config.train.batch_size // ranks
        lines += [f"{ranks} processes by {how}, each with {each} samples of a batch"]
    if text is not None:
        lines += [f"{len(text.train) / 1e6:.3g} MB to learn from {text.source}"]
    return "\n".join(lines)


def plan(start: Start) -> str:
    """Return the plan of a run and its schedules, drawn."""
    run = start.run
    texts = written(run)
    if start.resume:  # its document is resolved: show what a person has written
        texts |= start.folder.facts.get("schedules", {})
    parts = [run.plan.table(run.lr)]
    for name, schedule in run.schedules.items():
        title = f"{name} = {texts[name]}"
        flat = len(run.schedules) > 1 and schedule.minimum == schedule.maximum
        drawn = title if flat else draw(schedule, title=title, steps=run.plan.updates)
        parts.append(drawn)
    return "\n\n".join(parts)


def written(run: Run) -> dict[str, str]:
    """Return the schedules of a document as it has them."""
    made = {}
    for name, schedule in run.schedules.items():
        given = run.document.at(run.paths[name])
        made[name] = repr(schedule) if isinstance(given, dict) else str(given)
    return made


class ProgressLines(Callback):
    """Prints a line per epoch and per evaluation; a bar moves below them."""

    main_only = True

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


def interruption(result: FitResult, folder: Path, ranks: int = 1) -> str:
    """Return what to say when a signal or the time stopped a run that was saved."""
    how = "interrupted" if result.signal is not None else "stopped by the time limit"
    return (
        f"{how} after update {result.updates} (epoch {result.epochs + 1})\n"
        f"saved in {result.checkpoint}\n{_going_on(folder, ranks)}"
    )


def stays_stopped(code: int) -> str:
    """Return what to say when torchrun starts a run again that was to stop."""
    why = "the time limit" if code == TEMPORARY_FAILURE else "a signal"
    return f"{why} had stopped the run before torchrun started it again: it stays so"


def _going_on(folder: Path, ranks: int) -> str:
    command = f"lehr train --resume --run-dir {shlex.quote(str(folder))}"
    if ranks == 1:
        return f"go on with: {command}"
    return f"go on, in any number of processes, with: torchrun ... -m {command}"


def read_metrics(folder: Path) -> tuple[Points, dict[str, Points]]:
    """Return the rates applied and the losses, each with its update."""
    run = read_run(folder)

    def points(*names: str) -> Points:
        name = next((name for name in names if name in run.names), None)
        pairs = zip(*run.column(name), strict=True) if name else ()
        return [(int(t), v) for t, v in pairs if isinstance(v, float | int)]

    losses = {"training": points("loss"), "validation": points("val_loss")}
    return points("lr", f"lr/{DEFAULT}"), losses


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
