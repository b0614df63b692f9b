"""`lehr train`: train a model under a schedule, from a document or the built-in one."""

import argparse
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lehr.config.errors import ConfigError, Problem

if TYPE_CHECKING:
    from lehr.config.documents import Document
    from lehr.config.run import DigitsData, TableData
    from lehr.config.run_document import Run
    from lehr.training.data import Parts
    from lehr.training.run_folder import RunFolder

SUMMARY = "train a model under a schedule that is drawn beforehand"
EXAMPLE = "lehr train train.epochs=10 'schedules.lr=warmup_cosine(3e-3, warmup=5%)'"

_COMMAND = "<command line>"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `lehr train` takes to its parser."""
    parser.add_argument(
        "arguments",
        nargs="*",
        metavar="CONFIG | KEY=VALUE",
        help="a run document (.yaml, .json, .toml; without one: digits), and values "
        "to change in it, such as train.epochs=5",
    )
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
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help="check everything, show the plan and the schedules, train nothing",
    )
    parser.add_argument(
        "--example",
        action="store_true",
        help="print the built-in document, to begin one of your own: > my.yaml",
    )


def run(args: argparse.Namespace) -> int:
    """Run the command; return its exit code.

    0 done, 1 failed, 75 stopped by the time limit and saved, 130 or 143 interrupted and
    saved. After one of the last three, `--resume` goes on.

    Raises:
        ConfigError: the arguments or the document are wrong; nothing was trained.
    """
    if args.example:
        from lehr.config.run_document import default_text

        print(default_text(), end="")
        return 0
    _require_extras()
    given, overrides = _split(args.arguments)
    folder = _resumed(args.run_dir, given, overrides) if args.resume else None
    text, document = _read(given, overrides)
    base = Path(given).parent if given and given != "-" else Path()
    if folder is not None:
        base = Path(folder.facts["folder"])
        _, document = _read(str(folder.resolved), [])
    run, data = _checked(document, base)
    from lehr.cli.train_session import Session
    from lehr.training.run_folder import RunFolder, new_run

    if folder is None and args.run_dir is not None:
        folder = RunFolder(args.run_dir)
        folder.require_free()
    if folder is None:
        folder = new_run(_output(run.config.output), run.config.name)
    session = Session(
        run, data, folder, verbose=args.verbose, time_limit=args.time_limit
    )
    session.announce(resumed=args.resume)
    if args.dry_run:
        return 0
    if not args.resume:
        ending = Path(given).suffix if given and given != "-" else ".yaml"
        session.create(text, ending, base=base, overrides=overrides)
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


def _split(arguments: list[str]) -> tuple[str | None, list[str]]:
    """Tell the document from the overrides."""
    files = [text for text in arguments if "=" not in text]
    if len(files) > 1:
        message = f"one document at most, got {', '.join(files)}"
        hint = "an override has the form key=value, as in train.epochs=5"
        raise ConfigError([Problem("LH121", message, _COMMAND, hint=hint)])
    return (files[0] if files else None), [text for text in arguments if "=" in text]


def _read(given: str | None, overrides: list[str]) -> "tuple[str, Document]":
    """Read the text of the document, and the document with the overrides."""
    from lehr.config.documents import parse_document, read_document, read_text
    from lehr.config.overrides import with_overrides
    from lehr.config.run_document import default_text

    if given is None or given == "-":
        text = default_text() if given is None else sys.stdin.read()
        source = "<stdin>" if given else "<built-in document>"
        document = parse_document(text, source=source)
    else:
        document = read_document(given)
        text = read_text(given)
    return text, with_overrides(document, overrides)


def _checked(document: "Document", base: Path) -> "tuple[Run, Parts]":
    """Check the whole document and read its data."""
    from lehr.config.run_document import read_run

    found: list[Parts] = []

    def size(data: "DigitsData | TableData") -> int:
        from lehr.training.job import read_data  # imports torch: only now

        found.append(read_data(data, base))
        return len(found[0].train)

    run = read_run(document, size)
    from lehr.training.job import build_model, pick_device

    [data] = found
    problems = []
    checks: dict[tuple[str, str], Callable[[], object]] = {
        ("model", "kind"): lambda: build_model(run.config.model, data),
        ("train", "device"): lambda: pick_device(run.config),
    }
    for path, check in checks.items():
        try:
            check()
        except ValueError as error:
            problems.append(document.problem("LH106", str(error), path))
    if problems:
        raise ConfigError(problems)
    return run, data


def _output(name: str) -> Path:
    """Return the folder of the run folders, which lies in the current one."""
    from lehr.config.run_document import inside

    try:
        return inside(Path(), name).relative_to(Path().resolve())
    except ValueError as error:
        hint = "for a folder elsewhere there is --run-dir"
        problem = Problem("LH123", str(error), _COMMAND, path="output", hint=hint)
        raise ConfigError([problem]) from None


def _resumed(
    chosen: Path | None, given: str | None, overrides: list[str]
) -> "RunFolder":
    """Find the run to continue; refuse to continue it with other settings."""
    from lehr.config.documents import read_document
    from lehr.config.overrides import with_overrides
    from lehr.training.run_folder import RunFolder, latest_run

    if chosen is not None:
        folder: RunFolder | None = RunFolder(chosen)
        where = str(chosen)
    else:
        _, document = _read(given, overrides)
        where = str(document.data.get("output", "runs"))
        folder = latest_run(_output(where))
    if folder is None or not folder.exists:
        message = f"there is no run to continue in {where}"
        hint = "start one without --resume, or name its folder: --run-dir DIR"
        raise ConfigError([Problem("LH124", message, _COMMAND, hint=hint)])
    if given is not None or overrides:
        saved = read_document(folder.resolved)
        _, wanted = (
            _read(given, overrides)
            if given is not None
            else ("", with_overrides(saved, overrides))
        )
        _refuse_changes(folder, saved, wanted)
    return folder


def _refuse_changes(folder: "RunFolder", saved: "Document", wanted: "Document") -> None:
    """Refuse a document that asks for another run than the saved one."""
    base = Path(folder.facts["folder"])
    before, after = (
        _checked(document, base)[0].resolved() for document in (saved, wanted)
    )
    problems = [
        wanted.problem(
            "LH125",
            f"{name} was {old!r} when the run was started, and is {new!r} now",
            tuple(name.split(".")),
            "leave it as it was, or start a new run without --resume",
        )
        for name, old, new in _differences(before, after)
    ]
    if problems:
        raise ConfigError(problems)


def _differences(
    before: dict[str, Any], after: dict[str, Any], prefix: str = ""
) -> Iterator[tuple[str, Any, Any]]:
    """Yield each value that differs: its path, before, after."""
    for key in before | after:
        old, new = before.get(key), after.get(key)
        if isinstance(old, dict) and isinstance(new, dict):
            yield from _differences(old, new, f"{prefix}{key}.")
        elif old != new:
            yield f"{prefix}{key}", old, new
