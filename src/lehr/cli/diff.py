"""`lehr diff`: two schedules or documents side by side, and where one takes over."""

import argparse

from lehr.cli.sources import add_picture, add_plan, add_steps

EXAMPLE = 'lehr diff "linear(1, 0, 100)" "linear(1, 0, 200)" --at 50'

_EPILOG = """\
A and B are what `lehr show` takes: expressions, files, preset:NAME, or - for
standard input. Of documents, the fields that both have are compared.

more examples:
  lehr diff old.yaml new.yaml --at 5000
  lehr diff run.yaml "wsd(3e-4, warmup=5%, decay=20%)"
  lehr diff preset:llama-2-7b preset:llama-65b --json

exit codes: 0 the same; 1 different; 2 wrong words, or an unreadable text.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `lehr diff` takes to its parser."""
    parser.epilog = _EPILOG
    add = parser.add_argument
    for name, which in (("A", "before"), ("B", "after")):
        add(name, help=f"{which}: an expression, a file, preset:NAME, or -")
    add_steps(parser)
    add_plan(parser)
    add(
        "--at",
        metavar="T",
        default="0",
        help="where B takes over: 500, 2.5k, 50%%, 3ep (default: 0)",
    )
    add_picture(parser, height=6)
    add("--json", action="store_true", help="the same for programs")


def run(args: argparse.Namespace) -> int:
    """Run the command.

    Raises:
        ConfigError: a text or a file does not describe schedules.
        UsageError: nothing can be compared.
    """
    from lehr.cli.diff_actions import act

    return act(args)
