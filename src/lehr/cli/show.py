"""`lehr show`: schedules, from expressions or files, with their phases and facts."""

import argparse
import math
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lehr.cli.usage import UsageError
from lehr.config.durations import Length, Run, resolve
from lehr.config.errors import ConfigError, Path, Problem, format_path
from lehr.config.expressions import read_schedule
from lehr.plotting.phases import facts, phase_table, updates
from lehr.plotting.terminal import draw, terminal_width
from lehr.schedules import Schedule

if TYPE_CHECKING:
    from lehr.config.documents import Document

EXAMPLE = 'lehr show "warmup_cosine(3e-4, warmup=1000, total=100000)"'

_EPILOG = """\
more examples:
  lehr show "wsd(3e-4, warmup=5%, decay=20%)" --steps 10000 --log
  lehr show "linear(1, 0, 100)" "cosine(1, 0, 100)" --at 25 50% 100
  lehr show run.yaml                    each schedule of a document
  echo "noam(512, warmup=4000)" | lehr show -
"""
_DOCUMENT = r"\s*(?:#[^\n]*\s*)*(?:\{|---|[\w\"'.-]+[ \t]*:(?:\s|$))"
_TOML = r"\s*(?:#[^\n]*\s*)*\["
_PATH = r"[\w./\\~ -]+\.(?:ya?ml|json|toml|txt|lehr)"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `lehr show` takes to its parser."""
    parser.epilog = _EPILOG
    parser.add_argument(
        "what",
        nargs="+",
        metavar="EXPRESSION-or-FILE",
        help="a schedule; a file that holds one, or a document with `schedules:` "
        "(.yaml, .json, .toml); or - for standard input",
    )
    parser.add_argument("--log", action="store_true", help="a logarithmic axis")
    parser.add_argument(
        "--steps",
        type=_count,
        metavar="N",
        help="updates of the run: what is drawn, and what percentages refer to",
    )
    parser.add_argument(
        "--at",
        nargs="+",
        action="extend",
        default=[],
        metavar="T",
        help="print the values of these updates (500, 2.5k, 10%%)",
    )
    parser.add_argument("--width", type=_count, metavar="N", help="columns")
    parser.add_argument("--height", type=_count, metavar="N", default=12, help="rows")
    parser.add_argument("--ascii", action="store_true", help="no braille")
    parser.add_argument("--json", action="store_true", help="facts for programs")


def run(args: argparse.Namespace) -> int:
    """Run the command.

    Raises:
        ConfigError: a text or a file does not describe schedules.
        UsageError: the options do not fit together.
    """
    plan = Length(args.steps) if args.steps else None
    schedules = list[tuple[str, Schedule]]()
    problems = list[Problem]()
    for number, what in enumerate(args.what, 1):
        source = "<command line>" if len(args.what) == 1 else f"<argument {number}>"
        try:
            schedules += _read(what, source, plan)
        except ConfigError as error:
            problems += map(_with_hint, error.problems)
    if problems:
        raise ConfigError(problems)
    if args.json:
        import json

        facts_of = [_json(name, each, args.at) for name, each in schedules]
        print(json.dumps(facts_of, indent=2))
        return 0
    screens = [_screen(name, each, args) for name, each in schedules]
    print("\n\n".join(screens))
    return 0


def _count(text: str) -> int:
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


# -------------------------------------------------------------------------- reading


def _read(what: str, source: str, plan: Run | None) -> Iterator[tuple[str, Schedule]]:
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
        yield what, read_schedule(what, plan, source=source)


def _read_text(
    text: str, source: str, plan: Run | None
) -> Iterator[tuple[str, Schedule]]:
    if re.match(_DOCUMENT, text) or re.match(_TOML, text):
        from lehr.config.documents import Format, parse_document

        form: Format = "toml" if re.match(_TOML, text) else "yaml"
        document = parse_document(text, source=source, format=form)
        yield from _in_document(document, plan)
    else:
        yield " ".join(text.split()), read_schedule(text, plan, source=source)


def _in_document(
    document: "Document", plan: Run | None
) -> Iterator[tuple[str, Schedule]]:
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
) -> list[tuple[str, Schedule]]:
    from lehr.config.nodes import build_schedule

    built, problems = list[tuple[str, Schedule]](), list[Problem]()
    for path in paths:
        try:
            schedule = build_schedule(document, path, plan)
        except ConfigError as error:
            problems += error.problems
        else:
            name = f"{format_path(path[1:])}   ({document.source})"
            built.append((name, schedule))
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


# -------------------------------------------------------------------------- showing


def _screen(name: str, schedule: Schedule, args: argparse.Namespace) -> str:
    width = args.width or terminal_width()
    title = name if len(name) <= width else name[: width - 3] + "..."
    try:
        picture = draw(
            schedule,
            width=width,
            height=args.height,
            log=args.log,
            ascii=args.ascii or None,
            steps=args.steps,
            title=title,
            color=_wants_color(),
        )
    except ValueError as error:
        raise UsageError(str(error)) from None
    parts = [picture, phase_table(schedule), facts(schedule)]
    if args.at:
        pairs = [(t, schedule(t)) for t in _places(args.at, schedule)]
        wide = max(len(updates(t)) for t, _ in pairs)
        lines = (f"update {updates(t):>{wide}}   {value!r}" for t, value in pairs)
        parts.append("\n".join(lines))
    return "\n\n".join(part for part in parts if part)


def _places(at: Sequence[str], schedule: Schedule) -> list[int]:
    """Return the updates that `--at` names; percentages are of the schedule."""
    known = Length(int(schedule.steps)) if 0 < schedule.steps < math.inf else None
    try:
        return [resolve(text, known) for text in at]
    except ValueError as error:
        raise UsageError(f"argument --at: {error}") from None


def _json(name: str, schedule: Schedule, at: Sequence[str]) -> dict[str, Any]:
    """Return the facts of a schedule; what has no end or no bound is null."""

    def finite(number: float) -> float | None:
        return number if math.isfinite(number) else None

    endless = schedule.steps == math.inf
    return {
        "name": name,
        "expression": repr(schedule),
        "steps": finite(schedule.steps),
        "minimum": finite(schedule.minimum),
        "maximum": finite(schedule.maximum),
        "area": None if endless else schedule.area(),
        "continuous": schedule.is_continuous,
        "phases": [
            {
                "name": phase.name,
                "shape": phase.shape,
                "begin": phase.begin,
                "end": finite(phase.end),
                "start_value": phase.start_value,
                "end_value": phase.end_value,
            }
            for phase in schedule.phases
        ],
        "at": {str(t): schedule(t) for t in _places(at, schedule)},
    }


def _wants_color() -> bool:
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return sys.stdout.isatty()
