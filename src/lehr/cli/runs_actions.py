"""What `lehr runs` does: runs listed, told, compared, drawn and exported."""

import argparse
import math
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lehr.cli.runs import ACTIONS
from lehr.cli.runs_compare import comparison, export, rows_of
from lehr.cli.runs_plot import plot
from lehr.cli.runs_text import as_json, folded, shown, table
from lehr.cli.usage import UsageError, did_you_mean
from lehr.plotting.console import terminal_width
from lehr.plotting.sparks import sparkline
from lehr.training.loggers.stored import StoredRun, find_runs, read_run

_HOME = Path("runs")


def act(args: argparse.Namespace) -> int:
    """Do what the words ask for.

    Raises:
        UsageError: the words do not fit together, or there is no such run.
        ValueError: the store of a run is damaged, or has no such metric.
    """
    action, *names = args.words or [""]
    if action in ACTIONS and not names:
        raise UsageError(
            f"{action} needs a run", f"lehr runs {action} RUN; see: lehr runs"
        )
    if action == "show":
        runs = [_found(name) for name in names]
        texts = [_facts(one) for one in runs]
        screens = [_screen(one, args) for one in runs]
        print(as_json(texts) if args.json else "\n\n".join(screens))
        return 0
    if action == "plot":
        return plot([_found(name) for name in names], args)
    if action == "compare":
        return _compare([_found(name) for name in names], args)
    if action == "export":
        return _export([_found(name) for name in names], args)
    if names:
        raise UsageError(
            f"one folder at most, got {' '.join(args.words)}",
            did_you_mean(action, ACTIONS),
        )
    return _list(Path(action or _HOME), args)


# -------------------------------------------------------------------------- listing


def _list(folder: Path, args: argparse.Namespace) -> int:
    """Print the runs in a folder, the newest last; tell of those that are damaged."""
    if not folder.is_dir():
        raise UsageError(f"there is no folder {folder}", "name one: lehr runs FOLDER")
    runs, damaged = list[StoredRun](), list[str]()
    for path in find_runs(folder):
        try:
            runs.append(read_run(path))
        except (ValueError, OSError) as error:
            damaged.append(f"damaged: {error}")
    runs.sort(key=lambda one: one.created)
    if args.json:
        print(as_json([_facts(one, values=False) for one in runs]))
    elif runs:
        head = ("run", "status", "updates", "best", "age")
        print(table([head, *(_row(one, folder) for one in runs)]))
    else:
        print(f"there is no run in {folder}")
        if any(folder.glob("checkpoints")) or any(folder.glob("*/checkpoints")):
            print("   = its checkpoints are of a run whose loggers lack a RunStore")
    print(*damaged, sep="\n", end="\n" if damaged else "")
    return 1 if damaged else 0


def _row(one: StoredRun, folder: Path) -> tuple[str, ...]:
    path = one.path.parent
    name = one.name if path == folder else str(path.relative_to(folder))
    of = f"/{one.total_updates}" if one.total_updates else ""
    best = one.best
    shown = f"{best.metric} {best.value:.4g} after {best.update + 1}" if best else "-"
    return name, one.status, f"{one.updates}{of}", shown, _age(one.created)


def _age(when: datetime) -> str:
    """Return how long ago something was, in its largest unit."""
    seconds = max((datetime.now(UTC) - when).total_seconds(), 0)
    units = (("d", 86_400), ("h", 3_600), ("min", 60))
    found = next(((unit, size) for unit, size in units if seconds >= size), ("s", 1))
    return f"{seconds // found[1]:.0f} {found[0]}"


# -------------------------------------------------------------------------- showing


def _found(name: str) -> StoredRun:
    """Read a run that was given by its folder, its file, or its name."""
    for path in (Path(name), _HOME / name):
        if path.exists():
            return read_run(path)
    known = [path.name for path in find_runs(_HOME)] if _HOME.is_dir() else []
    raise UsageError(
        f"there is no run {name}", did_you_mean(name, known) or "see: lehr runs"
    )


def _screen(one: StoredRun, args: argparse.Namespace) -> str:
    """Return all that is known of a run, a line per name it logged."""
    best = one.best
    facts = {
        "run": str(one.path.parent),
        "status": one.status,
        "updates": _row(one, one.path.parent)[2],
        "best": _row(one, one.path.parent)[3]
        + (f" updates, in epoch {best.epoch + 1}" if best else ""),
        "begun": f"{one.created:%Y-%m-%d %H:%M:%S} UTC, {_age(one.created)} ago",
        "changed": f"{one.changed:%Y-%m-%d %H:%M:%S} UTC, {_age(one.changed)} ago",
        "with": f"lehr {one.lehr or '?'}, torch {one.torch or '?'}",
    }
    width = (args.width or terminal_width()) - 48
    rows = [("name", "last", "least", "most", "")]
    for name in one.names:
        if name == "epoch":
            continue  # it only grows
        values = one.column(name)[1]
        known = [v for v in values if isinstance(v, float | int) and math.isfinite(v)]
        ends = (shown(min(known)), shown(max(known))) if known else ("-", "-")
        line = sparkline(known, max(8, min(width, 40)), ascii=args.ascii or None)
        rows.append((name, shown(values[-1]), *ends, line))
    return f"{table(list(facts.items()))}\n\n{table(rows)}"


def _facts(one: StoredRun, *, values: bool = True) -> dict[str, Any]:
    """Return what is known of a run as plain data."""
    best = one.best
    facts = {
        "name": one.name,
        "path": str(one.path),
        "id": one.id,
        "status": one.status,
        "updates": one.updates,
        "total_updates": one.total_updates,
        "monitor": one.monitor,
        "mode": one.mode,
        "best": best and {"value": best.value, "update": best.update},
        "created": one.created.isoformat(),
        "changed": one.changed.isoformat(),
        "lehr": one.lehr,
        "torch": one.torch,
    }
    return facts | ({"last": one.last(), "config": one.config} if values else {})


# ----------------------------------------------------------- comparing and exporting


def _compare(runs: Sequence[StoredRun], args: argparse.Namespace) -> int:
    if len(runs) < 2:
        raise UsageError("compare needs two runs", "lehr runs compare ONE TWO")
    found = comparison(runs)
    if args.json:
        print(as_json(found))
        return 0
    names = [one.name for one in runs]
    if len(set(names)) < len(names):
        names = [str(one.path.parent) for one in runs]
    rows = rows_of(found, names)
    first = max(len(row[0]) for row in rows)
    room = max(((args.width or terminal_width()) - first) // len(runs) - 2, 12)
    print(table([*folded(rows, room)]))
    if not found["settings"]:
        print("\nthe settings are the same")
    return 0


def _export(runs: Sequence[StoredRun], args: argparse.Namespace) -> int:
    if len(runs) != 1:
        raise UsageError(
            f"export takes one run, got {len(runs)}", "lehr runs export RUN --file F"
        )
    rows = export(runs[0], args.file)
    if args.file is not None:
        print(f"{args.file}: {rows:,} rows")
    return 0
