"""`lehr train`: train a model under a schedule, from a document or the built-in one."""

import argparse
from importlib.util import find_spec
from pathlib import Path

from lehr.cli.train_document import Asked, checked
from lehr.config.builtin import BUILT_IN

SUMMARY = "train a model under a schedule that is drawn beforehand"
EXAMPLE = "lehr train train.epochs=10 'schedules.lr=warmup_cosine(3e-3, warmup=5%)'"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `lehr train` takes to its parser."""
    parser.add_argument(
        "arguments",
        nargs="*",
        metavar="CONFIG | KEY=VALUE",
        help="a run document (.yaml, .json, .toml), or the name of a built-in one: "
        f"{', '.join(BUILT_IN)} (default: digits); and values to change in it, such as "
        "train.epochs=5",
    )
    _add_data(parser)
    parser.add_argument(
        "--resume",
        action="store_true",
        help="continue the latest run, or the one in --run-dir, exactly",
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


def _add_data(parser: argparse.ArgumentParser) -> None:
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
    """Run the command; return its exit code.

    0 done, 1 failed, 75 stopped by the time limit and saved, 130 or 143 interrupted and
    saved. After one of the last three, `--resume` goes on.

    Raises:
        ConfigError: the arguments or the document are wrong; nothing was trained.
    """
    asked = Asked.of(args.arguments, args.data, args.text)
    if args.example:
        print(asked.read[0], end="")
        return 0
    _require_extras()
    from lehr.cli.train_resume import given_data, output_folder, run_to_continue
    from lehr.cli.train_session import Session
    from lehr.training.run_folder import RunFolder, new_run

    folder = run_to_continue(args.run_dir, asked) if args.resume else None
    base, data = Path(asked.file).parent if asked.file else Path(), asked.data
    if folder is not None:
        base, data = Path(folder.facts["folder"]), given_data(folder)
        asked = Asked(str(folder.resolved))
    text, document = asked.read
    run, task = checked(document, base, data)
    if folder is None and args.run_dir is not None:
        folder = RunFolder(args.run_dir)
        folder.require_free()
    if folder is None:
        folder = new_run(output_folder(run.config.output), run.config.name)
    session = Session(
        run, task, folder, verbose=args.verbose, time_limit=args.time_limit
    )
    session.announce(resumed=args.resume)
    if args.dry_run:
        return 0
    if not args.resume:
        ending = Path(asked.file).suffix if asked.file else ".yaml"
        facts = {"folder": str(base.resolve()), "overrides": list(asked.overrides)}
        if data is not None:
            facts["given"] = str(data)
        session.create(text, ending, facts)
    return session.train(resume=args.resume)


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
