"""`lehr runs plot`: what runs logged, drawn in the terminal or into a file."""

import argparse
from collections.abc import Iterator, Sequence

from lehr.cli.runs_text import as_json
from lehr.cli.usage import UsageError
from lehr.plotting.terminal import draw_points
from lehr.training.loggers.stored import StoredRun

Curves = dict[str, list[tuple[int, float]]]


def plot(runs: Sequence[StoredRun], args: argparse.Namespace) -> int:
    """Draw each metric of each run, or print its points as JSON.

    Raises:
        UsageError: a file was asked for, and several metrics.
        ValueError: a run has no such metric, or no number under it.
    """
    metrics = args.metric or _usual(runs[0])
    drawn = {metric: dict(_curves(runs, metric)) for metric in metrics}
    if args.json:
        print(
            as_json(
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
