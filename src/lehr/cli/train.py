"""`lehr train`: train a model under a schedule, from a document or the built-in one."""

import argparse
from importlib.util import find_spec
from pathlib import Path

from lehr.cli.usage import UsageError, place

EXAMPLE = "lehr train train.epochs=10 'schedules.lr=warmup_cosine(3e-3, warmup=5%)'"


BUILT_IN = ("digits", "fashion-mnist", "bytes", "synthetic")
"""Documents that need no file; the same as in `lehr.config.builtin`."""

_EPILOG = """several processes, of one machine or of many:
  torchrun --standalone --nproc-per-node=2 -m lehr train my.yaml
  torchrun --standalone --nproc-per-node=2 --max-restarts=3 \\
      -m lehr train my.yaml --auto-resume --run-dir runs/mine

exit codes:
  0 done; 1 failed; 2 wrong words, document or data; 75 stopped by --time-limit;
  130, 143 interrupted. After the last three, --resume goes on. torchrun itself
  ends with 1 for each of them: the run is over once it has a summary.json.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `lehr train` takes to its parser."""
    parser.epilog = _EPILOG
    parser.add_argument(
        "arguments",
        nargs="*",
        metavar="CONFIG | KEY=VALUE",
        help="a run document (.yaml, .json, .toml), or the name of a built-in one: "
        f"{', '.join(BUILT_IN)} (default: digits); and values to change in it, such as "
        "train.epochs=5",
    )
    add_data(parser)
    going_on = parser.add_mutually_exclusive_group()
    going_on.add_argument(
        "--resume",
        action="store_true",
        help="continue the latest run, or the one in --run-dir, exactly",
    )
    going_on.add_argument(
        "--auto-resume",
        action="store_true",
        help="continue the run in --run-dir if there is one, else start it there: one "
        "command for a job that may be started again",
    )
    parser.add_argument(
        "--run-dir",
        metavar="DIR",
        type=Path,
        help="the folder of this run (default: a new one in the document's output)",
    )
    parser.add_argument(
        "--time-limit",
        metavar="TIME",
        type=_seconds,
        help="save and stop after so long, such as 45m, 2h or 1h30m, with exit code "
        "75; --resume goes on",
    )
    _add_levels(parser)
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help="check everything, show the plan and the schedules, train nothing",
    )
    parser.add_argument(
        "--example",
        action="store_true",
        help="print the document, built-in or not, to begin one of your own: > my.yaml",
    )


def add_data(parser: argparse.ArgumentParser) -> None:
    """Add where the data are, which the one who types it may choose freely."""
    read = parser.add_mutually_exclusive_group()
    read.add_argument(
        "--text",
        metavar="FILE",
        type=Path,
        help="learn the bytes of this file, anywhere on this machine: data.kind=bytes "
        "and data.text, in the built-in document bytes if none is named",
    )
    read.add_argument(
        "--data",
        metavar="PATH",
        type=Path,
        help="read the data from here, anywhere on this machine, in place of data.path "
        "or data.text",
    )


def _add_levels(parser: argparse.ArgumentParser) -> None:
    """Add how much is shown."""
    shown = parser.add_mutually_exclusive_group()
    shown.add_argument(
        "--verbose",
        metavar="LEVEL",
        type=int,
        choices=(0, 1, 2),
        default=2,
        help="0 the summary only, 1 the plan and a bar, 2 a line per epoch as well "
        "(default: 2)",
    )
    shown.add_argument(
        "--quiet",
        action="store_const",
        const=0,
        dest="verbose",
        help="print the summary only, as --verbose 0",
    )


def run(args: argparse.Namespace) -> int:
    """Run the command; return its exit code, the same in each of several processes.

    0 done, 1 failed, 75 stopped by the time limit and saved, 130 or 143 interrupted and
    saved. After one of the last three, `--resume` goes on.

    Raises:
        ConfigError: the arguments or the document are wrong; nothing was trained.
        UsageError: the arguments do not fit together.
    """
    rank, ranks = place()
    if args.auto_resume and args.run_dir is None:
        raise UsageError(
            "--auto-resume needs the folder of the run, the same each time",
            "add --run-dir DIR",
        )
    if rank and (args.example or args.dry_run):
        return 0  # rank 0 has no need of the others
    from lehr.cli.train_document import Asked

    if args.example:
        print(Asked.of(args).read[0], end="")
        return 0
    _require_extras()
    from lehr.cli.train_ranks import restarts
    from lehr.cli.train_session import Session
    from lehr.cli.train_start import start
    from lehr.training.engine import Engine, engine_of

    if restarts() and not (args.resume or args.auto_resume or args.dry_run):
        raise UsageError(
            f"torchrun may restart this up to {restarts()} times, and a new run would "
            "begin each time",
            "add --auto-resume --run-dir DIR",
        )
    engine = Engine() if args.dry_run else engine_of("auto")
    found = start(args, engine, ranks)
    session = Session(
        found, engine, ranks, verbose=args.verbose, time_limit=args.time_limit
    )
    if args.dry_run:
        session.announce()
        return 0
    return session.train()


def _seconds(text: str) -> float:
    """Read a length of time; importing this loads no torch."""
    from lehr.training.wall_time import seconds_of

    try:
        return seconds_of("TIME", text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _require_extras() -> None:
    """Refuse to start without what `lehr train` is made of."""
    needed = {"torch": "torch", "yaml": "PyYAML", "pydantic": "pydantic"}
    missing = [name for module, name in needed.items() if find_spec(module) is None]
    if missing:
        raise ImportError(
            f"lehr train needs {', '.join(missing)}: pip install 'lehr[train]'"
        )
