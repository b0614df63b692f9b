"""`lehr table`: values of schedules, row by row, for people and for programs."""

import argparse

from lehr.cli.sources import add_plan, add_sources, count, sources_of

EXAMPLE = 'lehr table "warmup_cosine(3e-4, warmup=1000, total=100000)" --rows 6'

_EPILOG = """\
more examples:
  lehr table cosine="cosine(1, 0, 100)" linear="linear(1, 0, 100)"
  lehr table run.yaml --markdown        a column per schedule, for a report
  lehr table preset:gpt3-175b --every 1 --csv > values.csv
  lehr table "wsd(3e-4, warmup=1ep, decay=20%)" \\
      --plan dataset_size=50k,batch_size=32,epochs=90

Rows stand at round updates, where a phase begins, and at the end, from which
the last value is held. CSV and JSON have all digits; a person is shown six.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `lehr table` takes to its parser."""
    parser.epilog = _EPILOG
    add_sources(parser)
    add_plan(parser)
    grid = parser.add_mutually_exclusive_group()
    grid.add_argument(
        "--rows",
        type=count,
        metavar="N",
        default=12,
        help="round updates, at most so many, beside the joints (default: 12)",
    )
    grid.add_argument(
        "--every", type=count, metavar="N", help="each Nth update, and the end"
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--csv", action="store_true", help="comma-separated values")
    form.add_argument("--json", action="store_true", help="a list of rows")
    form.add_argument("--markdown", action="store_true", help="a table of Markdown")


def run(args: argparse.Namespace) -> int:
    """Run the command.

    Raises:
        ConfigError: a text or a file does not describe schedules.
        UsageError: the rows of an endless schedule do not end.
    """
    from lehr.cli.rows import Rows

    rows = Rows.of(sources_of(args), rows=args.rows, every=args.every)
    if args.csv:
        rows.write_csv()
    elif args.json:
        rows.write_json()
    else:
        print(rows.markdown() if args.markdown else rows.screen())
    return 0
