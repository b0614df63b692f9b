"""`lehr runs`: list runs, tell about one, draw what it logged."""

import argparse
import json
import math
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lehr.cli.usage import UsageError, did_you_mean
from lehr.plotting.sparks import sparkline
from lehr.plotting.terminal import draw_points, terminal_width
from lehr.training.loggers.stored import StoredRun, find_runs, read_run

EXAMPLE = "lehr runs plot runs/digits-20260102-120000 --metric val_loss"

_EPILOG = """\
more examples:
  lehr runs                             the runs in the folder runs
  lehr runs elsewhere --json
  lehr runs show digits-20260102-120000
  lehr runs plot one two --metric loss --file losses.png
"""
_HOME = Path("runs")
Curves = dict[str, list[tuple[int, float]]]
_ACTIONS = ("show", "plot")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `lehr runs` takes to its parser."""
    parser.epilog = _EPILOG
    parser.add_argument(
        "words",
        nargs="*",
        metavar="FOLDER | show RUN | plot RUN ...",
        help="a folder whose runs are listed (default: runs); or what to do with a "
        "run: its folder, or its name in the folder runs",
    )
    parser.add_argument(
        "--metric",
        metavar="NAME",
        action="append",
        help="what is drawn; may be given again (default: loss and lr, or the first)",
    )
    parser.add_argument(
        "--file", type=Path, help="draw into a file, by its ending: .png, .svg, .pdf"
    )
    parser.add_argument("--log", action="store_true", help="a logarithmic axis")
    parser.add_argument("--width", type=int, metavar="N", help="columns")
    parser.add_argument("--height", type=int, metavar="N", default=12, help="rows")
    parser.add_argument("--ascii", action="store_true", help="ASCII only")
    parser.add_argument("--json", action="store_true", help="the same for programs")


def run(args: argparse.Namespace) -> int:
    """Run the command.

    Raises:
        UsageError: the words do not fit together, or there is no such run.
        ValueError: the store of a run is damaged, or has no such metric.
    """
    action, *names = args.words or [""]
    if action in _ACTIONS and not names:
        raise UsageError(
            f"{action} needs a run", f"lehr runs {action} RUN; see: lehr runs"
        )
    if action == "show":
        runs = [_found(name) for name in names]
        texts = [_facts(one) for one in runs]
        screens = [_screen(one, args) for one in runs]
        print(_json(texts) if args.json else "\n\n".join(screens))
        return 0
    if action == "plot":
        return _plot([_found(name) for name in names], args)
    if names:
        raise UsageError(
            f"one folder at most, got {' '.join(args.words)}",
            did_you_mean(action, _ACTIONS),
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
        print(_json([_facts(one, values=False) for one in runs]))
    elif runs:
        head = ("run", "status", "updates", "best", "age")
        print(_table([head, *(_row(one, folder) for one in runs)]))
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


def _table(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in rows
    )
    return "\n".join(line.rstrip() for line in lines)


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
        ends = (_short(min(known)), _short(max(known))) if known else ("-", "-")
        line = sparkline(known, max(8, min(width, 40)), ascii=args.ascii or None)
        rows.append((name, _short(values[-1]), *ends, line))
    return f"{_table(list(facts.items()))}\n\n{_table(rows)}"


def _short(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


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


def _json(data: Any) -> str:
    """Return JSON; what it has no number for is null."""

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: plain(one) for name, one in value.items()}
        if isinstance(value, list | tuple):
            return [plain(one) for one in value]
        lost = isinstance(value, float) and not math.isfinite(value)
        return None if lost else value

    return json.dumps(plain(data), indent=2)


# -------------------------------------------------------------------------- drawing


def _plot(runs: Sequence[StoredRun], args: argparse.Namespace) -> int:
    metrics = args.metric or _usual(runs[0])
    drawn = {metric: dict(_curves(runs, metric)) for metric in metrics}
    if args.json:
        print(
            _json(
                [
                    {"run": name, "metric": metric, "points": points}
                    for metric, curves in drawn.items()
                    for name, points in curves.items()
                ]
            )
        )
    elif args.file is not None:
        _to_file(drawn, args)
    else:
        options = {"width": args.width, "height": args.height, "log": args.log}
        ascii = args.ascii or None
        screens = (
            draw_points(points, title=f"{metric}   {name}", ascii=ascii, **options)
            for metric, curves in drawn.items()
            for name, points in curves.items()
        )
        print("\n\n".join(screens))
    return 0


def _to_file(drawn: dict[str, Curves], args: argparse.Namespace) -> None:
    """Draw into a file, where all curves have one axis: that of the first metric.

    Raises:
        UsageError: several metrics were asked for.
    """
    from lehr.plotting.figure import plot_points

    if args.metric and len(drawn) > 1:
        raise UsageError(
            f"a file has one axis, and so one metric, got {', '.join(drawn)}",
            "draw each into a file of its own",
        )
    metric, curves = next(iter(drawn.items()))
    title = next(iter(curves)) if len(curves) == 1 else ""
    plot_points(curves, [args.file], log=args.log, ylabel=metric, title=title)
    print(args.file)


def _usual(one: StoredRun) -> list[str]:
    """Return what is drawn unless something is asked for: loss and rate."""
    names = [name for name in one.names if name not in ("epoch", "update")]
    if not names:
        raise ValueError(f"{one.name} has logged nothing that can be drawn")
    first = next((name for name in ("loss", "train_loss") if name in names), names[0])
    return [first, *(["lr"] if "lr" in names and first != "lr" else [])]


def _curves(
    runs: Sequence[StoredRun], metric: str
) -> Iterator[tuple[str, list[tuple[int, float]]]]:
    """Yield what is to be drawn of each run, under its name or, if taken, its path."""
    taken = set[str]()
    for one in runs:
        pairs = zip(*one.column(metric), strict=True)
        points = [(t, float(v)) for t, v in pairs if isinstance(v, float | int)]
        if not points:
            raise ValueError(f"{metric} of {one.name} holds no number")
        name = str(one.path.parent) if one.name in taken else one.name
        taken.add(name)
        yield name, points
