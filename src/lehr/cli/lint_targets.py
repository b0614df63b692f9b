"""What `lehr lint` is given: files, folders, expressions, `-`, each with its run."""

import argparse
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path as File
from typing import Any

from lehr.cli.usage import UsageError
from lehr.config.documents import ENDINGS, Document
from lehr.config.errors import ConfigError, Problem
from lehr.linting.base import Subject
from lehr.linting.subjects import is_another_librarys, subject_of
from lehr.linting.subjects.documents import (
    LENGTHS,
    Written,
    plan_arguments,
    read,
    written,
)
from lehr.linting.subjects.lengths import durations_of
from lehr.plan import Plan

_PATH = r"[\w./\\~ -]+\.(?:ya?ml|json|toml|txt|lehr)"
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
        plan: arguments of a plan, by name.
        others: `optimizer`, `metric`, `library`, `base` and `per`.
    """

    plan: Mapping[str, Any]
    others: Mapping[str, Any]

    @classmethod
    def of(cls, args: argparse.Namespace) -> "Known":
        """Read `--steps`, `--plan key=value` and the others.

        Raises:
            UsageError: an argument is unknown to a plan, or two say the length.
        """
        plan = dict(map(_pair, args.plan))
        if args.steps:
            if length := plan.keys() & set(LENGTHS):
                [name, *_] = sorted(length)
                message = f"--steps and --plan {name} both say how long the run is"
                raise UsageError(message, "keep one")
            plan["updates"] = args.steps
        names = ("optimizer", "metric", "library", "base", "per")
        return cls(plan, {name: getattr(args, name) for name in names})


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
    document = target.written.document
    plan = _plan(document, known.plan)
    try:
        return subject_of(target.written, plan, **known.others)
    except ConfigError as error:
        own = _own_plan(document) if plan is None and _lacks_run(error) else None
        if own is None:
            raise ConfigError(map(_with_hint, error.problems)) from None
    return subject_of(target.written, own, **known.others)


# ------------------------------------------------------------------------- the texts


def _target(word: str, source: str) -> Target:
    try:
        if word == "-":
            return Target("<stdin>", written(sys.stdin.read(), "<stdin>"))
        if os.path.isfile(word) or re.fullmatch(_PATH, word):
            return Target(word, read(word), is_file=True)
        return Target(source, written(word, source))
    except ConfigError as error:
        return Target(word, problems=tuple(error.problems))


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


# --------------------------------------------------------------------------- the run


def _pair(word: str) -> tuple[str, Any]:
    from lehr.config.errors import suggest
    from lehr.config.overrides import read_override

    path, value = read_override(word)
    import inspect

    known = inspect.signature(Plan).parameters
    name = ".".join(map(str, path))
    if name not in known or name == "ramp":
        names = [each for each in known if each != "ramp"]
        raise UsageError(f'a plan has no argument "{name}"', suggest(name, names))
    return name, value


def _plan(document: Document, given: Mapping[str, Any]) -> Plan | None:
    """Return the run that the command line says, beside what the document does."""
    if not given:
        return None
    own = plan_arguments(document.data)
    if given.keys() & set(LENGTHS):
        own = {name: value for name, value in own.items() if name not in LENGTHS}
    arguments = {**own, **given}
    if "batch_size" not in arguments:
        _refuse_samples(document)
        arguments["batch_size"] = 1
    try:
        return Plan(**arguments)
    except (TypeError, ValueError) as error:
        hint = "a run is --steps N, or --plan with key=value"
        raise UsageError(f"the plan does not work out: {error}", hint) from None


def _refuse_samples(document: Document) -> None:
    for path, text in durations_of(document).items():
        if "samples" in text:
            message = f"{text} needs the batch size"
            hint = "give it: --plan batch_size=32"
            raise ConfigError([document.problem("LH108", message, path, hint)])


def _lacks_run(error: ConfigError) -> bool:
    return all(problem.code == "LH108" for problem in error.problems)


def _own_plan(document: Document) -> Plan | None:
    """Return the plan of a document of `lehr train`; its data are read for it."""
    if not {"schema", "train"} <= document.data.keys():
        return None
    from lehr.config.run_document import read_run
    from lehr.training.tasks import read_task

    folder = File(document.source).parent
    data = {k: v for k, v in document.data.items() if k != "lint"}
    run = replace(document, data=data)
    return read_run(run, lambda section: len(read_task(section, folder).train)).plan


def _with_hint(problem: Problem) -> Problem:
    """Return a problem with a length that lacks its run with the options that help."""
    if problem.code != "LH108" or " needs " not in problem.message or problem.hint:
        return problem
    message = problem.message.partition(":")[0]
    if "length of the run" in message:
        return replace(problem, message=message, hint="give it: --steps 10000")
    hint = "give them: --plan dataset_size=50000 batch_size=32 epochs=90"
    if "sequence" in message:
        hint = "give them: --plan sequence_length=4096 batch_size=32 tokens=10Btok"
    return replace(problem, message=message, hint=hint)
