"""What a command is given: expressions, files or standard input, as schedules."""

import argparse
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from lehr.config.durations import Length, Run, resolve
from lehr.config.errors import ConfigError, Path, Problem, format_path
from lehr.config.expressions import read_schedule
from lehr.schedules import Schedule

if TYPE_CHECKING:
    from lehr.config.documents import Document

_DOCUMENT = r"\s*(?:#[^\n]*\s*)*(?:\{|---|[\w\"'.-]+[ \t]*:(?:\s|$))"
_TOML = r"\s*(?:#[^\n]*\s*)*\["
_PATH = r"[\w./\\~ -]+\.(?:ya?ml|json|toml|txt|lehr)"


@dataclass(frozen=True)
class Given:
    """One schedule that a command was given, and where it stood.

    Args:
        name: what a person calls it: the expression, or its place in the file.
        schedule: the value.
        field: the hyper-parameter, with its group if it has one; "" if nothing says it.
        document: where it was read; None for an expression.
        path: the place in the document.
        plan: what its durations were resolved against, if anything.
    """

    name: str
    schedule: Schedule
    field: str = ""
    document: "Document | None" = None
    path: Path = ()
    plan: Run | None = None


def add_sources(parser: argparse.ArgumentParser, nargs: str = "+") -> None:
    """Add the argument that names schedules, and `--steps` for their run."""
    parser.add_argument(
        "what",
        nargs=nargs,
        metavar="EXPRESSION-or-FILE",
        help="a schedule; a file that holds one, or a document with `schedules:` "
        "(.yaml, .json, .toml); or - for standard input",
    )
    parser.add_argument(
        "--steps",
        type=count,
        metavar="N",
        help="updates of the run: what is drawn, and what percentages refer to",
    )


def read_sources(words: Sequence[str], steps: int | None = None) -> list[Given]:
    """Return the schedules that the words name, in their order.

    Args:
        words: expressions, files, or "-".
        steps: updates of the run, if they were said.

    Raises:
        ConfigError: with every problem of all words.
    """
    plan = Length(steps) if steps else None
    schedules = list[Given]()
    problems = list[Problem]()
    for number, what in enumerate(words, 1):
        source = "<command line>" if len(words) == 1 else f"<argument {number}>"
        try:
            schedules += _read(what, source, plan)
        except ConfigError as error:
            problems += map(_with_hint, error.problems)
    if problems:
        raise ConfigError(problems)
    return schedules


def count(text: str) -> int:
    """Return a number of updates >= 1, for an option of argparse."""
    try:
        number = resolve(text, None)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be >= 1, got {text}")
    return number


def _with_hint(problem: Problem) -> Problem:
    """Return a problem with a length that lacks its run with the option that helps."""
    lacks = problem.code == "LH108" and "needs the length of the run" in problem.message
    if not lacks:
        return problem
    message = problem.message.partition(":")[0]
    return replace(problem, message=message, hint="give it: --steps 10000")


def _read(what: str, source: str, plan: Run | None) -> Iterator[Given]:
    """Yield each schedule that an argument names, with the name to show."""
    if what == "-":
        yield from _read_text(sys.stdin.read(), "<stdin>", plan)
    elif os.path.isfile(what) or re.fullmatch(_PATH, what):
        from lehr.config.documents import ENDINGS, read_document, read_text

        if os.path.splitext(what)[1].lower() in ENDINGS:
            yield from _in_document(read_document(what), plan)
        else:
            yield from _read_text(read_text(what), what, plan)
    else:
        yield Given(what, read_schedule(what, plan, source=source), plan=plan)


def _read_text(text: str, source: str, plan: Run | None) -> Iterator[Given]:
    if re.match(_DOCUMENT, text) or re.match(_TOML, text):
        from lehr.config.documents import Format, parse_document

        form: Format = "toml" if re.match(_TOML, text) else "yaml"
        document = parse_document(text, source=source, format=form)
        yield from _in_document(document, plan)
    else:
        name = " ".join(text.split())
        yield Given(name, read_schedule(text, plan, source=source), plan=plan)


def _in_document(document: "Document", plan: Run | None) -> Iterator[Given]:
    """Yield the schedules of a document, with its own run as the plan if need be."""
    named = document.data.get("schedules")
    if not isinstance(named, Mapping) or not named:
        message = "a document to show needs the key schedules, a mapping"
        hint = "schedules: {lr: warmup_cosine(3e-4, warmup=1000, total=100000)}"
        path = ("schedules",) if "schedules" in document.data else ()
        raise ConfigError([document.problem("LH104", message, path, hint)])
    paths = list(_paths(named, ("schedules",)))
    try:
        yield from _built(document, paths, plan)
    except ConfigError:
        if plan is not None or not {"schema", "train"} <= document.data.keys():
            raise
        yield from _built(document, paths, _own_plan(document))


def _built(
    document: "Document", paths: Sequence[Path], plan: Run | None
) -> list[Given]:
    from lehr.config.nodes import build_schedule

    built, problems = list[Given](), list[Problem]()
    for path in paths:
        try:
            schedule = build_schedule(document, path, plan)
        except ConfigError as error:
            problems += error.problems
        else:
            field = format_path(path[1:])
            name = f"{field}   ({document.source})"
            built.append(Given(name, schedule, field, document, path, plan))
    if problems:
        raise ConfigError(problems)
    return built


def _own_plan(document: "Document") -> Run:
    """Return the plan of a document of `lehr train`; its data are read for it."""
    from pathlib import Path as File

    from lehr.config.run_document import read_run
    from lehr.training.tasks import read_task

    folder = File(document.source).parent
    return read_run(document, lambda data: len(read_task(data, folder).train)).plan


def _paths(value: Mapping[str, Any], path: Path) -> Iterator[Path]:
    """Yield the path of each schedule; a mapping without a kind holds groups."""
    for key, inner in value.items():
        if isinstance(inner, Mapping) and "kind" not in inner:
            yield from _paths(inner, (*path, key))
        else:
            yield (*path, key)
