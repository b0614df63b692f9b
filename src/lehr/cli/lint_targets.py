"""What `lehr lint` is given: files, folders, expressions, `-`, each with its run."""

import argparse
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lehr.cli.planning import with_run
from lehr.cli.sources import told_of
from lehr.cli.texts import standard_input, text_of, wrong
from lehr.cli.ways_out import with_way_out
from lehr.cli.words import (
    PRESET,
    expression,
    looks_like_a_file,
    name_and_rest,
    preset_text,
)
from lehr.config.documents import ENDINGS, Document, Places
from lehr.config.errors import ConfigError, Problem
from lehr.linting.base import Subject
from lehr.linting.subjects import is_another_librarys, subject_of
from lehr.linting.subjects.documents import Written, read, written

_SKIPPED = {"node_modules", "__pycache__", "venv", "site-packages"}


@dataclass(frozen=True)
class Target:
    """One text to look at.

    Args:
        name: the file as its user named it, or "<stdin>" and the like.
        written: the document; None if it cannot be read.
        is_file: whether it can be written back.
        problems: why it cannot be read.
    """

    name: str
    written: Written | None = None
    is_file: bool = False
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Known:
    """What the command line tells of every target.

    Args:
        told: arguments of a plan, by name.
        others: `optimizer`, `metric`, `library`, `base` and `per`.
    """

    told: Mapping[str, Any]
    others: Mapping[str, Any]

    @classmethod
    def of(cls, args: argparse.Namespace) -> "Known":
        """Read `--steps`, `--plan` and the others.

        Raises:
            UsageError: the words of `--plan` cannot be read.
        """
        names = ("optimizer", "metric", "library", "base", "per")
        return cls(told_of(args), {name: getattr(args, name) for name in names})


def targets(
    words: Sequence[str], *, skip_others: bool = False
) -> tuple[list[Target], int]:
    """Return what the words name, in their order, and how many files were passed over.

    In a folder, files are passed over that are neither documents of lehr nor
    configurations that hold a scheduler; with `skip_others`, also those that are named.
    """
    found, skipped = list[Target](), 0
    for number, word in enumerate(words, 1):
        is_folder = os.path.isdir(word)
        if is_folder or (skip_others and os.path.isfile(word)):
            for name in _files(word) if is_folder else [word]:
                target = _in_folder(name)
                skipped += target is None
                found += [target] if target else []
        else:
            if word == "-" in words[: number - 1]:
                problem = wrong(
                    "standard input can be read once", f"<argument {number}>"
                )
                found.append(Target(word, problems=tuple(problem.problems)))
                continue
            source = "<command line>" if len(words) == 1 else f"<argument {number}>"
            found.append(_target(word, source))
    return found, skipped


def subject(target: Target, known: Known) -> Subject:
    """Return the facts of a target.

    Raises:
        ConfigError: with every problem of the document.
        UsageError: the arguments of a plan do not fit together.
    """
    if target.written is None:
        raise ConfigError(target.problems)
    given = target.written
    try:
        return with_run(
            given.document,
            known.told,
            lambda plan: subject_of(given, plan, **known.others),
        )
    except ConfigError as error:
        raise ConfigError(map(with_way_out, error.problems)) from None


# ------------------------------------------------------------------------- the texts


def _target(word: str, source: str) -> Target:
    try:
        if word == "-":
            text = _not_empty(standard_input(), "<stdin>")
            return Target("<stdin>", written(text, "<stdin>"))
        if os.path.isfile(word):
            found = read(word)
            _not_empty(found.text, word)
            return Target(word, found, is_file=True)
        if word.startswith(PRESET):
            return Target(word, written(preset_text(word), word, "yaml"))
        if "=" in word.partition("(")[0]:
            return _named(word, source)
        if looks_like_a_file(word):
            text_of(word)  # refuses what is not there, in its own words
        text = expression(_not_empty(word, source))
        return Target(source, written(text, source))
    except ConfigError as error:
        return Target(word, problems=tuple(error.problems))


def _named(word: str, source: str) -> Target:
    """Return the target behind `name=`; of an expression, the name is the field."""
    name, what = name_and_rest(word, source)
    target = _target(what, source)
    given = target.written
    if given is None or given.format != "expression" or target.is_file:
        return target
    path = ("schedules", name)
    places = Places({path: (1, 1)}, {}, {path: 0})
    document = Document({"schedules": {name: what}}, source, places)
    return replace(target, written=replace(given, document=document))


def _not_empty(text: str, source: str) -> str:
    if not text.strip():
        raise wrong("it is empty", source, "write a schedule: cosine(1, 0, 100)")
    return text


def _files(folder: str) -> Iterator[str]:
    """Yield the documents below a folder, sorted; what is hidden is left out."""
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(
            name for name in folders if name[0] != "." and name not in _SKIPPED
        )
        for name in sorted(names):
            if name[0] != "." and os.path.splitext(name)[1].lower() in ENDINGS:
                yield os.path.normpath(os.path.join(place, name))


def _in_folder(name: str) -> Target | None:
    """Return a file of a folder; None if nothing in it asks to be looked at."""
    try:
        found = read(name)
        data = found.document.data
        ours = isinstance(data.get("schedules"), Mapping)
        if not ours and not is_another_librarys(found.document):
            return None
    except (ConfigError, ValueError, TypeError):
        return None
    return Target(name, found, is_file=True)
