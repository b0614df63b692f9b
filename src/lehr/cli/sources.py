"""What a command is given: expressions, files, presets or standard input.

What a command's help needs stands here; what reads is loaded when there is something
to read.
"""

import argparse

from lehr._lazy import on_first_use
from lehr._typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lehr.cli.given import Given
    from lehr.cli.reading import Reader

__all__ = ["Given", "add_plan", "add_sources", "add_steps", "count", "sources_of"]

ENDINGS = (".yaml", ".yml", ".json", ".toml", ".txt", ".lehr")
"""Of files that hold schedules."""

COUNTS = (
    *("batch_size", "dataset_size", "accumulation", "world_size", "sequence_length"),
    *("updates", "samples", "tokens"),
)
"""Keys of `--plan` whose values are whole numbers."""

KEYS = (*COUNTS, "drop_last", "epochs", "length")
"""What `--plan` takes: the arguments of `Plan`, but for a ramp."""

MOST_UPDATES = 2**53
"""Beyond it, the next update is the same number to a float."""

LARGEST = 10_000
"""Columns and rows, or pixels, that a picture may have."""

__getattr__ = on_first_use(__name__, {"Given": "lehr.cli.given"})


def add_sources(
    parser: argparse.ArgumentParser, nargs: str | int | None = "+", also: str = ""
) -> None:
    """Add the argument that names schedules, and `--steps` for their run.

    Args:
        parser: of the command.
        nargs: how many may be named.
        also: what else this command takes, for its help.
    """
    parser.add_argument(
        "what",
        nargs=nargs,
        metavar="EXPRESSION-or-FILE",
        help="a schedule, or name=schedule; a file that holds one, or a document with "
        "`schedules:` (.yaml, .json, .toml), or another library's configuration; "
        f"{also}preset:NAME; or - for standard input",
    )
    add_steps(parser)


def add_steps(parser: argparse.ArgumentParser) -> None:
    """Add `--steps`, for commands whose sources are named otherwise."""
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
        "of epochs, updates, samples, tokens; with commas between, or given again; "
        "laid over the plan of a document",
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


def add_picture(
    parser: argparse.ArgumentParser, height: int = 12, *, log: bool = True
) -> None:
    """Add how a picture in the terminal is drawn."""
    add = parser.add_argument
    if log:
        add("--log", action="store_true", help="a logarithmic axis")
    add("--width", type=_cells, metavar="N", help="columns")
    rows = f"rows (default: {height})"
    add("--height", type=_cells, metavar="N", default=height, help=rows)
    add("--ascii", action="store_true", help="no braille")


def sources_of(args: argparse.Namespace) -> "list[Given]":
    """Return the schedules that a command line names, in their order.

    Args:
        args: with what `add_sources` and `add_plan` have added.

    Raises:
        ConfigError: with every problem of all words.
        UsageError: the words of `--plan` do not make a plan.
    """
    what = [args.what] if isinstance(args.what, str) else args.what
    return [given for each in sources_by_word(what, args) for given in each]


def sources_by_word(
    words: "Sequence[str]", args: argparse.Namespace
) -> "list[list[Given]]":
    """Return the schedules of each word; args has what `add_plan` has added.

    Raises:
        ConfigError: with every problem of all words.
        UsageError: the words of `--plan` do not make a plan.
    """
    from lehr.cli.reading import read_each

    return read_each(words, reader_of(args))


def reader_of(args: argparse.Namespace) -> "Reader":
    """Return what the options tell beside the words.

    Raises:
        UsageError: the words of `--plan` cannot be read.
    """
    from lehr.cli.reading import Reader

    return Reader(told_of(args), args.library, args.base, options=True)


def told_of(args: argparse.Namespace) -> "dict[str, Any]":
    """Return the arguments of a plan that `--plan` and `--steps` tell.

    Raises:
        UsageError: the words of `--plan` cannot be read.
    """
    if not args.plan:
        return {"updates": args.steps} if args.steps else {}
    from lehr.cli.planning import told_by

    return told_by(args.plan, args.steps)


def count(text: str) -> int:
    """Return a number of updates >= 1, for an option of argparse."""
    whole = int(text) if text.isdecimal() else _resolved(text)
    if not 1 <= whole <= MOST_UPDATES:
        bound = ">= 1" if whole < 1 else f"<= {MOST_UPDATES:,}"
        raise argparse.ArgumentTypeError(f"must be {bound}, got {text}")
    return whole


def _cells(text: str) -> int:
    """Return a size of a picture, for an option of argparse."""
    size = count(text)
    if size > LARGEST:
        raise argparse.ArgumentTypeError(f"must be <= {LARGEST:,}, got {text}")
    return size


def _resolved(text: str) -> int:
    from lehr.config.durations import resolve

    try:
        return resolve(text, None)
    except ValueError as error:
        message = str(error).partition(": pass plan=")[0]
        raise argparse.ArgumentTypeError(message) from None


def number(text: str) -> float:
    """Return a finite number, for an option of argparse."""
    try:
        value = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be a number, got {text}") from None
    if not -float("inf") < value < float("inf"):
        raise argparse.ArgumentTypeError(f"must be finite, got {text}")
    return value


def rate(text: str) -> float:
    """Return a finite number > 0, for an option of argparse."""
    value = number(text)
    if value <= 0:
        raise argparse.ArgumentTypeError(f"must be > 0 and finite, got {text}")
    return value
