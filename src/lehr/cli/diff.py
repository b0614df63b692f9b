"""`lehr diff`: two schedules or documents side by side, and where one takes over."""

import argparse
import math
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from lehr.cli.sources import Given, count, read_sources
from lehr.cli.usage import UsageError
from lehr.config.durations import Length
from lehr.plotting.terminal import draw, terminal_width
from lehr.replanning import Difference, diff
from lehr.replanning.table import table

EXAMPLE = 'lehr diff "linear(1, 0, 100)" "linear(1, 0, 200)" --at 50'

_EPILOG = """\
Of documents, the fields that both have are compared. Exit codes: 0 the same, 1
different, 2 trouble.

more examples:
  lehr diff old.yaml new.yaml --at 5000
  lehr diff run.yaml "wsd(3e-4, warmup=5%, decay=20%)" --steps 10000
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `lehr diff` takes to its parser."""
    parser.epilog = _EPILOG
    add = parser.add_argument
    for name, which in (("A", "before"), ("B", "after")):
        add(name, help=f"{which}: an expression, a file, or - for standard input")
    add("--at", metavar="T", default="0", help="where B takes over: 500, 2.5k, 50%%")
    add(
        "--steps",
        type=count,
        metavar="N",
        help="updates to compare; what percentages refer to",
    )
    add("--height", type=count, metavar="N", default=6, help="rows of the picture")
    add("--json", action="store_true", help="facts for programs")


def run(args: argparse.Namespace) -> int:
    """Run the command.

    Raises:
        ConfigError: a text or a file does not describe schedules.
        UsageError: nothing can be compared.
    """
    if args.A == args.B == "-":
        raise UsageError("A and B cannot both be standard input")
    a, b = (read_sources([word], args.steps) for word in (args.A, args.B))
    pairs = _pairs(a, b)
    found = [(name, *both, _compared(*both, args)) for name, both in pairs]
    alone = _alone(a, b) if len(pairs) != 1 or a[0].document or b[0].document else []
    changes = _changes(a[0], b[0])
    same = not alone and not changes and all(each[-1].equal for each in found)
    if args.json:
        import json

        facts = {
            "equal": same,
            "schedules": {n or "schedule": d.record() for n, _, _, d in found},
            "only_in_one": alone,
            "changes": changes,
        }
        print(json.dumps(facts, indent=2))
    else:
        screens = [_screen(*each, args) for each in found]
        notes = "\n".join([*alone, *changes])
        print("\n\n".join([*screens, *([notes] if notes else [])]))
    return 0 if same else 1


def _pairs(
    a: Sequence[Given], b: Sequence[Given]
) -> list[tuple[str, tuple[Given, Given]]]:
    """Return what is to be compared, by field; one is compared with one, or with lr."""
    if len(a) == len(b) == 1:
        return [(a[0].field or b[0].field, (a[0], b[0]))]
    fields = {given.field or "lr": given for given in b}
    pairs = [
        (g.field, (g, fields[g.field or "lr"]))
        for g in a
        if (g.field or "lr") in fields
    ]
    if not pairs:
        raise UsageError(
            "the two have no field in common",
            f"A: {_fields(a)}; B: {_fields(b)}",
        )
    return pairs


def _fields(read: Sequence[Given]) -> str:
    return ", ".join(given.field or "an expression" for given in read)


def _alone(a: Sequence[Given], b: Sequence[Given]) -> list[str]:
    """Return what only one of two documents has."""
    if a[0].document is None or b[0].document is None:
        return []
    fields = {g.field for g in a}, {g.field for g in b}
    return [
        f"only in {name}: {field}"
        for name, own, other in (("A", *fields), ("B", *fields[::-1]))
        for field in sorted(own - other)
    ]


def _changes(a: Given, b: Given) -> list[str]:
    """Return what is different in two documents beside the schedules, one a line."""
    found = getattr(import_module("lehr.config"), "changes", None)
    if a.document is None or b.document is None or not callable(found):
        return []
    changes = found(a.document, b.document)
    return [str(change) for change in changes if change.path[:1] != ("schedules",)]


def _compared(a: Given, b: Given, args: argparse.Namespace) -> Difference:
    steps = a.schedule.steps
    plan = a.plan or (Length(int(steps)) if 1 <= steps < math.inf else None)
    try:
        return diff(a.schedule, b.schedule, at=args.at, total=args.steps, plan=plan)
    except ValueError as error:
        hint = "--steps 10000" if "for ever" in str(error) else ""
        raise UsageError(str(error).partition("; say")[0], hint) from None


def _screen(
    field: str, a: Given, b: Given, found: Difference, args: argparse.Namespace
) -> str:
    lines = [_named("A", a), _named("B", b)]
    curves: dict[str, Any] = {"A": a.schedule, "B": b.schedule}
    span = max(found.spans) or max(found.at, 1)
    picture = draw(curves, height=args.height, steps=span)
    parts = ["\n".join([*([field] if field else []), *lines])]
    parts += [] if found.equal else [picture]
    return "\n\n".join([*parts, table(found, ("A", "B"))])


def _named(letter: str, given: Given) -> str:
    name = f"{letter}  {given.document.source if given.document else given.name}"
    width = min(terminal_width(), 80)
    return name if len(name) <= width else f"{name[: width - 3]}..."
