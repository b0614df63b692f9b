"""`lehr runs`: list runs, tell about one, compare, draw and export what was logged."""

import argparse
from pathlib import Path

from lehr.cli.sources import add_picture

EXAMPLE = "lehr runs plot runs/digits-20260102-120000 --metric val_loss"

_EPILOG = """\
more examples:
  lehr runs                             the runs in the folder runs
  lehr runs elsewhere --json
  lehr runs show digits-20260102-120000
  lehr runs plot one two --metric loss --file losses.png
  lehr runs compare one two             what differs, and what each came to
  lehr runs export one --file one.csv   every logged value (.csv, .jsonl, .json)
"""
ACTIONS = ("show", "plot", "compare", "export")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `lehr runs` takes to its parser."""
    parser.epilog = _EPILOG
    parser.add_argument(
        "words",
        nargs="*",
        metavar="FOLDER | ACTION RUN ...",
        help="a folder whose runs are listed (default: runs); or what to do with "
        f"runs ({', '.join(ACTIONS)}), each by its folder or its name in runs",
    )
    parser.add_argument(
        "--metric",
        metavar="NAME",
        action="append",
        help="what is drawn; may be given again (default: loss and lr, or the first)",
    )
    parser.add_argument(
        *("-o", "--file"),
        metavar="FILE",
        type=Path,
        help="draw or export into a file, by its ending: .svg, .png, .pdf; .csv, "
        ".jsonl, .json",
    )
    add_picture(parser)
    parser.add_argument("--json", action="store_true", help="the same for programs")


def run(args: argparse.Namespace) -> int:
    """Run the command.

    Raises:
        UsageError: the words do not fit together, or there is no such run.
        ValueError: the store of a run is damaged, or has no such metric.
    """
    from lehr.cli.runs_actions import act

    return act(args)
