"""What a command is given: expressions, files, presets or standard input.

What a command's help needs stands here; what reads is loaded when there is something
to read.
"""

import argparse

from lehr._lazy import on_first_use
from lehr._typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lehr.cli.given import Given
    from lehr.config.durations import Run

__all__ = ["Given", "add_plan", "add_sources", "count", "read_sources", "sources_of"]

ENDINGS = (".yaml", ".yml", ".json", ".toml", ".txt", ".lehr")
"""Of files that hold schedules."""

__getattr__ = on_first_use(__name__, {"Given": "lehr.cli.given"})


def add_sources(parser: argparse.ArgumentParser, nargs: str | int | None = "+") -> None:
    """Add the argument that names schedules, and `--steps` for their run."""
    parser.add_argument(
        "what",
        nargs=nargs,
        metavar="EXPRESSION-or-FILE",
        help="a schedule, or name=schedule; a file that holds one, or a document with "
        "`schedules:` (.yaml, .json, .toml), or another library's configuration; "
        "preset:NAME; or - for standard input",
    )
    parser.add_argument(
        "--steps",
        type=count,
        metavar="N",
        help="updates of the run: what is drawn, and what percentages refer to",
    )


def add_plan(parser: argparse.ArgumentParser) -> None:
    """Add the options that say more of the run, for commands that use `sources_of`."""
    parser.add_argument(
        "--plan",
        action="append",
        metavar="KEY=VALUE",
        help="the run, so that 3ep or 1.5Btok can be read: dataset_size, batch_size, "
        "accumulation, world_size, drop_last, sequence_length, and its length by one "
        "of epochs, updates, samples, tokens; with commas between, or given again",
    )
    parser.add_argument(
        "--library",
        metavar="NAME",
        help="whose configuration a file is (default: found by its keys)",
    )
    parser.add_argument(
        "--base",
        type=rate,
        metavar="RATE",
        help="the optimizer's rate, where a configuration does not have it",
    )


def sources_of(args: argparse.Namespace) -> "list[Given]":
    """Return the schedules that a command line names, in their order.

    Args:
        args: with what `add_sources` and `add_plan` have added.

    Raises:
        ConfigError: with every problem of all words.
        UsageError: the words of `--plan` do not make a plan.
    """
    from lehr.cli.reading import Reader, read_all

    what = [args.what] if isinstance(args.what, str) else args.what
    plan = plan_of(args)
    return read_all(what, Reader(plan, args.library, args.base, options=True))


def plan_of(args: argparse.Namespace) -> "Run | None":
    """Return the run that `--plan` and `--steps` tell, if they do."""
    if not args.plan and not args.steps:
        return None
    from lehr.cli.planning import read_plan

    return read_plan(args.plan or (), args.steps)


def read_sources(words: "Sequence[str]", steps: int | None = None) -> "list[Given]":
    """Return the schedules that the words name, in their order.

    Args:
        words: expressions, files, presets, or "-".
        steps: updates of the run, if they were said.

    Raises:
        ConfigError: with every problem of all words.
    """
    from lehr.cli.reading import Reader, read_all
    from lehr.config.durations import Length

    return read_all(words, Reader(Length(steps) if steps else None))


def count(text: str) -> int:
    """Return a number of updates >= 1, for an option of argparse."""
    number = int(text) if text.isdecimal() else _resolved(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be >= 1, got {text}")
    return number


def _resolved(text: str) -> int:
    from lehr.config.durations import resolve

    try:
        return resolve(text, None)
    except ValueError as error:
        message = str(error).partition(": pass plan=")[0]
        raise argparse.ArgumentTypeError(message) from None


def rate(text: str) -> float:
    """Return a finite number > 0, for an option of argparse."""
    try:
        number = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be a number, got {text}") from None
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"must be > 0 and finite, got {text}")
    return number
