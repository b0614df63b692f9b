"""`lehr at`: the exact values of schedules at updates."""

import argparse

from lehr._typing import TYPE_CHECKING, Any
from lehr.cli.sources import add_plan, add_sources, sources_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lehr.cli.given import Given
    from lehr.config.durations import Run

EXAMPLE = 'lehr at "warmup_cosine(3e-4, warmup=1000, total=100000)" 0 1k 50% 100%'

_EPILOG = """\
updates:
  500, 2.5k, 10%       percentages are of the run, or of the schedule
  3ep, 1.5Btok         where --plan or the document says what an epoch is
  0:1000:100           0, 100, ... 900: the end of a range is left out

more examples:
  lehr at "cosine(1, 0, 100)" 25     one value of one schedule is printed alone
  lehr at run.yaml 0 1ep 90%         a column per schedule of the document
  lehr at preset:gpt3-175b 0:100%:10% --json
  echo "noam(512, warmup=4000)" | lehr at - 4000

Value t is what optimizer update t uses, counted from 0. Each is printed as the
shortest number that reads back as the same one.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `lehr at` takes to its parser."""
    parser.epilog = _EPILOG
    add_sources(parser, nargs=None)
    parser.add_argument(
        "at", nargs="+", metavar="T", help="updates, or ranges of updates"
    )
    add_plan(parser)
    parser.add_argument("--json", action="store_true", help="the same for programs")


def run(args: argparse.Namespace) -> int:
    """Run the command.

    Raises:
        ConfigError: a text or a file does not describe schedules.
        UsageError: a word is no update.
    """
    from lehr.cli.values import run_of, updates_of

    given = sources_of(args)
    whole = run_of(given)
    updates = updates_of(args.at, whole)
    if args.json:
        import json

        print(json.dumps([_json(each, updates, whole) for each in given], indent=2))
    elif len(given) == len(updates) == 1:
        print(repr(given[0].schedule(updates[0])))
    else:
        print(_screen(given, updates, whole))
    return 0


def _screen(
    given: "Sequence[Given]", updates: "Sequence[int]", whole: "Run | None"
) -> str:
    from lehr.cli.columns import aligned
    from lehr.cli.values import clocks, labels
    from lehr.plotting.console import terminal_width

    beside = clocks(whole)
    rows = [
        [
            str(t),
            *(f"{clock(t):.10g}" for clock in beside.values()),
            *(repr(each.schedule(t)) for each in given),
        ]
        for t in updates
    ]
    head = ["update", *beside, *labels(given)]
    return aligned(head, rows, 1 + len(beside), terminal_width())


def _json(
    given: "Given", updates: "Sequence[int]", whole: "Run | None"
) -> dict[str, Any]:
    from lehr.cli.values import clocks

    beside = clocks(whole)
    values = [
        {"update": t}
        | {name: clock(t) for name, clock in beside.items()}
        | {"value": given.schedule(t)}
        for t in updates
    ]
    expression = repr(given.schedule)
    return {"name": given.label, "expression": expression, "values": values}
