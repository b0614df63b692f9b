"""What `lehr import` has found, and how it is shown."""

import argparse
import os
import re
import sys
import tempfile
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lehr._figures import updates
from lehr.cli.foreign import library_of, read_foreign
from lehr.cli.given import Given
from lehr.cli.sources import reader_of
from lehr.cli.texts import is_log, standard_input, text_of, wrong
from lehr.cli.usage import UsageError
from lehr.cli.ways_out import with_way_out
from lehr.config.documents import ENDINGS, Document, parse_document
from lehr.config.errors import ConfigError
from lehr.config.expressions import write_schedule
from lehr.importing import read_curve
from lehr.importing.configs.text import document_of
from lehr.plotting.console import terminal_width
from lehr.plotting.phases import facts, phase_table
from lehr.plotting.terminal import draw, draw_points
from lehr.recognition import Recognition, recognize
from lehr.schedules import Schedule

_HISTORY = re.compile(r"\s*(\[\s*\{|\{.*\"log_history\"\s*:)", re.DOTALL)
_TABLE = re.compile(r"[\w/ .\"-]+([,\t;][\w/ .\"-]*)+\r?\n")
_LINES = re.compile(r"\s*\{[^\n]*\}\s*\n\s*\{")
_HEIGHT = 6


@dataclass(frozen=True)
class Found:
    """A schedule, and where it is from.

    Args:
        source: the file as it was named.
        kind: what the file is, for a sentence.
        schedule: what was found.
        recognition: how sure that is, if it was a log.
        points: what was logged.
    """

    source: str
    kind: str
    schedule: Schedule
    recognition: Recognition | None = None
    points: tuple[tuple[int, float], ...] = ()

    @property
    def sure(self) -> bool:
        """Whether the schedule is more than the points of a log."""
        return self.recognition is None or self.recognition.recognized

    @property
    def summary(self) -> str:
        """What was found, and how near it is, in a line or two."""
        begin = f"{self.source}: {self.kind}"
        found = self.recognition
        if found is None:
            return begin
        if not found.recognized:
            return f"{begin}\nnot recognized: no few pieces lie on these values"
        near = f"within {found.residual:.2g} of each value"
        guess = ", ".join(f"{updates(a)} to {updates(b)}" for a, b in found.unsure)
        how = f"; a guess between updates {guess}" if guess else ""
        return f"{begin}\nrecognized: {near} ({found.relative:.1e} of the largest){how}"


def read(args: argparse.Namespace) -> Found | None:
    """Return the schedule in a file; None, told on stderr, if it is nobody's.

    Raises:
        ConfigError: a configuration is somebody's, but does not make a schedule.
        CannotImport: a log cannot be read.
        OSError: there is no such file.
    """
    name: str = args.what
    if name == "-":
        text = standard_input()
        if ending := _log_ending(text):
            return _of_piped_log(text, ending, args)
        return _of_configuration(text, "<stdin>", args)
    if os.path.isdir(name) or is_log(name):
        return _of_log(name, name, args)
    if name.endswith(".py"):
        hint = "write its data as YAML or JSON: Config.fromfile(...).to_dict()"
        raise wrong("a Python file is code, which is not run", name, hint)
    text = text_of(name)
    if _log_ending(text):
        return _of_log(name, name, args)
    return _of_configuration(text, name, args)


def _log_ending(text: str) -> str | None:
    """Return the ending of a file that has such a text, if it is a log."""
    start = text[:100_000]
    if _LINES.match(start):
        return ".jsonl"
    if _HISTORY.match(start):
        return ".json"
    is_table = _TABLE.match(start) and not start.lstrip().startswith(("-", "#", "["))
    return ".csv" if is_table else None


def _of_piped_log(text: str, ending: str, args: argparse.Namespace) -> Found:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "stdin" + ending)
        file.write_text(text, encoding="utf-8")
        return _of_log(str(file), "<stdin>", args)


def _of_log(name: str, source: str, args: argparse.Namespace) -> Found:
    steps, rates = read_curve(
        name, column=args.column, step=args.step, first=args.first
    )
    found = recognize(steps, rates, tolerance=args.tolerance)
    kind = f"{len(steps):,} values, updates {updates(steps[0])} to {updates(steps[-1])}"
    points = tuple(zip(steps, rates, strict=True))
    return Found(source, kind, found.schedule, found, points)


def _of_configuration(text: str, source: str, args: argparse.Namespace) -> Found | None:
    try:
        document = _document(text, source)
        if "schedules" in document.data:
            hint = f"it needs no import: lehr show {args.what}"
            raise UsageError(f"{source} is a document of lehr", hint)
        given: Given = read_foreign(document, source, reader_of(args))
    except ConfigError as error:
        problems = [with_way_out(each) for each in error.problems]
        told = ConfigError(problems)
        if error.problems[0].message.startswith("no library's scheduler"):
            print(told, file=sys.stderr)
            return None
        raise told from None
    library = args.library or library_of(document)
    return Found(source, f"a configuration of {library}", given.schedule)


def _document(text: str, source: str) -> Document:
    form = ENDINGS.get(os.path.splitext(source)[1].lower())
    if form is not None:
        return parse_document(text, source=source, format=form)
    if not text.strip():
        raise wrong("it is empty", source)
    return document_of(text + "\n" if "\n" not in text else text)


def show(found: Found, args: argparse.Namespace) -> int:
    """Print what was found; return 1 if that is nothing."""
    if args.json:
        import json

        print(json.dumps(_json(found), indent=2))
    elif args.to:
        print(found.summary, file=sys.stderr)
        if found.sure:
            from lehr.cli.conversion import written

            written([Given("lr", found.schedule, "lr")], args.to, sys.stdout)
    else:
        print(_screen(found, args.ascii or None))
    return 0 if found.sure else 1


def _screen(found: Found, ascii: bool | None) -> str:
    width = terminal_width()
    parts = [found.summary]
    if found.sure:
        text = repr(found.schedule)
        wrapped = textwrap.wrap(
            text, width - 2, subsequent_indent="    ", break_long_words=False
        )
        parts.append("\n".join(f"  {line}" for line in wrapped))
    if found.points:
        drawn = draw_points(found.points, height=_HEIGHT, ascii=ascii, title="logged")
        parts.append(drawn)
    if found.sure:
        steps = max(found.points[-1][0], 1) if found.points else None
        title = "recognized" if found.points else ""
        parts.append(
            draw(found.schedule, height=_HEIGHT, ascii=ascii, title=title, steps=steps)
        )
        parts += [phase_table(found.schedule), facts(found.schedule)]
    else:
        parts.append("   = if the log is noisy: --tolerance 1e-3")
    return "\n\n".join(part for part in parts if part)


def _json(found: Found) -> dict[str, Any]:
    told = found.recognition
    data = {
        "source": found.source,
        "kind": found.kind,
        "recognized": found.sure,
        "expression": write_schedule(found.schedule) if found.sure else None,
    }
    if told is None:
        return data
    return data | {
        "points": told.points,
        "residual": told.residual,
        "relative": told.relative,
        "tolerance": told.tolerance,
        "unsure": [list(pair) for pair in told.unsure],
    }
