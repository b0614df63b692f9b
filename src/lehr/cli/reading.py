"""Words of a command line become schedules: expressions, files, presets, a pipe."""

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from lehr._typing import TYPE_CHECKING
from lehr.cli.given import Given
from lehr.cli.sources import ENDINGS
from lehr.cli.texts import is_log, standard_input, text_of, wrong
from lehr.cli.usage import did_you_mean
from lehr.cli.ways_out import with_way_out
from lehr.config.durations import Run
from lehr.config.errors import ConfigError, Problem
from lehr.config.expressions import read_schedule

if TYPE_CHECKING:
    from lehr.config.configuration import Config
    from lehr.config.documents import Document, Format
    from lehr.plan import Plan

PRESET = "preset:"
# Patterns are compiled when a text is not plainly an expression: each costs 0.5 ms.
_DOCUMENT = r"\s*(?:#[^\n]*\s*)*(?:\{|---|[\w\"'.-]+[ \t]*:(?:\s|$))"
_TOML = r"\s*(?:#[^\n]*\s*)*(?:\[|[\w\"'.-]+[ \t]*=)"
_FLAGS = r"\s*(?:#[^\n]*\s*)*--?[A-Za-z]"
_NAMED = r"([A-Za-z_][\w.-]*)[ \t]*=(?!=)\s*(.+)"
_PATH = r"[\w./\\~ -]+"


@dataclass(frozen=True)
class Reader:
    """What is known beside the words.

    Args:
        plan: the run, if a person has told it.
        library: whose configurations the files are, if that was said.
        base: the rate that a configuration may lack.
        options: whether the command takes `--plan`, `--library` and `--base`.
    """

    plan: Run | None = None
    library: str | None = None
    base: float | None = None
    options: bool = False

    def read(self, what: str, source: str) -> Iterator[Given]:
        """Yield each schedule that a word names, with the name to show."""
        if what == "-":
            yield from self.text(standard_input(), "<stdin>")
        elif os.path.isfile(what):
            yield from self.file(what)
        elif what.startswith(PRESET):
            yield from self.preset(what.removeprefix(PRESET))
        elif "=" in what.partition("(")[0]:
            yield from self.named(what, source)
        elif is_log(what) or (what.endswith(ENDINGS) and re.fullmatch(_PATH, what)):
            yield from self.file(what)
        else:
            yield self.expression(what, source)

    def expression(self, what: str, source: str) -> Given:
        """Return the schedule of an expression."""
        try:
            return Given(
                what, read_schedule(what, self.plan, source=source), plan=self.plan
            )
        except ConfigError as error:
            if os.path.isdir(what):
                hint = "name a file in it; a log or a folder of logs: lehr import"
                raise wrong("it is a folder, not a file", what, hint) from None
            unknown = error.problems[0].message.startswith("unknown name")
            if "(" in what or not unknown:
                raise
        near = did_you_mean(what, os.listdir())
        hint = near or "a schedule is written like cosine(1e-3, 0, 1000)"
        raise wrong("it is neither a file nor an expression", what, hint)

    def named(self, word: str, source: str) -> Iterator[Given]:
        """Yield what stands behind `name=`, under that name."""
        found = re.fullmatch(_NAMED, word, re.DOTALL)
        if found is None:
            hint = "a name is made of letters, digits, _ and -: mine=cosine(1, 0, 100)"
            raise wrong(f'cannot read "{word}"', source, hint, "LH121")
        name, what = found.groups()
        if "." in name:
            hint = "such changes are for lehr train; to name a curve: mine=cosine(...)"
            raise wrong(f'"{name}=" changes a document', source, hint, "LH121")
        named = list(self.read(what, source))
        for each in named:
            alone = len(named) == 1
            yield replace(each, name=name if alone else f"{name}.{each.field}")

    def file(self, name: str) -> Iterator[Given]:
        """Yield the schedules in a file."""
        from lehr.config.documents import ENDINGS as FORMATS
        from lehr.config.documents import parse_document

        if is_log(name):
            hint = f"find the schedule in it: lehr import {name}"
            raise wrong("it is a log, not a schedule", name, hint)
        text = text_of(name)
        form = FORMATS.get(os.path.splitext(name)[1].lower())
        if form is None:
            yield from self.text(text, name)
        else:
            yield from self.document(parse_document(text, source=name, format=form))

    def preset(self, name: str) -> Iterator[Given]:
        """Yield the schedules of a published recipe."""
        from lehr.config.documents import parse_document
        from lehr.presets import preset

        try:
            text = preset(name).text
        except ValueError as error:
            raise wrong(str(error), PRESET + name, "see: lehr presets") from None
        yield from self.document(parse_document(text, source=PRESET + name))

    def text(self, text: str, source: str) -> Iterator[Given]:
        """Yield the schedules in a text, whose format its first characters tell."""
        if not text.strip():
            raise wrong("it is empty", source, "write a schedule: cosine(1, 0, 100)")
        form: Format | None = None
        if re.match(_DOCUMENT, text):
            form = "yaml"
        elif re.match(_TOML, text):
            form = "toml"
        if form is not None:
            from lehr.config.documents import parse_document

            document = parse_document(text, source=source, format=form)
            yield from self.document(document)
        elif self.library or re.match(_FLAGS, text):
            from lehr.cli.foreign import read_foreign

            yield read_foreign(text, source, self)
        else:
            name = " ".join(text.split())
            schedule = read_schedule(text, self.plan, source=source)
            yield Given(name, schedule, plan=self.plan)

    def document(self, document: "Document") -> Iterator[Given]:
        """Yield the schedules of a document, by its own run if no other is told."""
        if self.library or not _is_ours(document):
            from lehr.cli.foreign import library_of, read_foreign

            if self.library or library_of(document):
                yield read_foreign(document, document.source, self)
                return
        config = _configuration(document, self.plan)
        if not config.schedules:
            message = "a document to show needs the key schedules, a mapping"
            hint = "schedules: {lr: warmup_cosine(3e-4, warmup=1000, total=100000)}"
            path = ("schedules",) if "schedules" in document.data else ()
            raise ConfigError([document.problem("LH104", message, path, hint)])
        for field, schedule in config.schedules.items():
            yield Given(
                f"{field}   ({document.source})",
                schedule,
                field,
                config.document,
                config.paths.get(field, ()),
                config.plan,
            )


