"""`lehr fmt`: expressions in their usual spelling, comments and layout as they are."""

import argparse

EXAMPLE = "lehr fmt run.yaml"

_EPILOG = """\
more examples:
  lehr fmt --check *.yaml        exit 1, and the files that would change
  lehr fmt --diff run.toml       what would change, line by line
  lehr fmt --migrate old.yaml    to this version of the grammar, comments kept
  echo "Linear( 1.0e-03,0, 5 %)" | lehr fmt -

Only the spelling changes: linear(1e-3, 0, 5%) for Linear( 1.0e-03,0, 5 %),
64k samples for 64000 samples. Expressions over several lines stay as they are.

exit codes: 0 done; 1 with --check: a file would change; 2 one cannot be read.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `lehr fmt` takes to its parser."""
    parser.epilog = _EPILOG
    parser.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="a document (.yaml, .json, .toml), a file with one expression (.txt, "
        ".lehr), or - for standard input, which is printed",
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 if one would change"
    )
    parser.add_argument(
        "--diff", action="store_true", help="write nothing; print what would change"
    )
    parser.add_argument("--json", action="store_true", help="the same for programs")
    parser.add_argument(
        "--migrate", action="store_true", help="from an older version of the grammar"
    )


def run(args: argparse.Namespace) -> int:
    """Run the command.

    Raises:
        ConfigError: a file cannot be read or does not parse; none is written then.
        UsageError: standard input is named beside files.
    """
    from lehr.cli.fmt_actions import act

    return act(args)
