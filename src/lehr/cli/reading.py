"""Words of a command line become schedules: expressions, files, presets, a pipe."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from lehr._typing import TYPE_CHECKING, Any
from lehr.cli.given import Given
from lehr.cli.texts import is_log, standard_input, text_of, wrong
from lehr.cli.ways_out import with_way_out
from lehr.cli.words import (
    PRESET,
    looks_like_a_file,
    name_and_rest,
    neither,
    preset_text,
)
from lehr.config.durations import Run
from lehr.config.errors import ConfigError
from lehr.config.expressions import read_schedule

if TYPE_CHECKING:
    from lehr.config.documents import Document, Format

# Patterns are compiled when a text is not plainly an expression: each costs 0.5 ms.
_DOCUMENT = r"\s*(?:#[^\n]*\s*)*(?:\{|---|[\w\"'.-]+[ \t]*:(?:\s|$))"
_TOML = r"\s*(?:#[^\n]*\s*)*(?:\[|[\w\"'.-]+[ \t]*=)"
_FLAGS = r"\s*(?:#[^\n]*\s*)*--?[A-Za-z]"


@dataclass(frozen=True)
class Reader:
    """What is known beside the words.

    Args:
        told: arguments of a plan that a person has told.
        library: whose configurations the files are, if that was said.
        base: the rate that a configuration may lack.
        options: whether the command takes `--plan`, `--library` and `--base`.
        beside: the run of another source, for an expression if nothing was told.
    """

    told: Mapping[str, Any] = field(default_factory=dict)
    library: str | None = None
    base: float | None = None
    options: bool = False
    beside: Run | None = None

    @cached_property
    def plan(self) -> Run | None:
        """The run of what has none of its own.

        Raises:
            UsageError: what was told is no run.
        """
        if not self.told:
            return self.beside
        from lehr.cli.planning import run_of

        return run_of(self.told)

    def read(self, what: str, source: str) -> Iterator[Given]:
        """Yield each schedule that a word names, with the name to show."""
        if what == "-":
            yield from self.text(standard_input(), "<stdin>")
        elif os.path.isfile(what):
            yield from self.file(what)
        elif what.startswith(PRESET):
            yield from self.preset(what)
        elif "=" in what.partition("(")[0]:
            yield from self.named(what, source)
        elif looks_like_a_file(what):
            yield from self.file(what)
        else:
            yield self.expression(what, source)

    def expression(self, what: str, source: str) -> Given:
        """Return the schedule of an expression."""
        try:
            schedule = read_schedule(what, self.plan, source=source)
        except ConfigError as error:
            raise neither(what, error) from None
        return Given(what, schedule, plan=self.plan)

    def named(self, word: str, source: str) -> Iterator[Given]:
        """Yield what stands behind `name=`, under that name."""
        name, what = name_and_rest(word, source)
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
        """Yield the schedules of a published recipe, `preset:NAME`."""
        from lehr.config.documents import parse_document

        yield from self.document(parse_document(preset_text(name), source=name))

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
            yield from (replace(each, text=text) for each in self.document(document))
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
        from lehr.cli.planning import with_run
        from lehr.config import read_config

        config = with_run(
            document, self.told, lambda plan: read_config(document, plan=plan)
        )
        if not config.schedules:
            message = "a document to show needs the key schedules, a mapping"
            hint = "schedules: {lr: warmup_cosine(3e-4, warmup=1000, total=100000)}"
            path = ("schedules",) if "schedules" in document.data else ()
            raise ConfigError([document.problem("LH104", message, path, hint)])
        for name, schedule in config.schedules.items():
            yield Given(
                f"{name}   ({document.source})",
                schedule,
                name,
                config.document,
                config.paths.get(name, ()),
                config.plan,
            )


def read_all(words: Sequence[str], reader: Reader) -> list[Given]:
    """Return the schedules that the words name, in their order.

    Raises:
        ConfigError: with every problem of all words.
    """
    return [given for each in read_each(words, reader) for given in each]


def read_each(words: Sequence[str], reader: Reader) -> list[list[Given]]:
    """Return the schedules of each word.

    An expression that needs a run has that of another source, if none was told.

    Raises:
        ConfigError: with every problem of all words.
    """
    found = [_read(words, number, reader) for number in range(len(words))]
    runs = (each.plan for part in found if isinstance(part, list) for each in part)
    beside = next((run for run in runs if run is not None), None)
    if beside is not None and not reader.told:
        reader = replace(reader, beside=beside)
        found = [
            _read(words, number, reader) if _lacks_run(part) else part
            for number, part in enumerate(found)
        ]
    errors = [part for part in found if isinstance(part, ConfigError)]
    if errors:
        problems = (p for error in errors for p in error.problems)
        raise ConfigError(with_way_out(p, reader.options) for p in problems)
    return [part for part in found if isinstance(part, list)]


def _read(
    words: Sequence[str], number: int, reader: Reader
) -> list[Given] | ConfigError:
    """Return the schedules of one word, or what is wrong with it."""
    what = words[number]
    source = "<command line>" if len(words) == 1 else f"<argument {number + 1}>"
    try:
        if what == "-" and "-" in words[:number]:
            raise wrong("standard input can be read once", source)
        return list(reader.read(what, source))
    except ConfigError as error:
        return error


def _lacks_run(found: list[Given] | ConfigError) -> bool:
    """Return whether a text lacks a run and nothing else; a pipe is not read again."""
    return isinstance(found, ConfigError) and all(
        problem.code == "LH108" and problem.source != "<stdin>"
        for problem in found.problems
    )


def _is_ours(document: "Document") -> bool:
    """Return whether a document is plainly of lehr: schedules, or one by its kind."""
    target = str(document.data.get("_target_", ""))
    return bool({"schedules", "kind"} & document.data.keys()) or target[:5] == "lehr."