def read_all(words: Sequence[str], reader: Reader) -> list[Given]:
    """Return the schedules that the words name, in their order.

    Raises:
        ConfigError: with every problem of all words.
    """
    schedules = list[Given]()
    problems = list[Problem]()
    for number, what in enumerate(words, 1):
        source = "<command line>" if len(words) == 1 else f"<argument {number}>"
        try:
            if what == "-" and "-" in words[: number - 1]:
                raise wrong("standard input can be read once", source)
            schedules += reader.read(what, source)
        except ConfigError as error:
            problems += [with_way_out(p, reader.options) for p in error.problems]
    if problems:
        raise ConfigError(problems)
    return schedules


def _is_ours(document: "Document") -> bool:
    """Return whether a document is plainly of lehr: schedules, or one by its kind."""
    target = str(document.data.get("_target_", ""))
    return bool({"schedules", "kind"} & document.data.keys()) or target[:5] == "lehr."


def _configuration(document: "Document", plan: Run | None) -> "Config":
    """Return what a document says; if its own run is needed, by that."""
    from lehr.config import read_config
    from lehr.plan import Plan

    if plan is not None and not isinstance(plan, Plan):
        from lehr.cli.planning import lengthened

        plan = lengthened(document, plan.updates)
    try:
        return read_config(document, plan=plan)
    except ConfigError:
        if plan is not None or not {"schema", "train"} <= document.data.keys():
            raise
    return read_config(document, plan=_own_plan(document))


def _own_plan(document: "Document") -> "Plan":
    """Return the plan of a document of `lehr train`; its data are read for it."""
    from pathlib import Path as File

    from lehr.config.run_document import read_run
    from lehr.training.tasks import read_task

    folder = File(document.source).parent
    return read_run(document, lambda data: len(read_task(data, folder).train)).plan
